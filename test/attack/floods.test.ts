/** Floods of what is small to send and dear to answer. */
import { afterEach, expect, it } from 'vitest'
import { PINGS_BURST } from '../../src/adapters/libp2p/limits.ts'
import { topicName } from '../../src/domain/protocols.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import { FakeControl } from '../support/fake-control.ts'
import { exchangeRaw, openTestApi } from '../support/http-api.ts'
import { TEST_NETWORK } from '../support/libp2p-node.ts'
import { Libp2pWorld } from '../support/libp2p-world.ts'
import { until } from '../support/until.ts'

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
  control.metrics = () => {
    asked++
    return Promise.resolve('x'.repeat(100_000))
  }
  const open = await openTestApi({ control })
  try {
    const request = `GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:${open.port}\r\n\r\n`
    await exchangeRaw(open.port, request.repeat(60)).catch(() => '')
    expect(asked).toBeLessThanOrEqual(1)
  } finally {
    await open.api.close()
  }
})
