/** What a simulation says of repair and membership: how soon all nodes had the same, how soon all knew who lives. */

export interface NetworkReport {
  /**
   * For each fault that everybody is to notice, in order: how long until every running node did, ms; null: not until
   * the end.
   */
  readonly noticed: readonly {
    readonly kind: 'dead' | 'left' | 'alive' | 'view'
    readonly node: number
    readonly afterMs: number | null
  }[]
  /** (observer, node) pairs where a node whose process ran or stood still was called dead, or suspected. */
  readonly wronglyDead: number
  readonly suspected: number
  /** Time from the last fault or transaction until all running nodes had one pool, ms; null: not until the end. */
  readonly poolsEqualAfterMs: number | null
  /** Share of the running nodes that have the commonest view digest, at the end. */
  readonly viewAgreement: number
  /** Members in the smallest view, at the end. */
  readonly smallestView: number
  /**
   * Comparisons that found a difference since then: how many, bytes of all and of the largest, and the largest
   * difference.
   */
  readonly compared: Readonly<Record<'transactions' | 'records', Compared>>
  /** Of all traffic since then. */
  readonly bytesPerSecondPerNode: number
  /** Groups of running nodes between which no connection stands, at the end. */
  readonly components: number
}

export interface Compared {
  readonly sessions: number
  readonly bytes: number
  readonly largestBytes: number
  readonly largestDifference: number
  readonly mostRounds: number
}
