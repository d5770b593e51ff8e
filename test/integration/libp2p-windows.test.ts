import { streamPair } from '@libp2p/utils'
import type { MessageStream } from '@libp2p/interface'
import * as lp from 'it-length-prefixed'
import { afterEach, expect, it } from 'vitest'
import { gatherWrites } from '../../src/adapters/libp2p/muxer-economy.ts'
import { guardedYamux } from '../../src/adapters/libp2p/muxer-guard.ts'
import { protocolName } from '../../src/domain/protocols.ts'
import { TEST_NETWORK } from '../toolkit/libp2p/libp2p-node.ts'
import { idleGuards } from '../toolkit/libp2p/idle-guards.ts'
import { until } from '../toolkit/until.ts'
import { Libp2pWorld } from '../toolkit/libp2p/libp2p-world.ts'

const world = new Libp2pWorld()
afterEach(() => world.stop())

const WINDOW_BYTES = 262_144

/** Window updates that came in on a connection whose frames don't span two messages: flags and length of each. */
function windowUpdates(connection: MessageStream): { readonly flags: number; readonly length: number }[] {
  const found: { flags: number; length: number }[] = []
  connection.addEventListener('message', ({ data }) => {
    const bytes = data.subarray()
    for (let at = 0; at + 12 <= bytes.byteLength;) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, 12)
      const length = view.getUint32(8)
      if (view.getUint8(1) === 1) found.push({ flags: view.getUint16(2), length })
      at += 12 + (view.getUint8(1) === 0 ? length : 0)
    }
  })
  return found
}

it('a frame leaves with its data in one write, and so do frames that are sent together', () => {
  const calls: string[] = []
  const socket = { cork: () => calls.push('cork'), uncork: () => calls.push('uncork') }
  const connection = { socket, sendData: (data: string) => calls.push(data) }
  gatherWrites(connection as unknown as MessageStream)
  connection.sendData('header')
  connection.sendData('data')
  expect(calls).toEqual(['cork', 'header', 'data'])
  return new Promise<void>((resolve) => {
    setImmediate(() => {
      connection.sendData('later')
      expect(calls).toEqual(['cork', 'header', 'data', 'uncork', 'cork', 'later'])
      resolve()
    })
  })
})

it('a header and its data are one record behind TLS', async () => {
  const server = await world.node('server', {
    beforeStart: ({ requests }) => requests.serve('probe', async () => [new Uint8Array(500)]),
  })
  const peer = await world.hostile()
  await peer.join(server.address())
  const stream = await peer.open(protocolName(TEST_NETWORK, 'probe'))
  const records: number[] = []
  peer.wire().addEventListener('message', ({ data }) => records.push(data.byteLength))
  stream.send(lp.encode.single(Uint8Array.of(1)).subarray())
  await until(() => records.some((bytes) => bytes > 500), 'the answer')
  expect(records.filter((bytes) => bytes === 12)).toEqual([])
})

it('a window is opened again when half of it is used, and not for every frame', async () => {
  const factory = guardedYamux(
    { enableKeepAlive: false },
    { perSecond: 1e9, burst: 1e9, now: () => 0, guards: idleGuards() },
  )()
  const [here, there] = await streamPair()
  const updates = windowUpdates(here)
  const [sender, receiver] = [factory.createStreamMuxer(here), factory.createStreamMuxer(there)]
  let received = 0
  receiver.addEventListener('stream', ({ detail }) => {
    detail.addEventListener('message', ({ data }) => (received += data.byteLength))
  })
  const stream = await sender.createStream()
  const chunk = new Uint8Array(1_024)
  let sent = 0
  const send = async (bytes: number): Promise<void> => {
    for (const end = sent + bytes; sent < end; sent += chunk.byteLength) stream.send(chunk)
    await until(() => received === sent, 'all of it')
  }
  await send(WINDOW_BYTES / 2 - chunk.byteLength)
  expect(updates).toEqual([])
  await send(chunk.byteLength)
  // With the acknowledgement that the stream still owes; as much is opened as was used.
  await until(() => updates.length === 1, 'the update')
  expect(updates).toEqual([{ flags: 2, length: WINDOW_BYTES / 2 }])
  await send(16 * WINDOW_BYTES)
  expect(updates.length).toBeLessThanOrEqual(34)
  const done = new Error('the test is over')
  for (const end of [sender, receiver, here, there]) end.abort(done)
})
