/** Runs random scenarios until one misses something, and shrinks it. */
import { checkScenario } from '../check.ts'
import type { ScenarioDocument } from '../document.ts'
import type { Experiment } from '../experiment.ts'
import type { FigureName } from '../figures.ts'
import { missText, reportOf, type RunReport } from '../run-report.ts'
import type { World } from '../world.ts'
import { drawScenario } from './draw.ts'
import { shrink } from './shrink.ts'

export interface HuntOptions {
  readonly world: World
  readonly firstSeed: number
  readonly seeds: number
  /** How long things happen in each, ms. */
  readonly forMs: number
  /** Most candidates while shrinking; 0: a failing one stays as it was drawn. */
  readonly triesMax: number
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
}

export interface Prey {
  readonly seed: number
  /** What was drawn, and the smallest that still fails. */
  readonly drawn: ScenarioDocument
  readonly smallest: ScenarioDocument
  /** What it misses, in words. */
  readonly misses: readonly string[]
}

export type HuntOutcome =
  /** Every seed kept every expectation. */
  | {
      readonly kind: 'held'
      readonly seeds: number
      /** Of all expectations of all seeds: those that there was nothing to measure by. */
      readonly unmeasured: number
      readonly expectations: number
    }
  | { readonly kind: 'found'; readonly prey: Prey; readonly seeds: number }
  | { readonly kind: 'failed'; readonly seed: number; readonly message: string; readonly hint: string }
  | { readonly kind: 'aborted' }

export async function hunt(options: HuntOptions): Promise<HuntOutcome> {
  const { world, firstSeed, seeds, forMs, signal } = options
  let unmeasured = 0
  let expectations = 0
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const drawn = drawScenario({ seed, forMs, world: world.name })
    const outcome = await runOne(options, drawn, `seed ${seed} (${seed - firstSeed + 1} of ${seeds})`)
    if (outcome === 'aborted') return { kind: 'aborted' }
    if ('message' in outcome) return { kind: 'failed', seed, ...outcome }
    expectations += outcome.judged.length
    unmeasured += outcome.judged.filter(({ verdict }) => verdict === 'unmeasured').length
    const missed = missedBy(outcome)
    if (missed.length === 0) continue
    const smallest = await shrink(drawn, {
      triesMax: options.triesMax,
      signal,
      onProgress: (text) => options.onProgress(`seed ${seed}: ${text}`),
      fails: async (candidate) => {
        const tried = await runOne(options, candidate, '')
        return tried !== 'aborted' && !('message' in tried) && missedBy(tried).some((figure) => missed.includes(figure))
      },
    })
    if (signal.aborted) return { kind: 'aborted' }
    // What it misses in the end, in its own words.
    const last = smallest === drawn ? outcome : await runOne(options, smallest, '')
    const judged = last === 'aborted' || 'message' in last ? outcome.judged : last.judged
    const misses = judged.filter(({ verdict }) => verdict === 'missed').map(missText)
    return { kind: 'found', prey: { seed, drawn, smallest, misses }, seeds: seed - firstSeed + 1 }
  }
  return { kind: 'held', seeds, unmeasured, expectations }
}

async function runOne(
  { world, signal, onProgress }: HuntOptions,
  document: ScenarioDocument,
  title: string,
): Promise<RunReport | 'aborted' | { readonly message: string; readonly hint: string }> {
  const experiment = experimentOf(document)
  const outcome = await world.run(experiment, {
    signal,
    onProgress: (text) => {
      if (title !== '') onProgress(`${title}: ${text}`)
    },
  })
  if (outcome.kind === 'aborted') return 'aborted'
  return outcome.kind === 'failed' ? outcome : reportOf(world.name, experiment, outcome)
}

/** What is not measured, as a scenario without transactions has no coverage, is nobody's fault, and is counted. */
function missedBy({ judged }: RunReport): readonly FigureName[] {
  return judged.filter(({ verdict }) => verdict === 'missed').map(({ expectation }) => expectation.figure)
}

function experimentOf(document: ScenarioDocument): Experiment {
  const checked = checkScenario(JSON.stringify(document))
  if (!checked.ok) throw new Error(`what was drawn is no scenario: ${checked.mistakes[0]?.message}`)
  return checked.experiment
}
