/** One run and its verdict, for people and for programs. Pure. */
import { expectationText, judge, type Judged } from './expect.ts'
import type { Experiment } from './experiment.ts'
import { figureText, type Figures } from './figures.ts'
import type { RunOutcome, WorldName } from './world.ts'

type Ran = Extract<RunOutcome, { kind: 'ran' }>

export interface RunReport {
  readonly world: WorldName
  readonly seed: number
  /** Whether every expectation is met. */
  readonly isMet: boolean
  readonly judged: readonly Judged[]
  readonly figures: Figures
  readonly digest: string | null
  readonly wallMs: number
  readonly latestMs: number
}

export function reportOf(world: WorldName, { network, expectations }: Experiment, ran: Ran): RunReport {
  const judged = judge(expectations, ran.evidence)
  return {
    world,
    seed: network.seed,
    isMet: judged.every(({ verdict }) => verdict === 'met'),
    judged,
    figures: ran.evidence.figures,
    digest: ran.digest,
    wallMs: ran.wallMs,
    latestMs: ran.latestMs,
  }
}

/**
 * What was expected, what was found, and where: `coverage at least 100 %, at the end: found 98 %; node-7 lacks 2 of
 * 100`.
 */
export function missText(judged: Judged): string {
  const { expectation, verdict, atMs, where } = judged
  const what = verdict === 'unmeasured' ? 'nothing was there to measure' : `found ${foundText(judged)}`
  const when = atMs === null || expectation.when.kind === 'at' ? '' : ` at ${(atMs / 1_000).toFixed(1)} s`
  return `${expectationText(expectation)}: ${what}${when}${where === '' ? '' : `; ${where}`}`
}

/** What was found; `never` where it did not come to that, `none` where there was nothing to measure. */
export function foundText({ expectation, found, verdict }: Judged): string {
  return found === null && verdict === 'missed' ? 'never' : figureText(expectation.figure, found)
}

/** The run as one document. */
export function runDocument({ judged, isMet, ...rest }: RunReport): object {
  return {
    ...rest,
    met: isMet,
    expectations: judged.map(({ expectation: { when, ...bounds }, ...found }) => ({
      ...bounds,
      when: when.kind === 'at' ? { atMs: when.atMs } : when.kind,
      ...found,
    })),
  }
}

export interface RunTotal {
  readonly runs: number
  /** Runs in which every expectation was met. */
  readonly met: number
  /** Seeds of the others, in the order of the runs. */
  readonly missedSeeds: readonly number[]
}

export function totalOf(reports: readonly Pick<RunReport, 'seed' | 'isMet'>[]): RunTotal {
  const missedSeeds = reports.filter(({ isMet }) => !isMet).map(({ seed }) => seed)
  return { runs: reports.length, met: reports.length - missedSeeds.length, missedSeeds }
}

/** Seeds that a line names: what is one too many is counted. */
const SEEDS_NAMED_MAX = 12

/** `20 seeds: 18 passed, 2 failed (seeds 4, 9)`. */
export function totalText({ runs, met, missedSeeds }: RunTotal): string {
  if (missedSeeds.length === 0) return `${runs} seeds: all passed`
  const named = missedSeeds.slice(0, SEEDS_NAMED_MAX).join(', ')
  const more = missedSeeds.length > SEEDS_NAMED_MAX ? ` and ${missedSeeds.length - SEEDS_NAMED_MAX} more` : ''
  return `${runs} seeds: ${met} passed, ${missedSeeds.length} failed (${named}${more})`
}
