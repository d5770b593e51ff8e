/**
 * What every Requests adapter owes. Plain functions with assertions, so that a process with patched clocks can run them
 * too.
 */
import { EXCHANGE_LIMITS } from '../../src/domain/exchange-limits.ts'
import assert from 'node:assert/strict'
import { asPeerId, type PeerId } from '../../src/domain/ids.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import type { Requests } from '../../src/ports/requests.ts'

export interface RequestsMember {
  readonly self: PeerId
  readonly requests: Requests
}

export interface RequestsWorld {
  /** Two connected nodes of one network; `serve` is called before they connect. */
  pair(serve: (server: Requests) => Promise<void>): Promise<{ asker: RequestsMember; server: RequestsMember }>
  disconnect(a: RequestsMember, b: RequestsMember): Promise<void>
}

export interface RequestsCase {
  readonly name: string
  run(world: RequestsWorld): Promise<void>
}

const RESET = { kind: 'failed', reason: 'reset' } as const

export const REQUESTS_CASES: readonly RequestsCase[] = [
  {
    name: 'carries one frame there, several back, and says who asked',
    async run(world) {
      const asked: { from: PeerId; request: Uint8Array }[] = []
      const { asker, server } = await world.pair((requests) =>
        requests.serve('objects', async (from, request) => {
          asked.push({ from, request })
          return [utf8('one'), new Uint8Array(0), new Uint8Array(100_000).fill(7)]
        }),
      )
      const outcome = await asker.requests.ask(server.self, 'objects', utf8('which?'))
      assert(outcome.kind === 'answered')
      assert.deepEqual(
        outcome.frames.map((frame) => frame.byteLength),
        [3, 0, 100_000],
      )
      assert.equal(Buffer.from(outcome.frames[0] as Uint8Array).toString(), 'one')
      assert(outcome.frames[2]?.every((byte) => byte === 7))
      assert(outcome.elapsedMs > 0)
      assert.equal(asked.length, 1)
      assert.equal(asked[0]?.from, asker.self)
      assert.equal(Buffer.from(asked[0]?.request).toString(), 'which?')
    },
  },
  {
    name: 'answers as many requests at once as streams are allowed, each with its own',
    async run(world) {
      const { asker, server } = await world.pair((requests) =>
        requests.serve('objects', async (_, request) => [request]),
      )
      const numbers = Array.from({ length: EXCHANGE_LIMITS.objects.streamsMax }, (_, i) => i)
      const outcomes = await Promise.all(
        numbers.map((i) => asker.requests.ask(server.self, 'objects', Uint8Array.of(i))),
      )
      assert.deepEqual(
        outcomes.map((outcome) => (outcome.kind === 'answered' ? outcome.frames[0]?.[0] : outcome.reason)),
        numbers,
      )
    },
  },
  {
    name: 'fails as reset where the server finds a request worth nothing, and goes on',
    async run(world) {
      const { asker, server } = await world.pair((requests) =>
        requests.serve('probe', async (_, request) => (request[0] === 0 ? null : [request])),
      )
      assert.deepEqual(await asker.requests.ask(server.self, 'probe', Uint8Array.of(0)), RESET)
      assert.equal((await asker.requests.ask(server.self, 'probe', Uint8Array.of(1))).kind, 'answered')
    },
  },
  {
    name: 'fails where the answer exceeds the limits of the protocol',
    async run(world) {
      const { frameBytesMax, totalBytesMax } = EXCHANGE_LIMITS.reconcile
      const { asker, server } = await world.pair((requests) =>
        requests.serve('reconcile', async (_, request) =>
          request[0] === 0
            ? [new Uint8Array(frameBytesMax + 1)]
            : Array.from({ length: totalBytesMax / frameBytesMax + 1 }, () => new Uint8Array(frameBytesMax)),
        ),
      )
      for (const kind of [0, 1]) {
        const outcome = await asker.requests.ask(server.self, 'reconcile', Uint8Array.of(kind))
        assert(outcome.kind === 'failed')
        assert(['reset', 'too-large'].includes(outcome.reason))
      }
    },
  },
  {
    name: 'says that the other side does not serve the protocol',
    async run(world) {
      const { asker, server } = await world.pair(async () => {})
      assert.deepEqual(await asker.requests.ask(server.self, 'chain', utf8('?')), {
        kind: 'failed',
        reason: 'unsupported',
      })
    },
  },
  {
    name: 'says that nobody is there',
    async run(world) {
      const { asker, server } = await world.pair(async () => {})
      const unreachable = { kind: 'failed', reason: 'unreachable' } as const
      assert.deepEqual(await asker.requests.ask(asPeerId('no peer'), 'probe', utf8('?')), unreachable)
      await world.disconnect(asker, server)
      assert.deepEqual(await asker.requests.ask(server.self, 'probe', utf8('?')), unreachable)
    },
  },
  {
    name: 'ends at the deadline where the handler never answers, and frees its streams',
    async run(world) {
      const { asker, server } = await world.pair((requests) =>
        requests.serve('probe', async (_, request) => (request[0] === 1 ? [request] : new Promise(() => {}))),
      )
      const silent = Array.from({ length: EXCHANGE_LIMITS.probe.streamsMax }, () =>
        asker.requests.ask(server.self, 'probe', Uint8Array.of(0)),
      )
      for (const outcome of await Promise.all(silent)) assert.deepEqual(outcome, { kind: 'failed', reason: 'deadline' })
      // All slots of both sides were taken; the next request finds one.
      assert.equal((await asker.requests.ask(server.self, 'probe', Uint8Array.of(1))).kind, 'answered')
    },
  },
]
