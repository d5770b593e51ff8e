/** The chain as it can be read: blocks, accounts with proof, evidence; over HTTP and by the client. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../src/client/connect.ts'
import type { Client } from '../../src/client/connect.ts'
import { fakeBlock, FakeControl } from '../toolkit/api/fake-control.ts'
import { faultsOf as faultsIn, readDocument, type ApiDocument } from '../toolkit/api/api-document.ts'
import { openTestApi, send } from '../toolkit/api/http-api.ts'
import type { TestApi } from '../toolkit/api/http-api.ts'

const KEY = 'ab'.repeat(32)
const TRANSACTION = 'ee'.repeat(32)
const block = fakeBlock(7, { transactions: [TRANSACTION], txCount: 1, sizeBytes: 500 })
const control = new FakeControl()
for (const name of ['head', '7', block.hash, block.hash.slice(0, 6)])
  control.blockLookups.set(name, { kind: 'found', value: block })
control.blockLookups.set('settled', { kind: 'found', value: fakeBlock(5, { settled: true }) })
control.blockLookups.set('aaaa', { kind: 'ambiguous', matches: ['aaaa1', 'aaaa2'] })
control.blockLookups.set('dead', {
  kind: 'found',
  value: fakeBlock(6, { branch: 'invalid', reason: 'wrong-ledger-root', firstSeenNs: null, from: null }),
})
const proof = {
  key: KEY,
  balance: '100',
  nonce: '0',
  index: 0,
  size: 1,
  branch: Array.from({ length: 32 }, () => '00'.repeat(32)),
  ledgerRoot: '11'.repeat(32),
}

let open: TestApi
let client: Client
let document: ApiDocument
beforeAll(async () => {
  open = await openTestApi({ control })
  client = connect(open.url)
  document = await readDocument(open.url)
})
afterAll(async () => {
  client.close()
  await open.api.close()
})

const faultsOf = (pattern: string, answer: unknown): readonly unknown[] => faultsIn(document, pattern, answer)

describe('a block', () => {
  it.each(['head', '7', block.hash, block.hash.slice(0, 6)])(
    'is found by %s, whole and as described',
    async (which) => {
      const reply = await send(open.url, `/v1/blocks/${which}`)
      expect(reply.json).toEqual(block)
      expect(faultsOf('/v1/blocks/{which}', reply.json)).toEqual([])
    },
  )

  it('may stand elsewhere than on the best chain, with the reason', async () => {
    expect((await send(open.url, '/v1/blocks/settled')).json).toMatchObject({ height: 5, settled: true })
    const invalid = await send(open.url, '/v1/blocks/dead')
    expect(invalid.json).toMatchObject({ branch: 'invalid', reason: 'wrong-ledger-root', firstSeenNs: null })
    expect(faultsOf('/v1/blocks/{which}', invalid.json)).toEqual([])
  })

  it('is missing where there is none: a height, and a hash', async () => {
    for (const which of ['8', 'beef', 'f'.repeat(64)]) {
      const reply = await send(open.url, `/v1/blocks/${which}`)
      expect(reply.status, which).toBe(404)
      expect(reply.json).toMatchObject({ code: 'not-found', message: expect.stringContaining(`block ${which}`) })
    }
  })

  it('is not guessed among several', async () => {
    const reply = await send(open.url, '/v1/blocks/aaaa')
    expect(reply.status).toBe(409)
    expect(reply.json.message).toContain('aaaa2')
  })

  it.each(['tail', 'HEAD', 'abc', '-1', '1e3', '1.5', 'ABCD', `${'a'.repeat(65)}`])(
    'is not asked for by %s',
    async (which) => {
      const reply = await send(open.url, `/v1/blocks/${which}`)
      expect(reply.status).toBe(400)
      expect(reply.json.message).toContain('"which"')
    },
  )
})

describe('the list of blocks', () => {
  it.each([
    ['', { limit: 20 }],
    ['?limit=1000', { limit: 1_000 }],
    ['?limit=5&before=7', { limit: 5, before: 7 }],
    ['?before=0', { limit: 20, before: 0 }],
  ])('with "%s" is asked for with %o', async (query, asked) => {
    const reply = await send(open.url, `/v1/blocks${query}`)
    expect(reply.status).toBe(200)
    expect(control.blocksAsked).toEqual(asked)
    expect(faultsOf('/v1/blocks', reply.json)).toEqual([])
    expect(reply.json).toMatchObject({ head: { height: 1 }, settled: { height: 0 }, blocks: [{ height: 1 }] })
  })

  it.each(['limit=0', 'limit=1001', 'limit=-1', 'before=-1', 'before=1e3', 'before=', 'before=1&before=2', 'after=1'])(
    'is not had with %s',
    async (query) => {
      const reply = await send(open.url, `/v1/blocks?${query}`)
      expect(reply.status).toBe(400)
      expect(reply.json.message).toContain(`"${query.split('=')[0] ?? ''}"`)
    },
  )
})

describe('an account', () => {
  it('comes with its proof only where that was asked for', async () => {
    control.accountProof = proof
    const plain = await send(open.url, `/v1/accounts/${KEY}`)
    expect(plain.json).not.toHaveProperty('proof')
    expect(plain.json).not.toHaveProperty('header')
    for (const query of ['proof', 'proof=', 'proof=true']) {
      const reply = await send(open.url, `/v1/accounts/${KEY}?${query}`)
      expect(reply.json).toMatchObject({ proof, header: null })
      expect(faultsOf('/v1/accounts/{address}', reply.json)).toEqual([])
    }
  })

  it('that is not in the ledger has none', async () => {
    control.accountProof = null
    expect((await send(open.url, `/v1/accounts/${KEY}?proof`)).json).toMatchObject({ proof: null })
  })

  it('is had without its proof where that is said', async () => {
    expect((await send(open.url, `/v1/accounts/${KEY}?proof=false`)).json).not.toHaveProperty('proof')
  })

  it.each(['proof=no', 'proof=1', 'proofs', 'proof&proof'])('is not had with %s', async (query) => {
    expect((await send(open.url, `/v1/accounts/${KEY}?${query}`)).status).toBe(400)
  })
})

describe('evidence', () => {
  it('is listed with the headers that anybody can check', async () => {
    expect((await send(open.url, '/v1/evidence')).json).toEqual({ v: 1, evidence: [] })
    const kept = [
      { slot: 9, proposer: 'ths1liar', hashes: ['aa'.repeat(32), 'bb'.repeat(32)], headers: ['00ff', '01ff'] },
    ]
    control.evidenceKept = kept
    const reply = await send(open.url, '/v1/evidence')
    expect(reply.json).toEqual({ v: 1, evidence: kept })
    expect(faultsOf('/v1/evidence', reply.json)).toEqual([])
  })
})

describe('the client', () => {
  it('asks for a block, the list, an account with proof, and evidence', async () => {
    control.accountProof = proof
    expect(await client.block('head')).toEqual({ ok: true, status: 200, value: block })
    expect(await client.block('beef')).toMatchObject({ ok: false, status: 404, problem: { code: 'not-found' } })
    expect(await client.blocks({ limit: 3, before: 2 })).toMatchObject({ ok: true, value: { blocks: [{ height: 1 }] } })
    expect(control.blocksAsked).toEqual({ limit: 3, before: 2 })
    await client.blocks()
    expect(control.blocksAsked).toEqual({ limit: 20 })
    expect(await client.account(KEY, { proof: true })).toMatchObject({ ok: true, value: { proof } })
    expect((await client.account(KEY)) as object).not.toHaveProperty('value.proof')
    expect(await client.evidence()).toMatchObject({ ok: true, value: { v: 1 } })
  })
})
