/** Runs mutants past the checks that must catch them: those of one bend share a node. */
import { CHECKS } from '../../../src/conform/checks/table.ts'
import type { Bend } from './lens.ts'
import type { Mutant } from './mutants.ts'
import { throughLens } from './through-lens.ts'

export interface Caught {
  readonly mutant: Mutant
  /** What the check saw; null: it passed, or had nothing to say. */
  readonly evidence: string | null
}

/** What became of each mutant, in their order by bend. */
export async function* hunt(mutants: readonly Mutant[]): AsyncGenerator<Caught> {
  const byBend = Map.groupBy(mutants, ({ bend }): Bend => bend)
  for (const [bend, group] of byBend) {
    const checks = CHECKS.filter(({ id }) =>
      group.some(({ check, after }) => check === id || after?.includes(id) === true),
    )
    for (const { check, verdict } of await throughLens(checks, bend))
      for (const mutant of group)
        if (mutant.check === check.id) yield { mutant, evidence: verdict.kind === 'fail' ? verdict.evidence : null }
  }
}
