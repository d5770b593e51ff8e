/** One generator of clients: how its client is made, compiled and run. */

export interface Step {
  readonly command: string
  readonly args: readonly string[]
  /** Relative to the client's folder. */
  readonly cwd?: string
}

export interface ClientPlan {
  readonly name: string
  /** The packages whose versions were tried, as the table shows them. */
  readonly versions: string
  /** Programs that must be on the PATH. */
  readonly needs: readonly string[]
  /** The program of `programs/` that reads and writes, and where the client's folder has it. */
  readonly program: readonly [source: string, target: string]
  /** Further files of the client's folder. */
  readonly files?: Readonly<Record<string, string>>
  /** Makes the client of `../openapi.json`, and compiles it with the program. */
  readonly make: readonly Step[]
  /** Runs the program, which says `read PEER-ID` and `wrote WHAT`. */
  readonly run: Step
  /** What the program writes: a transaction, or a tag of the node. */
  readonly writes: 'transaction' | 'tag'
  /** A fault of the generator that shows all the same: what the program says of it, and the finding that holds it. */
  readonly fault?: { readonly says: string; readonly finding: string }
}
