/** Control runs: the same attack on nodes without the defence. It must fail there, and show what the defence is for. */
import { MUTANTS } from '../mutants/all.ts'
import { ProjectCopy } from '../mutants/project-copy.ts'
import { Arena, type Outcome } from './arena.ts'
import type { Attack, Control, Scale } from './attack.ts'

/**
 * `failed-as-it-should`: the attack shows what the defence is for. `passed`: it proves nothing about this defence.
 * `failed-otherwise`: what it found is not what the defence is for. `outdated`: there is no such mutant, or the text
 * that it replaces is not in the sources.
 */
export type Verdict = 'failed-as-it-should' | 'passed' | 'failed-otherwise' | 'outdated'

export interface ControlOutcome {
  readonly verdict: Verdict
  /** Null when nothing could be run. */
  readonly outcome: Outcome | null
}

/** Runs an attack on a network of nodes made from sources in which a defence is switched off. */
export async function runControl(
  attack: Attack,
  control: Control,
  scale: Scale,
  seed: number,
): Promise<ControlOutcome> {
  const mutant = MUTANTS.find(({ name }) => name === control.without)
  if (mutant === undefined) return { verdict: 'outdated', outcome: null }
  const copy = new ProjectCopy()
  try {
    if (!copy.harm(mutant)) return { verdict: 'outdated', outcome: null }
    const arena = await Arena.open(1, attack.setting, { root: copy.root, entry: copy.bundleNode() })
    try {
      const outcome = await arena.run(attack, control.scale ?? scale, seed)
      return { verdict: verdictOf(outcome, control), outcome }
    } finally {
      await arena.close()
    }
  } finally {
    copy.close()
  }
}

function verdictOf({ pass, failures }: Outcome, { shows }: Control): Verdict {
  if (pass) return 'passed'
  return failures.some((failure) => shows.test(failure)) ? 'failed-as-it-should' : 'failed-otherwise'
}
