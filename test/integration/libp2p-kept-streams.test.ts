import { EXCHANGE_LIMITS, type ExchangeLimits } from '../../src/domain/exchange-limits.ts'
import * as lp from 'it-length-prefixed'
import { pipe } from 'it-pipe'
import { afterEach, expect, it } from 'vitest'
import { KEPT_BURST } from '../../src/adapters/libp2p/limits.ts'
import { type Protocol, protocolName } from '../../src/domain/protocols.ts'
import { connect, TEST_NETWORK, type TestNode } from '../toolkit/libp2p/libp2p-node.ts'
import { until } from '../toolkit/until.ts'
import { Libp2pWorld } from '../toolkit/libp2p/libp2p-world.ts'

const PROBE = protocolName(TEST_NETWORK, 'probe')
const world = new Libp2pWorld()
afterEach(() => world.stop())

/** A server that answers probes with what they say, and how often it was asked. */
async function echo(name: string): Promise<{ server: TestNode; asked: Uint8Array[] }> {
  const asked: Uint8Array[] = []
  const server = await world.node(name, {
    beforeStart: ({ requests }) =>
      requests.serve('probe', async (_, request) => {
        asked.push(request)
        return [request]
      }),
  })
  return { server, asked }
}

const frame = (byte: number): Uint8Array => lp.encode.single(Uint8Array.of(byte)).subarray()

it('one probe after another goes over one stream, and each gets its own answer', async () => {
  const { server } = await echo('server')
  const asker = await world.node('asker')
  await connect(asker, server)
  // More than the server takes streams at once, and more openings than it would bear if each were a stream of its own
  // that stayed.
  for (let turn = 0; turn < 3 * EXCHANGE_LIMITS.probe.streamsMax; turn++) {
    const outcome = await asker.requests.ask(server.self, 'probe', Uint8Array.of(turn))
    expect(outcome).toMatchObject({ kind: 'answered', frames: [Uint8Array.of(turn)] })
  }
  // Several at once are answered too, and leave one stream behind: all the server's places are free for the next.
  for (let round = 0; round < 3; round++) {
    const numbers = Array.from({ length: EXCHANGE_LIMITS.probe.streamsMax }, (_, i) => i)
    const outcomes = await Promise.all(numbers.map((i) => asker.requests.ask(server.self, 'probe', Uint8Array.of(i))))
    expect(outcomes.map((outcome) => (outcome.kind === 'answered' ? outcome.frames[0]?.[0] : outcome.reason))).toEqual(
      numbers,
    )
  }
})

it('a stream that the other side has closed or reset meanwhile is no failure of the next probe', async () => {
  const asker = await world.node('asker')
  const peer = await world.hostile()
  // Answers one request, and closes: as who keeps no streams.
  await peer.answer(PROBE, frame(9))
  await peer.join(asker.address())
  for (let turn = 0; turn < 5; turn++)
    expect(await asker.requests.ask(peer.self, 'probe', Uint8Array.of(turn))).toMatchObject({
      kind: 'answered',
      frames: [Uint8Array.of(9)],
    })
})

it('serves on one stream what a neighbour may ask, and cuts what floods it', async () => {
  const { server, asked } = await echo('server')
  const peer = await world.hostile()
  await peer.join(server.address())
  const stream = await peer.open(PROBE)
  const answers: number[] = []
  const reading = (async () => {
    for await (const answer of pipe(stream, (chunks) => lp.decode(chunks))) answers.push(answer.get(0))
  })().catch(() => undefined)
  for (let i = 0; i < KEPT_BURST / 2; i++) {
    stream.send(frame(i))
    await until(() => answers.length === i + 1, 'its answer')
  }
  expect(answers).toEqual(Array.from({ length: KEPT_BURST / 2 }, (_, i) => i))
  for (let i = 0; i < 4 * KEPT_BURST && stream.status === 'open'; i++) stream.send(frame(0))
  await until(() => stream.status !== 'open', 'the cut')
  await reading
  expect(asked.length).toBeLessThanOrEqual(2 * KEPT_BURST)
  expect(peer.isConnected(), 'the stream is cut, not the peer').toBe(true)
})

