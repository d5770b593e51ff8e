/**
 * The network, its reset and the node's tags over the API: what is read, what changes, and what only the token's holder
 * may do.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type Client } from '../../src/client/connect.ts'
import { fakeMember, fakeNetwork } from '../toolkit/api/fake-control.ts'
import { faultsOf, readDocument } from '../toolkit/api/api-document.ts'
import { openTestApi, post, send, TOKEN, type TestApi } from '../toolkit/api/http-api.ts'

let open: TestApi
let client: Client
beforeAll(async () => {
  open = await openTestApi()
  client = connect(open.url, { token: TOKEN })
})
afterAll(async () => {
  client.close()
  await open.api.close()
})

const change = (body: unknown) =>
  post(open.url, '/v1/tags', JSON.stringify(body), { 'content-type': 'application/json' })

describe('the network', () => {
  it('is the picture that the document describes', async () => {
    const reply = await send(open.url, '/v1/network')
    expect(reply.json).toEqual(fakeNetwork([fakeMember({ tags: { zone: 'a' } })]))
    expect(faultsOf(await readDocument(open.url), '/v1/network', reply.json)).toEqual([])
    expect(await client.network()).toMatchObject({ ok: true, value: reply.json })
  })

  it('is forgotten for the holder of the token alone', async () => {
    expect((await send(open.url, '/v1/network/reset', { method: 'POST' })).status).toBe(401)
    expect(open.control.resets).toBe(0)
    expect(await client.resetNetwork()).toMatchObject({ ok: true, status: 202 })
    expect(open.control.resets).toBe(1)
  })
})

describe('an invitation', () => {
  const wish = { holdsMs: 60_000, once: true }
  const ask = (body: unknown) =>
    post(open.url, '/v1/invitations', JSON.stringify(body), { 'content-type': 'application/json' })

  it('is as the document describes it, for the holder of the token alone', async () => {
    const reply = await ask(wish)
    expect(reply.json).toMatchObject({ v: 1, once: true, line: expect.stringMatching(/^hsjoin1/) })
    expect(await client.invite(wish)).toMatchObject({ ok: true, value: reply.json })
    const headers = { 'content-type': 'application/json' }
    const stranger = { method: 'POST', headers, body: JSON.stringify(wish) }
    expect((await send(open.url, '/v1/invitations', stranger)).status).toBe(401)
  })

  it.each([
    [{ once: true }, 'holdsMs'],
    [{ ...wish, holdsMs: 1 }, 'holdsMs'],
    [{ ...wish, holdsMs: 2 ** 40 }, 'holdsMs'],
    [{ ...wish, once: 1 }, 'once'],
  ])('is refused as %j, by the name of the field', async (body, field) => {
    const reply = await ask(body)
    expect(reply.status).toBe(400)
    expect(reply.json.message).toContain(`"${field}"`)
  })

  it.each(['deaf', 'full', 'too-large', 'unwritten'] as const)('that can not be: %s, with a next step', async (why) => {
    open.control.inviteOutcome = why
    const reply = await ask(wish)
    open.control.inviteOutcome = 'invited'
    expect(reply.status).toBe(503)
    expect(reply.json).toMatchObject({ message: expect.stringMatching(/./), hint: expect.stringMatching(/./) })
  })
})

describe('a tag', () => {
  it('is set, shown and taken away', async () => {
    expect(await client.setTag('service_version', 'v1.2.4')).toMatchObject({
      ok: true,
      value: { tags: { zone: 'a', service_version: 'v1.2.4' } },
    })
    expect(await client.tags()).toMatchObject({ value: { tags: { zone: 'a', service_version: 'v1.2.4' } } })
    expect(await client.setTag('zone', null)).toMatchObject({ value: { tags: { service_version: 'v1.2.4' } } })
    expect((await send(open.url, '/v1/tags')).json).toEqual({ v: 1, tags: { service_version: 'v1.2.4' } })
  })

  it('is not set without the token', async () => {
    const reply = await send(open.url, '/v1/tags', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: 'a', value: 'b' }),
    })
    expect(reply.status).toBe(401)
    expect(open.control.tagsKept).not.toHaveProperty('a')
  })

  it.each([
    [{ key: 'a' }, 'value'],
    [{ value: 'a' }, 'key'],
    [{ key: 'a', value: 1 }, 'value'],
    [{ key: 'a', value: 'b', more: 1 }, 'more'],
    [{ key: 'a'.repeat(33), value: 'b' }, 'key'],
    [{ key: 'a', value: 'b'.repeat(65) }, 'value'],
  ])('is refused as %j, by the name of the field', async (body, field) => {
    const reply = await change(body)
    expect(reply.status).toBe(400)
    expect(reply.json.message).toContain(`"${field}"`)
  })

  it.each([
    ['bad-key', '"key"'],
    ['bad-value', '"value"'],
    ['too-many', 'at most 16'],
  ] as const)('that the node finds %s is refused with the reason', async (outcome, words) => {
    open.control.tagOutcome = outcome
    const reply = await change({ key: 'a', value: 'b' })
    open.control.tagOutcome = 'set'
    expect(reply.status).toBe(400)
    expect(reply.json.message).toContain(words)
    expect(reply.json.hint).not.toBe('')
  })
})
