/** What was acknowledged is there: defences of the store and of the acknowledgement. */
import type { Mutant } from './mutant.ts'

export const DURABILITY_MUTANTS: readonly Mutant[] = [
  {
    name: 'a write that failed is acknowledged',
    threat: 'V4',
    file: 'src/kernel/transactions/on-submission.ts',
    from: '  if (!ok) {\n    for (const id of write.admitted) {',
    to: '  if (write.admitted.length > 1_000_000) {\n    for (const id of write.admitted) {',
    test: ['test/unit/kernel/submission.test.ts'],
  },
  {
    name: 'the store does not wait for the disk',
    threat: 'V3',
    file: 'src/adapters/store/level-store.ts',
    from: '(operations, { sync } as object)',
    to: '(operations, { sync: false } as object)',
    test: ['test/attack/durability.test.ts', '-t', 'power cut'],
  },
  {
    name: 'a failed store goes on',
    threat: 'V4',
    file: 'src/adapters/store/group-commit.ts',
    from: "this.#failure = error instanceof Error ? error.message : 'the write failed'\n      return { ok: false, reason: this.#failure }",
    to: "return { ok: false, reason: error instanceof Error ? error.message : 'the write failed' }",
    test: ['test/unit/adapters/store/group-commit.test.ts'],
  },
  {
    name: 'a copy of a message is in no book',
    threat: 'V1',
    file: 'src/node/conservation.ts',
    from: "this.#settle(topic, 'duplicate', 1)",
    to: '',
    test: ['test/unit/node/conservation.test.ts'],
  },
  {
    name: 'a structure does not say how full it is',
    threat: 'V2',
    file: 'src/relay/seen.ts',
    from: "      { name: 'seen.departed', size: this.#departed.size, capacity: this.#departed.capacity, unit: 'transactions' },\n",
    to: '',
    test: ['test/tidy/collections.test.ts'],
  },
]