it('takes no more than one frame while it answers: what does not wait is cut', async () => {
  let answer = (): void => {}
  let asked = 0
  const server = await world.node('server', {
    beforeStart: ({ requests }) =>
      requests.serve('probe', async (_, request) => {
        asked++
        await new Promise<void>((resolve) => (answer = resolve))
        return [request]
      }),
  })
  const peer = await world.hostile()
  await peer.join(server.address())
  const [patient, waiting, flood] = [await peer.open(PROBE), await peer.open(PROBE), await peer.open(PROBE)]
  // One frame ahead is what a hurried asker may have sent.
  patient.send(frame(1))
  patient.send(frame(2))
  await until(() => asked === 1, 'the request')
  expect(patient.status).toBe('open')
  answer()
  await until(() => asked === 2, 'the next one')
  answer()
  // One that waits for an answer for longer still: what ends the other is not that it has waited.
  waiting.send(frame(3))
  await until(() => asked === 3, 'the third')
  flood.send(frame(4))
  await until(() => asked === 4, 'the fourth')
  flood.send(new Uint8Array(2 * EXCHANGE_LIMITS.probe.frameBytesMax))
  await until(() => flood.status !== 'open', 'the cut')
  expect([patient.status, waiting.status]).toEqual(['open', 'open'])
  answer()
})

it('asks no stream twice for what was refused, and says when an answer is too large', async () => {
  const asked: Uint8Array[] = []
  const server = await world.node('server', {
    beforeStart: ({ requests }) =>
      requests.serve('probe', async (_, request) => {
        asked.push(request)
        return request[0] === 0 ? null : [request]
      }),
  })
  const asker = await world.node('asker')
  await connect(asker, server)
  expect(await asker.requests.ask(server.self, 'probe', Uint8Array.of(1))).toMatchObject({ kind: 'answered' })
  expect(await asker.requests.ask(server.self, 'probe', Uint8Array.of(0))).toEqual({ kind: 'failed', reason: 'reset' })
  expect(asked.length).toBe(2)
  const peer = await world.hostile()
  await peer.answer(PROBE, lp.encode.single(new Uint8Array(EXCHANGE_LIMITS.probe.frameBytesMax + 1)).subarray())
  await peer.join(asker.address())
  expect(await asker.requests.ask(peer.self, 'probe', Uint8Array.of(1))).toEqual({
    kind: 'failed',
    reason: 'too-large',
  })
})

it('resets a stream on which nothing is asked in time, and one whose frame is too large', async () => {
  const { server, asked } = await echo('server')
  const peer = await world.hostile()
  await peer.join(server.address())
  const [silent, huge, unended] = [await peer.open(PROBE), await peer.open(PROBE), await peer.open(PROBE)]
  huge.send(lp.encode.single(new Uint8Array(EXCHANGE_LIMITS.probe.frameBytesMax + 1)).subarray())
  unended.send(frame(1))
  await until(() => silent.status !== 'open' && huge.status !== 'open', 'the end of both')
  expect(asked).toEqual([Uint8Array.of(1)])
  // Who has asked may take his time, and go on.
  expect(unended.status).toBe('open')
  unended.send(frame(2))
  await until(() => asked.length === 2, 'the second one')
})

it('an answer that nobody asked for ends the stream', async () => {
  const asker = await world.node('asker')
  const peer = await world.hostile()
  await peer.answer(PROBE, Buffer.concat([frame(1), frame(2)]))
  await peer.join(asker.address())
  for (let turn = 0; turn < 3; turn++)
    expect(await asker.requests.ask(peer.self, 'probe', Uint8Array.of(0))).toMatchObject({
      kind: 'answered',
      frames: [Uint8Array.of(1)],
    })
})

it.each(Object.entries(EXCHANGE_LIMITS) as [Protocol, ExchangeLimits][])(
  'ends a stream of %s whose asker closed his side with the request, before anybody read it',
  async (protocol, { streamsMax, deadlineMs }) => {
    const server = await world.node('server', {
      beforeStart: ({ requests }) => requests.serve(protocol, async (_, request) => [request]),
    })
    const peer = await world.hostile()
    await peer.join(server.address())
    const started = performance.now()
    // More than may be open at once: a stream that stayed would be missed by the last ones.
    for (let turn = 0; turn < streamsMax + 2; turn++) {
      const stream = await peer.openAndClose(protocolName(TEST_NETWORK, protocol), frame(turn))
      const received: number[] = []
      for await (const chunk of stream) received.push(...chunk.subarray())
      // After the agreement on the protocol: the frame, and the end.
      expect(received.slice(-2), `request ${turn}`).toEqual([1, turn])
      await until(() => stream.status !== 'open', 'its end')
      expect(stream.status).toBe('closed')
    }
    expect(performance.now() - started).toBeLessThan(deadlineMs)
  },
)
