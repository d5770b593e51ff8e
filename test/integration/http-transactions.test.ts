/** POST /v1/transactions and its batch, over a real socket. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { BATCH_BODY_BYTES_MAX, BODY_BYTES_MAX } from '../../src/adapters/http/limits.ts'
import { encodeBatch } from '../../src/domain/codec/transaction-codec.ts'
import { REJECTS } from '../../src/domain/reject.ts'
import type { RejectCode } from '../../src/domain/reject.ts'
import type { TransactionDocument } from '../../src/domain/views.ts'
import { toHex } from '../../src/lib/bytes.ts'
import { createPrng } from '../../src/lib/prng.ts'
import { buildTransaction } from '../toolkit/objects/builders.ts'
import { FakeControl } from '../toolkit/api/fake-control.ts'
import { openTestApi, post, send } from '../toolkit/api/http-api.ts'
import type { Reply, TestApi } from '../toolkit/api/http-api.ts'
import { until } from '../toolkit/until.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const BYTES_TYPE = { 'content-type': 'application/octet-stream' }
const LINES_TYPE = { 'content-type': 'application/x-ndjson' }

const transaction = buildTransaction({ nonce: 7, amount: 12, fee: 3, payloadBytes: 5 })
const document: TransactionDocument = {
  sender: transaction.sender,
  nonce: '7',
  recipient: transaction.recipient,
  amount: '12',
  fee: '3',
  createdAt: transaction.createdAtMs,
  payload: toHex(transaction.payload),
  signature: toHex(transaction.signature),
}

let open: TestApi
const control = new FakeControl()

beforeAll(async () => {
  open = await openTestApi({ control })
})
afterAll(() => open.api.close())
beforeEach(() => {
  control.submitted.length = 0
  control.onSubmit = () => ({ kind: 'accepted', id: transaction.id, state: 'pending' })
})

const submitJson = (body: unknown): Promise<Reply> =>
  post(open.url, '/v1/transactions', typeof body === 'string' ? body : JSON.stringify(body), JSON_TYPE)

const expectProblem = (reply: Reply, status: number, code: string): void => {
  expect({ status: reply.status, code: reply.json?.code }, reply.text).toEqual({ status, code })
  expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(reply.json.message).toMatch(/./)
  expect(reply.json.hint).toMatch(/./)
  expect(reply.text).not.toMatch(/\bat \S+ \(|node_modules|\.ts:/)
}

describe('a submission', () => {
  it('is the same bytes in JSON and in SSZ', async () => {
    const answers = [
      await submitJson(document),
      await post(open.url, '/v1/transactions', transaction.bytes, BYTES_TYPE),
    ]
    for (const answer of answers) {
      expect(answer.status).toBe(202)
      expect(answer.json).toEqual({ v: 1, id: transaction.id, status: 'accepted', state: 'pending' })
    }
    expect(control.submitted.map(toHex)).toEqual([toHex(transaction.bytes), toHex(transaction.bytes)])
  })

  it('takes addresses where it takes keys', async () => {
    expect((await submitJson({ ...document, recipient: 'ths1known' })).status).toBe(202)
    expect(toHex(control.submitted[0] ?? new Uint8Array())).toContain('ab'.repeat(32))
  })

  it('is answered only when the node has decided', async () => {
    let decide = (): void => undefined
    control.onSubmit = () =>
      new Promise((resolve) => {
        decide = () => {
          resolve({ kind: 'accepted', id: transaction.id, state: 'pending' })
        }
      })
    let answered = false
    const answer = submitJson(document).then((reply) => {
      answered = true
      return reply
    })
    await until(() => control.submitted.length === 1, 'the submission arrived')
    // Another request overtakes it: nothing holds the answer back but the decision.
    expect((await send(open.url, '/livez')).status).toBe(200)
    expect(answered).toBe(false)
    decide()
    expect((await answer).status).toBe(202)
  })

  it('of a known transaction is a success', async () => {
    control.onSubmit = () => ({ kind: 'known', id: transaction.id, state: 'in-block' })
    const reply = await submitJson(document)
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({ v: 1, id: transaction.id, status: 'known', state: 'in-block' })
  })

  it.each(Object.keys(REJECTS) as RejectCode[])('refused as %s is answered by the one table', async (code) => {
    control.onSubmit = () => ({ kind: 'rejected', code, id: transaction.id })
    const reply = await submitJson(document)
    const { httpStatus, message, hint } = REJECTS[code]
    expect(reply.status).toBe(httpStatus)
    if (httpStatus === 200) expect(reply.json).toMatchObject({ status: 'known', id: transaction.id })
    else {
      expectProblem(reply, httpStatus, code)
      expect(reply.json).toEqual({ code, message, hint, id: transaction.id })
    }
    if (httpStatus === 429 || httpStatus === 503) expect(reply.headers['retry-after']).toBe('1')
  })

  it('that cannot even be read has no id', async () => {
    control.onSubmit = () => ({ kind: 'rejected', code: 'undecodable', id: null })
    const reply = await post(open.url, '/v1/transactions', new Uint8Array(10), BYTES_TYPE)
    expectProblem(reply, 400, 'undecodable')
    expect(reply.json).not.toHaveProperty('id')
  })
})

describe('a JSON document', () => {
  const wrongNumbers = ['1e3', '+1', '-1', '0x10', '01', '', ' 1', '1 ', '1.0', '18446744073709551616', 'NaN', '１']
  const wrongFields: [string, unknown][] = [
    ...wrongNumbers.flatMap((text) =>
      (['nonce', 'amount', 'fee'] as const).map((field): [string, unknown] => [field, text]),
    ),
    ['nonce', 5],
    ['amount', null],
    ['fee', ['1']],
    ['createdAt', '1'],
    ['createdAt', -1],
    ['createdAt', 1.5],
    ['createdAt', 9_007_199_254_740_992],
    ['sender', 'hs1other'],
    ['sender', 'AB'.repeat(32)],
    ['sender', 'x'.repeat(200)],
    ['recipient', ''],
    ['recipient', 1],
    ['payload', 'abc'],
    ['payload', 'AB'],
    ['payload', '0x00'],
    ['signature', 'ab'.repeat(63)],
    ['signature', ''],
  ]
  it.each(wrongFields)('is refused for %s = %j, by name', async (field, value) => {
    const reply = await submitJson({ ...document, [field]: value })
    expectProblem(reply, 400, 'invalid-request')
    expect(reply.json.message).toContain(`"${field}"`)
    expect(control.submitted).toEqual([])
  })

  it('takes the largest numbers', async () => {
    const most = '18446744073709551615'
    expect((await submitJson({ ...document, nonce: most, amount: most, fee: '0' })).status).toBe(202)
  })

  it.each(Object.keys(document))('is refused without %s, by name', async (field) => {
    const { [field as keyof TransactionDocument]: _, ...rest } = document
    const reply = await submitJson(rest)
    expectProblem(reply, 400, 'invalid-request')
    expect(reply.json.message).toContain(`"${field}"`)
  })

  it.each([
    ['an unknown field', JSON.stringify({ ...document, memo: 'x' }), '"memo"'],
    ['__proto__', `{"__proto__":{"polluted":1},${JSON.stringify(document).slice(1)}`, '"__proto__"'],
    ['a nested __proto__', `{"payload":{"a":[{"__proto__":1}]}}`, '"__proto__"'],
    ['constructor', `{"constructor":{"prototype":{"polluted":1}}}`, '"constructor"'],
    ['an escaped __proto__', String.raw`{"\u005f_proto__":{"polluted":1}}`, '"__proto__"'],
    ['depth', `${'['.repeat(9)}${']'.repeat(9)}`, 'deep'],
    ['absurd depth', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'deep'],
    ['33 keys', JSON.stringify(Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, 1]))), 'keys'],
    ['an array', '[]', 'body'],
    ['a string', '"x"', 'body'],
    ['null', 'null', 'body'],
    ['half of it', '{"sender":', 'JSON'],
    ['nothing', '', ''],
  ])('is refused for %s', async (_, body, names) => {
    const reply = await submitJson(body)
    expectProblem(reply, 400, 'invalid-request')
    expect(reply.json.message).toContain(names)
    expect(control.submitted).toEqual([])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('is refused where it is not UTF-8', async () => {
    const body = new Uint8Array([...Buffer.from('{"sender":"'), 0xff, 0xfe, ...Buffer.from('"}')])
    const reply = await post(open.url, '/v1/transactions', body, JSON_TYPE)
    expectProblem(reply, 400, 'invalid-request')
    expect(reply.json.message).toContain('UTF-8')
  })

  it('with a payload that is too long is refused as such', async () => {
    expectProblem(await submitJson({ ...document, payload: '00'.repeat(16_385) }), 413, 'too-large')
    expect((await submitJson({ ...document, payload: '00'.repeat(16_384) })).status).toBe(202)
  })

  it('pollutes nothing, whatever it is made of', async () => {
    const seed = 20_261_120
    const prng = createPrng(seed)
    const before = Object.getOwnPropertyNames(Object.prototype)
    const keys = ['__proto__', 'constructor', 'prototype', 'sender', 'nonce', 'x', 'toString', '']
    const value = (depth: number): string => {
      const kind = prng.below(depth > 4 ? 3 : 5)
      if (kind === 0) return String(prng.below(100))
      if (kind === 1) return 'null'
      if (kind === 2) return JSON.stringify(keys[prng.below(keys.length)])
      if (kind === 3) return `[${value(depth + 1)},${value(depth + 1)}]`
      return `{${[0, 1, 2].map(() => `${JSON.stringify(keys[prng.below(keys.length)])}:${value(depth + 1)}`).join(',')}}`
    }
    for (let round = 0; round < 300; round++) {
      const reply = await submitJson(`{"x":${value(0)}}`)
      expect(reply.status, `seed ${seed}, round ${round}`).toBe(400)
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
    expect(control.submitted).toEqual([])
  })
})

describe('a body', () => {
  it('may be as large as the bound and no larger', async () => {
    expect((await post(open.url, '/v1/transactions', new Uint8Array(BODY_BYTES_MAX), BYTES_TYPE)).status).toBe(202)
    expectProblem(
      await post(open.url, '/v1/transactions', new Uint8Array(BODY_BYTES_MAX + 1), BYTES_TYPE),
      413,
      'body-too-large',
    )
    expect(control.submitted).toHaveLength(1)
  })

  it('may not hide its size in chunks', async () => {
    const reply = await post(open.url, '/v1/transactions', new Uint8Array(BODY_BYTES_MAX + 1), {
      ...BYTES_TYPE,
      'transfer-encoding': 'chunked',
    })
    expectProblem(reply, 413, 'body-too-large')
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/json',
    'application/xml',
    'application/x-ndjson',
    'application/jsonp',
    '',
  ])('of type "%s" is not read', async (type) => {
    const reply = await post(open.url, '/v1/transactions', JSON.stringify(document), { 'content-type': type })
    expectProblem(reply, 415, 'unsupported-content-type')
    expect(control.submitted).toEqual([])
  })

  it.each(['gzip', 'deflate', 'br', 'identity'])('with Content-Encoding %s is not read', async (encoding) => {
    const reply = await post(open.url, '/v1/transactions', JSON.stringify(document), {
      ...JSON_TYPE,
      'content-encoding': encoding,
    })
    expectProblem(reply, 415, 'unsupported-encoding')
  })

  it('may name its character set', async () => {
    const reply = await post(open.url, '/v1/transactions', JSON.stringify(document), {
      'content-type': 'application/json; charset=utf-8',
    })
    expect(reply.status).toBe(202)
  })
})

describe('a batch', () => {
  const items = [0, 1, 2].map((nonce) => buildTransaction({ nonce }).bytes)
  const lines = (count: number): string => `${JSON.stringify(document)}\n`.repeat(count)

  it('has one result for each transaction, in order', async () => {
    control.onSubmit = (_, index) =>
      [
        { kind: 'accepted', id: 'a'.repeat(64), state: 'pending' } as const,
        { kind: 'rejected', code: 'invalid-signature', id: 'b'.repeat(64) } as const,
        { kind: 'known', id: 'c'.repeat(64), state: 'parked' } as const,
      ][index] ?? { kind: 'rejected', code: 'overloaded', id: null }
    const reply = await post(open.url, '/v1/transactions:batch', encodeBatch(items), BYTES_TYPE)
    expect(reply.status).toBe(200)
    const { message, hint } = REJECTS['invalid-signature']
    expect(reply.json).toEqual({
      v: 1,
      accepted: 1,
      known: 1,
      rejected: 1,
      results: [
        { status: 'accepted', id: 'a'.repeat(64), state: 'pending' },
        { status: 'rejected', id: 'b'.repeat(64), code: 'invalid-signature', message, hint },
        { status: 'known', id: 'c'.repeat(64), state: 'parked' },
      ],
    })
    expect(control.submitted.map(toHex)).toEqual(items.map(toHex))
  })

  it('may be lines of JSON, with or without a last line end', async () => {
    expect((await post(open.url, '/v1/transactions:batch', lines(2), LINES_TYPE)).json).toMatchObject({ accepted: 2 })
    expect((await post(open.url, '/v1/transactions:batch', lines(2).trimEnd(), LINES_TYPE)).json.accepted).toBe(2)
    expect(toHex(control.submitted[3] ?? new Uint8Array())).toBe(toHex(transaction.bytes))
  })

  it.each([
    ['no line', '', ''],
    ['an empty line', `${lines(1)}\n${lines(1)}`, 'line 2'],
    ['a line that is not JSON', `${lines(1)}{`, 'line 2'],
    ['a wrong field', `${lines(2)}${JSON.stringify({ ...document, fee: '1e3' })}`, 'line 3: "fee"'],
    ['an address of elsewhere', JSON.stringify({ ...document, sender: 'hs1other' }), 'line 1: "sender"'],
    ['__proto__', `${lines(1)}{"__proto__":1}`, 'line 2: the key "__proto__"'],
    ['257 lines', lines(257), '257'],
  ])('of lines is refused as a whole for %s', async (_, body, names) => {
    const reply = await post(open.url, '/v1/transactions:batch', body, LINES_TYPE)
    expectProblem(reply, 400, 'invalid-request')
    expect(reply.json.message).toContain(names)
    expect(control.submitted).toEqual([])
  })

  it('takes 256 and no more', async () => {
    const many = Array.from({ length: 256 }, () => transaction.bytes)
    expect((await post(open.url, '/v1/transactions:batch', encodeBatch(many), BYTES_TYPE)).json.accepted).toBe(256)
    const more = encodeBatch([...many, transaction.bytes])
    expectProblem(await post(open.url, '/v1/transactions:batch', more, BYTES_TYPE), 400, 'invalid-request')
  })

  it('of bytes is refused where it cannot be split, is JSON, or is too large', async () => {
    const broken = encodeBatch(items).fill(0xff, 0, 4)
    expectProblem(await post(open.url, '/v1/transactions:batch', broken, BYTES_TYPE), 400, 'invalid-request')
    expectProblem(await post(open.url, '/v1/transactions:batch', '[]', JSON_TYPE), 415, 'unsupported-content-type')
    const large = new Uint8Array(BATCH_BODY_BYTES_MAX + 1)
    expectProblem(await post(open.url, '/v1/transactions:batch', large, BYTES_TYPE), 413, 'body-too-large')
  })
})
