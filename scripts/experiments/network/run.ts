/** What one measurement on live processes says. */
export interface LiveOutcome {
  /** Promises that it broke. */
  readonly broken: readonly string[]
  readonly figures: object
}

export type LiveRun = (seed: number, say: (text: string) => void) => Promise<LiveOutcome>
