/** What a mutant is: one defence switched off in a copy of the sources. */

/** One change of one file: `from`, which must be there exactly once, becomes `to`. */
export interface Edit {
  readonly file: string
  readonly from: string
  readonly to: string
}

/**
 * A defence, the line that switches it off and the test that must then fail. A defence whose absence no test notices is
 * not proven. A mutant names the text that it replaces; where that has changed, the run says so and the list follows.
 */
export interface Mutant extends Edit {
  readonly name: string
  /** Rows of SECURITY.md's tables that it belongs to, such as `A5 L5`; of the rest a word. */
  readonly threat: string
  /** More changes, where a defence has several lines that each hold alone. */
  readonly also?: readonly Edit[]
  /** What kills it: a test file and, where only some of it matters, `-t` with a part of their names. */
  readonly test: readonly string[]
}

/** Every change that a mutant makes. */
export function editsOf({ file, from, to, also = [] }: Mutant): readonly Edit[] {
  return [{ file, from, to }, ...also]
}
