/** What was acknowledged is there: defences of the store and of the acknowledgement. */
import type { Mutant } from '../mutant.ts'

export const DURABILITY_MUTANTS: readonly Mutant[] = [
  {
    name: 'a write that failed is acknowledged',
    threat: 'durability',
    file: 'src/kernel/on-submission.ts',
    from: '  if (!ok) {\n    for (const id of write.admitted) {',
    to: '  if (write.admitted.length > 1_000_000) {\n    for (const id of write.admitted) {',
    test: ['test/unit/kernel/submission.test.ts'],
  },
  {
    name: 'the store does not wait for the disk',
    threat: 'durability',
    file: 'src/adapters/store/level-store.ts',
    from: '(operations, { sync } as object)',
    to: '(operations, { sync: false } as object)',
    test: ['test/attack/durability.test.ts', '-t', 'power cut'],
  },
  {
    name: 'a failed store goes on',
    threat: 'durability',
    file: 'src/adapters/store/group-commit.ts',
    from: "this.#failure = error instanceof Error ? error.message : 'the write failed'\n      return { ok: false, reason: this.#failure }",
    to: "return { ok: false, reason: error instanceof Error ? error.message : 'the write failed' }",
    test: ['test/unit/adapters/store/group-commit.test.ts'],
  },
]
