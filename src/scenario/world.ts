/**
 * The port between an experiment and where it runs: every world takes the same experiment and gives the same kind of
 * evidence (test/contract).
 */
import type { Evidence } from './expect.ts'
import type { Experiment } from './experiment.ts'

export const WORLDS = ['virtual', 'packed', 'processes'] as const
export type WorldName = (typeof WORLDS)[number]

export interface RunOptions {
  /** What is going on, for a person; each text replaces the one before. */
  readonly onProgress: (text: string) => void
  /** Ends the run, and every process of it. */
  readonly signal: AbortSignal
}

export type RunOutcome =
  | {
      readonly kind: 'ran'
      readonly evidence: Evidence
      /** Where the same seed gives the same run: what tells two runs apart. Null elsewhere. */
      readonly digest: string | null
      /** How long it took on the clock of the wall, ms. */
      readonly wallMs: number
      /** How late the latest entry of the timeline was carried out, ms. */
      readonly latestMs: number
    }
  /** It could not be carried out; nothing of it is left running. */
  | { readonly kind: 'failed'; readonly message: string; readonly hint: string }
  | { readonly kind: 'aborted' }

export interface World {
  readonly name: WorldName
  /** What it can't do of what the experiment asks for, and why, in words; known before anything starts. */
  refusals(experiment: Experiment): readonly string[]
  /** Carries it out. Never rejects for what the network does; leaves no process. */
  run(experiment: Experiment, options: RunOptions): Promise<RunOutcome>
}
