/** What is cheap to send, says nothing, and costs work all the same (A43 to A45). */
import type { Stream } from '@libp2p/interface'
import { afterEach, expect, it } from 'vitest'
import * as lp from 'it-length-prefixed'
import { OPENING_TOLL, TOLL_BURST } from '../../src/adapters/libp2p/limits.ts'
import { protocolName, topicName } from '../../src/domain/protocols.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import type { Hostile } from '../toolkit/libp2p/libp2p-hostile.ts'
import { TEST_NETWORK, type TestNode } from '../toolkit/libp2p/libp2p-node.ts'
import { until } from '../toolkit/until.ts'
import { Libp2pWorld } from '../toolkit/libp2p/libp2p-world.ts'

const world = new Libp2pWorld()
afterEach(() => world.stop())

/** Length-prefixed RPCs that hold nothing. */
const emptyRpcs = (count: number): Uint8Array => new Uint8Array(count)

/** Frames of yamux on the gossip stream of a peer: header alone, or with bodies. */
function frames(count: number, type: number, stream: number, body: number): Uint8Array {
  const bytes = new Uint8Array(count * (12 + body))
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < bytes.byteLength; at += 12 + body) {
    view.setUint8(at + 1, type)
    view.setUint32(at + 4, stream)
    view.setUint32(at + 8, type === 0 ? body : 1)
  }
  return bytes
}

/** Waits for the end of an answer. */
async function answerOf(stream: Stream): Promise<void> {
  for await (const _ of stream);
}

async function stage(): Promise<{ peer: Hostile; victim: TestNode }> {
  const victim = await world.node('victim')
  const peer = await world.hostile()
  await peer.join(victim.address())
  return { peer, victim }
}

const says = async (peer: Hostile, text: string): Promise<void> =>
  peer.send({ messages: [{ topic: topicName(TEST_NETWORK, 'transactions'), data: utf8(text) }] })

it('cuts a peer whose RPCs say nothing, and takes a few of them (A43)', async () => {
  const { peer, victim } = await stage()
  await peer.sendRaw(emptyRpcs(TOLL_BURST / 4))
  await says(peer, 'after a few')
  await until(() => victim.messages.length === 1, 'the message')
  expect(victim.overworked).toEqual([])
  await peer.sendRaw(emptyRpcs(TOLL_BURST))
  await until(() => !peer.isConnected() && victim.disconnects.includes(peer.self), 'the cut')
  expect(victim.overworked).toEqual([{ kind: 'peer', name: peer.self, what: 'empty-rpcs' }])
})

it('goes on counting when a peer comes back (A44)', async () => {
  const { peer, victim } = await stage()
  await peer.sendRaw(emptyRpcs(TOLL_BURST * 0.7))
  await says(peer, 'before')
  await until(() => victim.messages.length === 1, 'the message')
  await peer.connection().close()
  await until(() => victim.disconnects.length === 1, 'the end')
  await peer.join(victim.address())
  await peer.sendRaw(emptyRpcs(TOLL_BURST * 0.7))
  await until(() => victim.disconnects.length === 2, 'the cut')
  expect(victim.overworked).toEqual([{ kind: 'peer', name: peer.self, what: 'empty-rpcs' }])
})

it('cuts a peer that opens streams and asks nothing on them, and none that asks (A46)', async () => {
  const victim = await world.node('victim', {
    beforeStart: (node) => node.requests.serve('hello', async (_, request) => [request]),
  })
  const peer = await world.hostile()
  await peer.join(victim.address())
  // Most of what is free is spent, so that few streams show it.
  await peer.sendRaw(emptyRpcs(Math.floor(TOLL_BURST * 0.9)))
  await says(peer, 'after them')
  await until(() => victim.messages.length === 1, 'the message')
  const hello = protocolName(TEST_NETWORK, 'hello')
  const question = lp.encode.single(utf8('a question')).subarray()
  for (let n = 0; n < TOLL_BURST / OPENING_TOLL / 3; n++) await answerOf(await peer.openAndClose(hello, question))
  expect(victim.overworked).toEqual([])
  // All at once: on a slow machine fewer than are free in that time would come of one after the other.
  const pushes = Array.from({ length: Math.ceil(TOLL_BURST / OPENING_TOLL) }, () =>
    peer.openAndClose('/ipfs/id/push/1.0.0', Uint8Array.of(3, 0x2a, 1, 0x61)),
  )
  await Promise.allSettled(pushes)
  await until(() => victim.disconnects.includes(peer.self), 'the cut')
  expect(victim.overworked).toEqual([{ kind: 'peer', name: peer.self, what: 'openings' }])
})

it.each([
  ['data frames that carry nothing', 0, 0],
  ['frames with a byte each', 0, 1],
  ['window updates', 1, 0],
])('cuts a peer that sends %s (A45)', async (_, type, body) => {
  const { peer, victim } = await stage()
  await says(peer, 'opens the stream')
  await until(() => victim.messages.length === 1, 'the message')
  const stream = peer
    .connection()
    .streams.find(({ protocol, direction }) => protocol.startsWith('/meshsub') && direction === 'outbound')
  peer.wire().send(frames(2 * TOLL_BURST + 1_024, type, Number(stream?.id), body))
  await until(() => victim.disconnects.includes(peer.self), 'the cut')
  expect(victim.overworked).toEqual([{ kind: 'peer', name: peer.self, what: 'empty-frames' }])
})
