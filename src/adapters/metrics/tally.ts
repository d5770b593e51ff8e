/**
 * What was counted since somebody last asked: counting happens for every transaction, asking every few seconds. The
 * library's counters look a series up by all its labels each time, which costs as much as decoding a transaction.
 */
type Labels = Readonly<Record<string, string>>

interface Series<Name> {
  readonly name: Name
  readonly labels: Labels
  count: number
}

export class Tally<Name extends string> {
  /** As many as there are series: names and labels are closed lists. */
  readonly #series = new Map<string, Series<Name>>()

  add(name: Name, labels: Labels, count: number): void {
    let key: string = name
    for (const label in labels) key += `,${labels[label] ?? ''}`
    const known = this.#series.get(key)
    if (known === undefined) this.#series.set(key, { name, labels, count })
    else known.count += count
  }

  /** Hands on what was counted since the last time. */
  pour(into: (name: Name, labels: Labels, count: number) => void): void {
    for (const series of this.#series.values()) {
      if (series.count === 0) continue
      into(series.name, series.labels, series.count)
      series.count = 0
    }
  }
}
