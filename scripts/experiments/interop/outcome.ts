/** What came of one thing that was tried: figures for a reader of JSON, and in words what was not as it should be. */
export interface Tried {
  readonly id: string
  readonly figures: Readonly<Record<string, unknown>>
  /** Empty: all is as it should be. */
  readonly broken: readonly string[]
}

/** Takes lines about what goes on. */
export type Say = (text: string) => void

/** Collects what is not as it should be. */
export class Broken {
  readonly list: string[] = []

  unless(holds: boolean, otherwise: string): void {
    if (!holds) this.list.push(otherwise)
  }
}
