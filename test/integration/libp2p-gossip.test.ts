import { afterEach, describe, expect, it } from 'vitest'
import { topicName } from '../../src/domain/protocols.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import { connect, TEST_NETWORK, type TestNode } from '../support/libp2p-node.ts'
import { until } from '../support/libp2p-until.ts'
import { Libp2pWorld } from '../support/libp2p-world.ts'

const world = new Libp2pWorld()
afterEach(() => world.stop())

/** a – b – c */
async function line(judge?: Parameters<Libp2pWorld['node']>[1]): Promise<[TestNode, TestNode, TestNode]> {
  const [a, b, c] = [await world.node('a'), await world.node('b', judge), await world.node('c')]
  await connect(b, a, c)
  return [a, b, c]
}

describe('gossip over TCP', () => {
  it('carries a message over two hops once it is accepted', async () => {
    const [a, b, c] = await line()
    const bytes = utf8('a rumour')
    expect(await a.gossip.publish('transactions', bytes, { flood: false })).toEqual({
      kind: 'published',
      recipients: 1,
    })
    await until('the rumour at the far end', () => c.messages.length === 1)
    expect(c.messages[0]).toMatchObject({ topic: 'transactions', from: b.self, bytes: new Uint8Array(bytes) })
    expect(c.messages[0]?.messageId).toBe(b.messages[0]?.messageId)
    expect(a.messages).toHaveLength(0)
  })

  it.each(['reject', 'ignore'] as const)('carries nothing further on %s', async (verdict) => {
    const forged = utf8('forged')
    const [a, b, c] = await line({
      judge: ({ bytes, messageId, from }, { gossip }) => {
        const isForged = bytes.byteLength === forged.byteLength
        expect(gossip.reportVerdict(messageId, from, isForged ? verdict : 'accept')).toBe(true)
      },
    })
    await a.gossip.publish('transactions', forged, { flood: false })
    await until('the verdict', () => b.messages.length === 1)
    // What comes after on the same links has arrived, so the forged one would have.
    await a.gossip.publish('transactions', utf8('an honest one'), { flood: false })
    await until('the honest one', () => c.messages.length > 0)
    expect(c.messages.map(({ bytes }) => bytes.byteLength)).toEqual([utf8('an honest one').byteLength])
    if (verdict === 'reject') await until('the penalty', () => b.gossip.score(a.self) < 0)
    else expect(b.gossip.score(a.self)).toBeGreaterThanOrEqual(0)
  })

  it('lets a verdict count once, and not for a message that it never raised', async () => {
    const results: boolean[] = []
    const [a, b] = await line({
      judge: ({ messageId, from }, { gossip }) => {
        results.push(gossip.reportVerdict(messageId, from, 'accept'), gossip.reportVerdict(messageId, from, 'reject'))
      },
    })
    await a.gossip.publish('blocks', utf8('a block'), { flood: false })
    await until('the verdicts', () => results.length === 2)
    expect(results).toEqual([true, false])
    expect(b.gossip.reportVerdict('00'.repeat(32) as never, a.self, 'accept')).toBe(false)
  })

  it('knows what it has published and what it has heard', async () => {
    const [a, b, c] = await line()
    await a.gossip.publish('records', utf8('r'), { flood: false })
    expect(await a.gossip.publish('records', utf8('r'), { flood: false })).toEqual({ kind: 'duplicate' })
    await until('the far end', () => c.messages.length === 1)
    expect(await b.gossip.publish('records', utf8('r'), { flood: true })).toEqual({ kind: 'duplicate' })
  })

  it('keeps a message publishable while nobody subscribes', async () => {
    const [a, b] = [await world.node('a'), await world.node('b')]
    expect(await a.gossip.publish('transactions', utf8('m'), { flood: true })).toEqual({
      kind: 'published',
      recipients: 0,
    })
    await connect(a, b)
    expect(await a.gossip.publish('transactions', utf8('m'), { flood: true })).toEqual({
      kind: 'published',
      recipients: 1,
    })
    await until('the message', () => b.messages.length === 1)
  })

  it('reports each further copy with who sent it', async () => {
    const [a, b, c] = await line()
    await connect(a, c)
    const bytes = new Uint8Array(100).fill(3)
    await a.gossip.publish('transactions', bytes, { flood: true })
    // b and c have it from a, and each may send it to the other, depending on who was first.
    await until('both', () => b.messages.length === 1 && c.messages.length === 1)
    const [first] = b.messages
    await world.hostile().then(async (peer) => {
      await peer.join(b.address())
      await peer.send({ messages: [{ topic: topicName(TEST_NETWORK, 'transactions'), data: bytes }] })
      await until('the copy', () => b.copies.some(({ from }) => from === peer.self))
    })
    expect(b.copies.at(-1)).toMatchObject({ topic: 'transactions', messageId: first?.messageId, bytes: 100 })
    expect(b.messages).toHaveLength(1)
  })

  it('tells each change of subscribers and mesh once', async () => {
    const [a, b] = [await world.node('a'), await world.node('b')]
    await connect(a, b)
    await until('all three topics', () => a.meshChanges.filter(({ event }) => event === 'graft').length === 3)
    for (const topic of ['transactions', 'blocks', 'records'] as const)
      expect(a.meshChanges.filter((change) => change.topic === topic).map(({ event }) => event)).toEqual([
        'subscribe',
        'graft',
      ])
    expect(a.gossip.meshOf('blocks')).toEqual({ topic: 'blocks', subscribers: [b.self], mesh: [b.self] })
    await b.stop()
    await until('the end', () => a.meshChanges.length === 12)
    for (const topic of ['transactions', 'blocks', 'records'] as const)
      expect(a.meshChanges.filter((change) => change.topic === topic).map(({ event }) => event)).toEqual([
        'subscribe',
        'graft',
        'prune',
        'unsubscribe',
      ])
  })

  it('meshes again with a peer that left and came back at once', async () => {
    const [a, b] = [await world.node('a'), await world.node('b')]
    await connect(a, b)
    await a.connections.disconnect(b.self)
    await connect(a, b)
    await a.gossip.publish('transactions', utf8('again'), { flood: false })
    await until('the message', () => b.messages.length === 1)
  })

  it('holds a star together: the hub keeps every leaf in its mesh', async () => {
    const hub = await world.node('hub', { connectionsMax: 32 })
    const leaves = await Promise.all(Array.from({ length: 14 }, (_, i) => world.node(`leaf ${i}`)))
    await Promise.all(leaves.map((leaf) => connect(leaf, hub)))
    await (leaves[0] as TestNode).gossip.publish('transactions', utf8('to all'), { flood: false })
    await until('all leaves', () => leaves.slice(1).every((leaf) => leaf.messages.length === 1))
    expect(hub.gossip.meshOf('transactions').mesh).toHaveLength(14)
  })
})
