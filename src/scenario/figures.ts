/**
 * The figures that an experiment measures: the same names in every world. One table says what each is, in which unit,
 * and when it can be told.
 */

/**
 * When a figure can be told: `run`: at any moment of the run; `asked`: when nodes are asked what they have; `end`:
 * only when all is over.
 */
type Told = 'run' | 'asked' | 'end'

export interface FigureKind {
  readonly unit: 'share' | 'ms' | 'count' | 'bytes' | 'ratio'
  readonly told: Told
  readonly meaning: string
}

export const FIGURES = {
  accepted: {
    unit: 'share',
    told: 'run',
    meaning: 'of the transactions handed in, the share that a node acknowledged',
  },
  coverage: {
    unit: 'share',
    told: 'asked',
    meaning: 'of all pairs of an acknowledged transaction and a node that runs, the share in which the node has it',
  },
  p50Ms: {
    unit: 'ms',
    told: 'run',
    meaning: 'time from handing in to a node that has it, of all pairs that met: median',
  },
  p95Ms: { unit: 'ms', told: 'run', meaning: 'the same: 95th percentile' },
  p99Ms: { unit: 'ms', told: 'run', meaning: 'the same: 99th percentile' },
  copies: {
    unit: 'ratio',
    told: 'run',
    meaning: 'whole copies of a transaction that a node received, mean of those that have it',
  },
  bytesPerNode: { unit: 'bytes', told: 'run', meaning: 'bytes that a node received since the timeline began, mean' },
  lost: {
    unit: 'count',
    told: 'asked',
    meaning: 'acknowledged transactions of which no node that runs has anything left',
  },
  forged: { unit: 'count', told: 'run', meaning: 'pairs of a forged transaction and a node that took it' },
  heads: { unit: 'count', told: 'run', meaning: 'different heads among the nodes that run' },
  pools: { unit: 'count', told: 'run', meaning: 'different pools among the nodes that run' },
  agreedMs: { unit: 'ms', told: 'end', meaning: 'time from the last fault until all have one head and one pool' },
  deadSeenMs: {
    unit: 'ms',
    told: 'end',
    meaning: 'time from a death until every other node that runs sees it, the longest of all deaths',
  },
  banned: { unit: 'count', told: 'run', meaning: 'times that a node cut an honest peer off' },
} as const satisfies Readonly<Record<string, FigureKind>>

export type FigureName = keyof typeof FIGURES
export const FIGURE_NAMES = Object.keys(FIGURES) as readonly FigureName[]

/** One figure as measured. */
export interface Measured {
  /** Null: nothing was there to measure, or it never came to that. */
  readonly value: number | null
  /** It should have come to that, and did not until the end. */
  readonly isNever?: true
  /** Which nodes, transactions or times make it what it is; empty where all is as it should be. */
  readonly where: string
}

export type Figures = Readonly<Partial<Record<FigureName, Measured>>>

/** `99.5 %`, `140 ms`, `5.2`, `12,345 B`; `none` where there is no value. */
export function figureText(name: FigureName, value: number | null): string {
  if (value === null) return 'none'
  switch (FIGURES[name].unit) {
    case 'share': {
      // Not rounded up to all: 99.999 % is not everywhere.
      const percent = Math.floor(value * 10_000) / 100
      return `${percent === 100 && value < 1 ? 99.99 : percent} %`
    }
    case 'ms':
      return value >= 10_000 ? `${(value / 1_000).toFixed(1)} s` : `${Math.round(value)} ms`
    case 'ratio':
      return value.toFixed(2)
    case 'bytes':
      return `${Math.round(value).toLocaleString('en-US')} B`
    case 'count':
      return String(value)
  }
}
