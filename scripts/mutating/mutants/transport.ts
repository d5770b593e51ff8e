/** Defences of sockets, handshakes, the multiplexer and request streams. */
import type { Mutant } from '../mutant.ts'

const HOSTILE = 'test/integration/libp2p-hostile.test.ts'
const GUARD = 'test/integration/libp2p-guard.test.ts'

export const TRANSPORT_MUTANTS: readonly Mutant[] = [
  {
    name: 'identities of any kind',
    threat: 'A31',
    file: 'src/adapters/libp2p/gater.ts',
    from: "peer.type !== 'Ed25519' ||",
    to: '',
    test: [HOSTILE, '-t', 'A31'],
  },
  {
    name: 'any number of sockets of one address',
    threat: 'A9 A26 L9',
    file: 'src/adapters/libp2p/gater.ts',
    from: '>= SOCKETS_PER_ADDRESS_MAX) return true',
    to: '>= 1_000_000) return true',
    test: ['test/unit/adapters/libp2p/gater-sockets.test.ts'],
  },
  {
    name: 'unfinished frames of any length',
    threat: 'A18 L7',
    file: 'src/adapters/libp2p/muxer-guard.ts',
    from: "if (unfinishedBytes(muxer) > WINDOW_BYTES_MAX + FRAME_HEADER_BYTES) return guard.cut('a frame exceeds every window')",
    to: '',
    test: [GUARD, '-t', 'behind tls'],
  },
  {
    name: 'no back-pressure',
    threat: 'L6',
    file: 'src/adapters/libp2p/muxer-guard.ts',
    from: 'guard.hold(debtMs)',
    to: '',
    test: [GUARD, '-t', 'L6'],
  },
  {
    name: 'any number of pings and streams',
    threat: 'A28',
    file: 'src/adapters/libp2p/muxer-guard.ts',
    from: 'const excess = isOver ? null : frames.read(event.data.subarray(), now())',
    to: 'const excess = null as never',
    test: ['test/attack/floods.test.ts', '-t', 'pings'],
  },
  {
    name: 'work for streams that were reset does not count',
    threat: 'A32',
    file: 'src/adapters/libp2p/requests.ts',
    from: '>= 2 * limits.streamsMax',
    to: '>= Number.POSITIVE_INFINITY',
    test: ['test/attack/floods.test.ts', '-t', 'however many'],
  },
  {
    name: 'a kept stream serves any number of requests',
    threat: 'A32',
    file: 'src/adapters/libp2p/kept-stream.ts',
    from: "if (!bucket.take(1, now())) throw new Error('too many requests')",
    to: '',
    test: ['test/integration/libp2p-kept-streams.test.ts', '-t', 'cuts what floods it'],
  },
  {
    name: 'frames that say nothing are free',
    threat: 'A45',
    file: 'src/adapters/libp2p/frame-meter.ts',
    from: 'return this.#isMadeUpFor(type, flags, length) || this.#pay(1, nowMs)',
    to: 'return this.#isMadeUpFor(type, flags, length) || true',
    test: ['test/unit/adapters/libp2p/frame-meter.test.ts'],
  },
  {
    name: 'streams on which nothing is asked are free',
    threat: 'A46',
    file: 'src/adapters/libp2p/frame-meter.ts',
    from: 'this.#openings.take(1, nowMs) && this.#pay(OPENING_TOLL, nowMs)',
    to: 'this.#openings.take(1, nowMs)',
    test: ['test/unit/adapters/libp2p/frame-meter.test.ts'],
  },
  {
    name: "a late event loop is nobody's fault",
    threat: 'A46',
    file: 'src/adapters/libp2p/work-accounts.ts',
    from: 'if (this.#lateTicks < LATE_TICKS && lateMs <= VERY_LATE_MS) return NONE',
    to: 'if (this.#lateTicks >= 0) return NONE',
    test: ['test/unit/adapters/libp2p/work-accounts.test.ts'],
  },
  {
    name: 'an address whose identities come and go is nobody',
    threat: 'A44',
    file: 'src/adapters/libp2p/work-accounts.ts',
    from: 'count > SOCKETS_PER_ADDRESS_MAX',
    to: 'count < 0',
    test: ['test/unit/adapters/libp2p/work-accounts.test.ts', '-t', 'come and go'],
  },
]
