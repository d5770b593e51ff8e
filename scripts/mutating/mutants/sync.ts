/** Defences of repair and of fetching chains. */
import type { Mutant } from '../mutant.ts'

export const SYNC_MUTANTS: readonly Mutant[] = [
  {
    name: 'who proves no head is asked again first',
    threat: 'sync',
    file: 'src/sync/chain-sync.ts',
    from: 'if (!isProven && this.#peers.has(peer)) this.#failing.add(peer)',
    to: '',
    test: ['test/unit/sync/chain-sync.test.ts'],
  },
  {
    name: 'a forged copy speaks for the honest transaction of its name',
    threat: 'A12 A23',
    file: 'src/kernel/on-repair.ts',
    from: "else if (code !== 'invalid-signature') machines.wanted.done",
    to: 'else machines.wanted.done',
    test: ['test/unit/kernel/repair-liars.test.ts'],
  },
  {
    name: 'whoever repeats himself resets the clock of a request',
    threat: 'A12',
    file: 'src/sync/wanted.ts',
    from: 'if (want.holders.has(peer) || !this.#roomFor(want)) return false',
    to: 'for (const request of this.#requests.values()) Object.assign(request, { askedMs: monoMs })\n    if (want.holders.has(peer) || !this.#roomFor(want)) return false',
    test: ['test/unit/kernel/repair-liars.test.ts', '-t', 'A12'],
  },
  {
    name: 'another valid object than the one that was asked for is no offence',
    threat: 'A23',
    file: 'src/kernel/on-repair.ts',
    from: "else penalise(machines, peer, 'invalid', 'object-mismatch', turn)",
    to: '',
    test: ['test/unit/kernel/repair-liars.test.ts', '-t', 'A23'],
  },
  {
    name: 'a block of any slot is due',
    threat: 'A8',
    file: 'src/domain/rules/header-rules.ts',
    from: "if (dueMs <= nowMs) return { kind: 'due' }",
    to: "if (dueMs <= nowMs || dueMs > 0) return { kind: 'due' }",
    test: ['test/unit/domain/rules/header-rules.test.ts'],
  },
  {
    name: 'any number of blocks without parents',
    threat: 'A20',
    file: 'src/chain/orphanage.ts',
    from: 'if (own >= ORPHANS_PER_PEER_MAX) return false',
    to: '',
    also: [
      {
        file: 'src/chain/orphanage.ts',
        from: 'while (this.size >= ORPHANS_MAX || this.#bytes',
        to: 'while (this.#bytes',
      },
    ],
    test: ['test/unit/chain/orphanage.test.ts', '-t', 'A20'],
  },
]
