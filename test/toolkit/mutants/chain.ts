/** Defences of the chain: against withheld bodies, past slots and wrong clocks. */
import type { Mutant } from './mutant.ts'

const WITHHELD = 'test/unit/kernel/withheld.test.ts'

export const CHAIN_MUTANTS: readonly Mutant[] = [
  {
    name: 'blocks that lack a body have no budget',
    threat: 'A34',
    file: 'src/chain/waiting.ts',
    from: 'return this.#all.size >= this.#max ? this.ofLargest(maker) : null',
    to: 'return null',
    also: [
      {
        file: 'src/chain/waiting.ts',
        from: 'if (ofSlot !== undefined && ofSlot.size >= WAITING_PER_SLOT_MAX) return ofSlot',
        to: '',
      },
      {
        file: 'src/chain/waiting.ts',
        from: 'if (ofMaker !== undefined && ofMaker.size >= this.#perMaker) return ofMaker',
        to: '',
      },
    ],
    test: [WITHHELD, '-t', 'as many as fit'],
  },
  {
    name: 'what waits for bodies keeps out what has them',
    threat: 'A34',
    file: 'src/chain/block-tree.ts',
    from: 'if (this.#nodes.size < this.#capacity) return true',
    to: 'return this.#nodes.size < this.#capacity',
    also: [
      {
        file: 'src/chain/block-tree.ts',
        from: 'spent !== null;\n',
        to: 'spent !== null && false;\n',
      },
    ],
    test: [WITHHELD, '-t', 'as many as fit'],
  },
  {
    name: 'a proposer waits for bodies that nobody has',
    threat: 'A34',
    file: 'src/kernel/blocks/propose.ts',
    from: 'return turn.now.monoMs - proposal.awaited.sinceMs < Math.max(config.network.slotMs, BODY_PATIENCE_MIN_MS)',
    to: 'return true',
    also: [
      {
        file: 'src/kernel/blocks/propose.ts',
        from: 'if (chain.branches().every(({ first }) => chainSync.isWithheld(first.hash))) return false',
        to: 'if (chain.branches().length === 0) return false',
      },
    ],
    test: [WITHHELD, '-t', 'keep no block of its own'],
  },
  {
    name: 'the best branch alone is fetched',
    threat: 'A35',
    file: 'src/sync/chain-sync.ts',
    from: 'const chosen = this.#choose(branches, nowMs)',
    to: 'const chosen = branches.slice(0, 1)',
    test: ['test/unit/sync/chain-sync.test.ts', '-t', 'withheld branches of one maker'],
  },
  {
    name: 'a branch never has had its turn',
    threat: 'A35',
    file: 'src/sync/chain-sync.ts',
    from: 'failure.withheldSinceMs ??= nowMs',
    to: '',
    test: ['test/unit/sync/chain-sync.test.ts', '-t', 'has had its turn'],
  },
  {
    name: 'a silent peer holds up the lowest run',
    threat: 'A35',
    file: 'src/sync/chain-sync.ts',
    from: 'for (const { first } of chosen) this.#hasten(first, nowMs)',
    to: '',
    test: ['test/unit/sync/chain-sync.test.ts', '-t', 'the lowest run'],
  },
  {
    name: 'what a silent peer held is asked of anybody',
    threat: 'A35',
    file: 'src/sync/chain-sync.ts',
    from: 'const isUntested = failure !== undefined && !this.#giving.has(peer)',
    to: 'const isUntested = false',
    test: ['test/unit/sync/chain-sync.test.ts', '-t', 'what silent peers held'],
  },
  {
    name: 'height before weight',
    threat: 'A36',
    file: 'src/chain/fork-choice.ts',
    from: 'if (a.weight !== b.weight) return a.weight > b.weight\n',
    to: '',
    test: ['test/unit/kernel/idle-rewrite.test.ts'],
  },
  {
    name: 'every block adds weight',
    threat: 'A36',
    file: 'src/chain/makers.ts',
    from: 'return !makers.includes(maker)',
    to: 'return true',
    test: ['test/unit/kernel/idle-rewrite.test.ts'],
  },
  {
    name: 'a wrong clock signs',
    threat: 'A37',
    file: 'src/kernel/blocks/propose.ts',
    from: 'if (hasWrongClock(machines, turn)) return',
    to: '',
    test: ['test/unit/kernel/proposing.test.ts', '-t', 'A37'],
  },
  {
    name: 'one liar sets the clock',
    threat: 'A37',
    file: 'src/membership/peer-clocks.ts',
    from: 'Math.abs(low) <= Math.abs(high) ? low : high',
    to: 'ahead[ahead.length - 1] ?? 0',
    test: ['test/unit/membership/peer-clocks.test.ts'],
  },
]
