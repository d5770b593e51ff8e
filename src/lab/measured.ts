/** A figure beside what the theory says of it. */

export interface Measured {
  /** What is measured: rounds to all, share left behind. */
  readonly what: string
  readonly value: number
  /** By which formula, in words; null where there is none. */
  readonly formula: string | null
  readonly theory: number | null
  /** (measured - theory) / theory; null where there is no theory. */
  readonly deviation: number | null
}

export function measured(what: string, value: number, theory: number | null, formula: string | null): Measured {
  const deviation = theory === null || theory === 0 ? null : value / theory - 1
  return { what, value, formula, theory, deviation }
}
