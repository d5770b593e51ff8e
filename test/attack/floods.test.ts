/** Floods of what is small to send and dear to answer. */
import { EXCHANGE_LIMITS } from '../../src/domain/exchange-limits.ts'
import { afterEach, expect, it } from 'vitest'
import { PINGS_BURST } from '../../src/adapters/libp2p/limits.ts'
import { protocolName, topicName } from '../../src/domain/protocols.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import { FakeControl } from '../toolkit/api/fake-control.ts'
import { exchangeRaw, openTestApi } from '../toolkit/api/http-api.ts'
import { TEST_NETWORK } from '../toolkit/libp2p/libp2p-node.ts'
import { Libp2pWorld } from '../toolkit/libp2p/libp2p-world.ts'
import { until } from '../toolkit/until.ts'

const world = new Libp2pWorld()
afterEach(() => world.stop())

it('cuts a peer that sends pings without end, long before their answers fill any buffer (A28)', async () => {
  const victim = await world.node('victim')
  const peer = await world.hostile()
  await peer.join(victim.address())
  const topic = topicName(TEST_NETWORK, 'transactions')
  await peer.send({ messages: [{ topic, data: utf8('opens the stream') }] })
  const wire = peer.wire()
  // Its own muxer would stumble over answers that it did not ask for.
  ;(wire as unknown as { pause(): void }).pause()
  const ping = Uint8Array.of(0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7)
  for (let i = 0; i < PINGS_BURST / 2; i++) wire.send(ping)
  await peer.send({ messages: [{ topic, data: utf8('within the bounds') }] })
  await until(() => victim.messages.length === 2, 'what came after a few pings')
  for (let i = 0; i < PINGS_BURST; i++) wire.send(ping)
  await until(() => victim.disconnects.includes(peer.self), 'the flood is cut')
})

it('answers the first of many requests in one packet and hangs up: no heap of unread answers (A25)', async () => {
  const control = new FakeControl()
  let asked = 0
  const status = control.status.bind(control)
  control.status = () => {
    asked++
    return status()
  }
  const open = await openTestApi({ control })
  try {
    const request = `GET /v1/node/status HTTP/1.1\r\nHost: 127.0.0.1:${open.port}\r\n\r\n`
    asked = 0
    await exchangeRaw(open.port, request.repeat(60)).catch(() => '')
    expect(asked).toBe(1)
  } finally {
    await open.api.close()
  }
})

it('works for a peer at as many requests at once as it may have streams, however many of them it resets', async () => {
  let working = 0
  let most = 0
  let begun = 0
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  const victim = await world.node('victim', {
    beforeStart: ({ requests }) =>
      requests.serve('chain', async () => {
        begun++
        most = Math.max(most, ++working)
        await released
        working--
        return [utf8('late')]
      }),
  })
  const peer = await world.hostile()
  await peer.join(victim.address())
  const protocol = protocolName(TEST_NETWORK, 'chain')
  const bound = 2 * EXCHANGE_LIMITS.chain.streamsMax
  for (let count = 0; count < 5 * EXCHANGE_LIMITS.chain.streamsMax; count++) {
    const stream = await peer.open(protocol)
    const seen = begun
    try {
      stream.send(Uint8Array.of(1, 7))
      await stream.close()
    } catch {
      // It was refused before it could say what it wants.
      continue
    }
    await until(() => begun > seen || stream.status !== 'open' || begun >= bound, 'it was taken or refused')
    stream.abort(new Error('never mind'))
  }
  expect(most).toBe(bound)
  release()
  await until(() => working === 0, 'all work is over')
})
