/** What every measurement prints: one line of JSON, with the machine and the versions it was made with. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'

/** `at-least` 2: larger is better; `at-most` 20: smaller is better. */
export interface Goal {
  readonly is: 'at-least' | 'at-most'
  readonly value: number
}

export interface BenchLine {
  readonly v: 1
  readonly id: string
  /** In the unit that `what` names; the median of the runs. */
  readonly value: number
  readonly what: string
  readonly goal: Goal
  readonly reached: boolean
  readonly detail: Readonly<Record<string, unknown>>
}

export interface BenchOptions {
  /** Repetitions; the value is their median. */
  readonly runs: number
  /** A tenth of the work: shows that it works, not how fast it is. */
  readonly short: boolean
  readonly say: (text: string) => void
}

/** One measurement; some answer several questions from the same run. */
export type Bench = (options: BenchOptions) => Promise<readonly BenchLine[]>

export function line(id: string, what: string, value: number, goal: Goal, detail: BenchLine['detail']): BenchLine {
  const reached = goal.is === 'at-least' ? value >= goal.value : value <= goal.value
  return { v: 1, id, value: rounded(value), what, goal, reached, detail }
}

/** Half of the values are at most this. Of an even number, the lower one of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[(sorted.length - 1) >> 1] ?? Number.NaN
}

/** Four significant digits: more would be noise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

/** Where a figure was made, without names of places. */
export function machine(): Readonly<Record<string, unknown>> {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> }
  const [processor] = cpus()
  return {
    date: new Date().toISOString(),
    commit: commit(),
    processor: processor?.model ?? 'unknown',
    cores: cpus().length,
    loadBefore: loadavg().map(rounded),
    node: process.versions.node,
    libp2p: dependencies.libp2p,
    gossipsub: dependencies['@chainsafe/libp2p-gossipsub'],
    tls: dependencies['@libp2p/tls'],
    sodium: dependencies['sodium-native'],
  }
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
