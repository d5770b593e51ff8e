/** Measured figures to a verdict. Pure. */
import type { Expectation, Experiment } from './experiment.ts'
import { FIGURES, figureText, type FigureName, type Figures, type Measured } from './figures.ts'
import { LOOK_MS } from './limits.ts'

/** Figures at a moment of the run. */
export interface Sample {
  /** When it was to be looked, ms. */
  readonly atMs: number
  /** When it was, where that is another time: a busy machine looks late. */
  readonly lookedMs?: number
  readonly figures: Figures
}

/** What a world measured. */
export interface Evidence {
  /** All of them, at the end. */
  readonly figures: Figures
  /** By time, at least those that expectations need. */
  readonly samples: readonly Sample[]
}

/** `unmeasured`: there was nothing to measure it by, which is no better than missed. */
export type Verdict = 'met' | 'missed' | 'unmeasured'

export interface Judged {
  readonly expectation: Expectation
  readonly verdict: Verdict
  readonly found: number | null
  /** When it was found, ms; null: at the end. */
  readonly atMs: number | null
  /** What makes it what it is; empty where it is as expected. */
  readonly where: string
}

/** When a world must look, by time, and what for; `asks`: it asks nodes what they have. The end is not among them. */
export function looksOf({ expectations, endMs }: Experiment): readonly {
  readonly atMs: number
  readonly asks: boolean
  readonly figures: readonly FigureName[]
}[] {
  const throughout = expectations.flatMap(({ figure, when }) => (when.kind === 'throughout' ? [figure] : []))
  const at = new Map<number, Set<FigureName>>()
  const add = (atMs: number, figure: FigureName): void => void at.set(atMs, (at.get(atMs) ?? new Set()).add(figure))
  for (let ms = LOOK_MS; ms < endMs && throughout.length > 0; ms += LOOK_MS)
    for (const figure of throughout) add(ms, figure)
  for (const { figure, when } of expectations) if (when.kind === 'at') add(when.atMs, figure)
  return [...at]
    .sort(([a], [b]) => a - b)
    .map(([atMs, figures]) => ({
      atMs,
      asks: [...figures].some((figure) => FIGURES[figure].told === 'asked'),
      figures: [...figures],
    }))
}

/** Every expectation, in order, with what was found. */
export function judge(expectations: readonly Expectation[], { figures, samples }: Evidence): readonly Judged[] {
  return expectations.map((expectation) => {
    const { figure, when } = expectation
    const end = { atMs: null, measured: figures[figure] }
    const sampled = samples.map(({ atMs, lookedMs = atMs, figures: then }) => ({
      plannedMs: atMs,
      atMs: lookedMs,
      measured: then[figure],
    }))
    switch (when.kind) {
      case 'end':
        return judgeOne(expectation, end)
      case 'at':
        return judgeOne(
          expectation,
          sampled.find(({ plannedMs }) => plannedMs === when.atMs) ?? { atMs: when.atMs, measured: undefined },
        )
      case 'throughout': {
        // Before anything can be measured there is nothing to hold; after it, what is not measured is not known to
        // hold.
        const all = [...sampled, end]
        const first = all.findIndex(({ measured }) => (measured?.value ?? null) !== null)
        const judged = (first < 0 ? [end] : all.slice(first)).map((each) => judgeOne(expectation, each))
        return judged.find(({ verdict }) => verdict !== 'met') ?? judged.at(-1) ?? judgeOne(expectation, end)
      }
    }
  })
}

function judgeOne(
  expectation: Expectation,
  { atMs, measured }: { readonly atMs: number | null; readonly measured: Measured | undefined },
): Judged {
  const found = measured?.value ?? null
  const { atLeast, atMost } = expectation
  const holds = found !== null && (atLeast === null || found >= atLeast) && (atMost === null || found <= atMost)
  const verdict = holds ? 'met' : found === null && measured?.isNever !== true ? 'unmeasured' : 'missed'
  return { expectation, verdict, found, atMs, where: holds ? '' : (measured?.where ?? '') }
}

/** `coverage at least 100 %, at the end` */
export function expectationText({ figure, atLeast, atMost, when }: Expectation): string {
  const bounds = [
    ...(atLeast === null ? [] : [`at least ${figureText(figure, atLeast)}`]),
    ...(atMost === null ? [] : [`at most ${figureText(figure, atMost)}`]),
  ].join(' and ')
  return `${figure} ${bounds}, ${whenText(when)}`
}

function whenText(when: Expectation['when']): string {
  return when.kind === 'end' ? 'at the end' : when.kind === 'at' ? `at ${when.atMs / 1_000} s` : 'throughout'
}
