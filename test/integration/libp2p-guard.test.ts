import { afterEach, describe, expect, it } from 'vitest'
import { PINGS_BURST, WINDOW_BYTES_MAX } from '../../src/adapters/libp2p/limits.ts'
import { topicName } from '../../src/domain/protocols.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import type { Hostile } from '../toolkit/libp2p/libp2p-hostile.ts'
import { connect, TEST_NETWORK, type TestNode } from '../toolkit/libp2p/libp2p-node.ts'
import { until } from '../toolkit/until.ts'
import { Libp2pWorld } from '../toolkit/libp2p/libp2p-world.ts'
import { yamuxHeader } from '../toolkit/objects/yamux-header.ts'

const TRANSACTIONS = topicName(TEST_NETWORK, 'transactions')
const CHUNK_BYTES = 65_536

const world = new Libp2pWorld()
afterEach(() => world.stop())

async function stage(encryption: 'tls' | 'noise'): Promise<{ peer: Hostile; victim: TestNode; neighbour: TestNode }> {
  const [victim, neighbour] = [await world.node('victim'), await world.node('neighbour')]
  await connect(victim, neighbour)
  const peer = await world.hostile({ encryption })
  await peer.join(victim.address())
  // Without gossip of its own it would be let go after a while, and the guard would have nothing to do with that.
  await peer.send({ messages: [{ topic: TRANSACTIONS, data: utf8('opens the stream') }] })
  await until(() => victim.messages.length === 1, 'its gossip')
  // From here on nothing but the test writes: its own muxer would answer, and stumble over answers that it did not ask
  // for.
  ;(peer.wire() as unknown as { pause(): void }).pause()
  return { peer, victim, neighbour }
}

describe.each(['tls', 'noise'] as const)('the guard of the muxer, behind %s', (encryption) => {
  it('cuts a connection whose frame exceeds every window (L7)', async () => {
    const { peer, victim, neighbour } = await stage(encryption)
    const wire = peer.wire()
    // Two bytes more than a window, of which all but the last are sent: it ends as an unfinished frame that is one byte
    // too long.
    wire.send(yamuxHeader(0, 0, 1_001, WINDOW_BYTES_MAX + 2))
    for (let left = WINDOW_BYTES_MAX + 1; left > 0; left -= CHUNK_BYTES) {
      wire.send(new Uint8Array(Math.min(left, CHUNK_BYTES)))
      await until(() => wire.writeBufferLength === 0 || victim.disconnects.includes(peer.self), 'room, or the cut')
      if (victim.disconnects.includes(peer.self)) break
    }
    await until(() => victim.disconnects.includes(peer.self), 'the cut')
    expect(victim.mute).toEqual([])
    await victim.gossip.publish('transactions', utf8('still here'), { flood: false })
    await until(() => neighbour.messages.length === 2, 'honest traffic')
  })
})

describe('the guard of the muxer', () => {
  it('cuts a peer that pings more than anybody has to (A28)', async () => {
    const { peer, victim } = await stage('noise')
    const wire = peer.wire()
    // One more than the bucket holds, and what drips in meanwhile.
    for (let i = 0; i <= 2 * PINGS_BURST; i++) wire.send(yamuxHeader(2, 1, 0, i))
    await until(() => victim.disconnects.includes(peer.self), 'the cut')
  })
})

describe('the budget of a connection', () => {
  it('slows a peer down to 1 MiB/s after 4 MiB, and keeps it (L6)', async () => {
    const victim = await world.node('victim', { profile: 'node' })
    const peer = await world.hostile()
    await peer.join(victim.address())
    const startedMs = performance.now()
    for (let i = 0; i < 6; i++)
      await peer.send({ messages: [{ topic: TRANSACTIONS, data: new Uint8Array(1_048_576).fill(i) }] })
    await until(() => victim.messages.length === 6, 'all six')
    // 2 MiB are beyond the burst; half of the time is left to the clock's grain.
    expect(performance.now() - startedMs).toBeGreaterThan(1_000)
    expect(peer.isConnected()).toBe(true)
    expect(victim.malformed).toEqual([])
  })
})
