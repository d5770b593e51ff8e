import { Registry } from 'prom-client'
import { afterEach, describe, expect, it } from 'vitest'
import { gossipMetricsRegister } from '../../src/adapters/metrics/gossip-register.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import { connect, type TestNode } from '../toolkit/libp2p/libp2p-node.ts'
import { until } from '../toolkit/until.ts'
import { Libp2pWorld } from '../toolkit/libp2p/libp2p-world.ts'

const world = new Libp2pWorld()
afterEach(() => world.stop())

// What every Gossip adapter owes is in test/contract/gossip.ts; here stands what real links add.
describe('gossip over TCP', () => {
  it('hands on bytes that are its own: the network buffer is not kept alive by them', async () => {
    const [a, b] = [await world.node('a'), await world.node('b')]
    await connect(a, b)
    await a.gossip.publish('transactions', utf8('small'), { flood: false })
    await until(() => b.messages.length === 1, 'the message')
    expect(b.messages[0]?.bytes.buffer.byteLength).toBe(5)
  })

  it('carries the largest message whole', async () => {
    const [a, b, c] = [await world.node('a'), await world.node('b'), await world.node('c')]
    await connect(b, a, c)
    const block = new Uint8Array(1_048_576).map((_, i) => i % 251)
    await a.gossip.publish('blocks', block, { flood: false })
    await until(() => c.messages.length === 1, 'the block')
    expect(Buffer.compare(c.messages[0]?.bytes as Uint8Array, block)).toBe(0)
  })

  it('holds a star together: the hub keeps every leaf in its mesh', async () => {
    const hub = await world.node('hub', { connectionsMax: 32 })
    const leaves = await Promise.all(Array.from({ length: 14 }, (_, i) => world.node(`leaf ${i}`)))
    await Promise.all(leaves.map((leaf) => connect(leaf, hub)))
    await (leaves[0] as TestNode).gossip.publish('transactions', utf8('to all'), { flood: false })
    await until(() => leaves.slice(1).every((leaf) => leaf.messages.length === 1), 'all leaves')
    expect(hub.gossip.meshOf('transactions').mesh).toHaveLength(14)
  })

  it('counts in the metrics register that it is given, by our names of topics', async () => {
    const registry = new Registry()
    const a = await world.node('a', { metricsRegister: gossipMetricsRegister(registry) })
    const b = await world.node('b')
    await connect(a, b)
    await a.gossip.publish('transactions', utf8('counted'), { flood: false })
    const text = await registry.metrics()
    expect(text).toMatch(/gossipsub_msg_publish_count_total\{topic="transactions"\} 1/)
  })
})
