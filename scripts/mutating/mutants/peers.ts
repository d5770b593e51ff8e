/** Defences by who a peer is and what it did: offences, bans, places, anchors. */
import type { Mutant } from '../mutant.ts'

const KERNEL = 'test/unit/kernel'

export const PEERS_MUTANTS: readonly Mutant[] = [
  {
    name: 'forgers are never banned',
    threat: 'A1 L2',
    file: 'src/peers/offences.ts',
    from: "if (count < INVALID_BUDGET) return { kind: 'counted', count }",
    to: "if (count < Number.MAX_SAFE_INTEGER) return { kind: 'counted', count }",
    test: [KERNEL, '-t', 'A1'],
  },
  {
    name: 'addresses of forgers are never banned',
    threat: 'A1',
    file: 'src/peers/offences.ts',
    from: 'peers.size >= BANNED_PEERS_PER_ADDRESS',
    to: 'peers.size >= 1_000_000',
    test: ['test/unit/peers/offences.test.ts'],
  },
  {
    name: 'peers that we dialled are evicted too',
    threat: 'A9 A27',
    file: 'src/peers/eviction.ts',
    from: "direction === 'inbound' && peer !== spared",
    to: 'direction.length > 0 && peer !== spared',
    test: ['test/unit/peers/eviction.test.ts'],
  },
  {
    name: 'useful peers are evicted like idle ones',
    threat: 'A27',
    file: 'src/peers/eviction.ts',
    from: 'new Set(useful.slice(0, USEFUL_KEPT_MAX))',
    to: 'new Set(useful.slice(0, 0))',
    test: ['test/unit/peers/eviction.test.ts'],
  },
  {
    name: 'nobody makes room',
    threat: 'A27',
    file: 'src/kernel/make-room.ts',
    from: 'if (machines.peers.size > connectionsMax - free)',
    to: 'if (machines.peers.size > connectionsMax * 2)',
    test: ['test/unit/peers/eviction.test.ts'],
  },
  {
    name: 'anchors are forgotten',
    threat: 'A9',
    file: 'src/kernel/keep-anchors.ts',
    from: 'machines.redial.prefer(believedAnchors(readAddresses(value), machines.isOpen))',
    to: 'believedAnchors(readAddresses(value), machines.isOpen)',
    test: ['test/unit/peers/eviction.test.ts'],
  },
  {
    name: 'a connection that only showed that a peer lives stays',
    threat: 'A9 A27',
    file: 'src/kernel/kernel.ts',
    from: 'else if (!keeps) {',
    to: 'else if (keeps && false) {',
    test: ['test/unit/kernel/lost-peers.test.ts'],
  },
  {
    name: 'what the router drops for score counts for nothing',
    threat: 'A47',
    file: 'src/kernel/penalise.ts',
    from: "penalise(machines, peer, 'invalid', 'unheard', turn)",
    to: '{ /* nothing */ }',
    test: ['test/unit/kernel/unheard.test.ts'],
  },
  {
    name: 'a peer that is not heard keeps its place for ever',
    threat: 'A47',
    file: 'src/kernel/penalise.ts',
    from: 'if (sinceMs >= UNHEARD_MS)',
    to: 'if (sinceMs < 0)',
    test: ['test/unit/kernel/unheard.test.ts'],
  },
  {
    name: 'copies of forgeries are free',
    threat: 'A47',
    file: 'src/adapters/libp2p/gossip.ts',
    from: "if (this.#verdicts.copied(messageId, from, now)) this.#listener.onMalformed(from, 'forged-copy')",
    to: '',
    test: ['test/integration/libp2p-hostile.test.ts', '-t', 'A47'],
  },
]
