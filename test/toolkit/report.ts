/** What an experiment found: figures, and what of what was promised did not hold. */

export type Figures = Record<string, number | string | boolean>

export class Report {
  readonly figures: Figures = {}
  readonly failures: string[] = []

  figure(name: string, value: number | string | boolean): void {
    this.figures[name] = typeof value === 'number' ? Math.round(value * 100) / 100 : value
  }

  require(holds: boolean, what: string): void {
    if (!holds) this.failures.push(what)
  }

  /** A figure with its bound. */
  atMost(name: string, value: number, bound: number): void {
    this.figure(name, value)
    this.require(value <= bound, `${name} is ${Math.round(value * 100) / 100}, more than ${bound}`)
  }

  /** A figure with its exact value. */
  exactly(name: string, value: number, expected: number): void {
    this.figure(name, value)
    this.require(value === expected, `${name} is ${value}, not ${expected}`)
  }
}
