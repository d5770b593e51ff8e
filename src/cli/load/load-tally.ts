/** What became of the transactions of a load: counts and latencies. Pure; time is an argument. */
import { Histogram, type HistogramFigures } from '../../lib/histogram.ts'

export interface NodeTally {
  readonly name: string
  sent: number
  accepted: number
  refused: number
  failed: number
}

export interface LoadFigures {
  readonly sent: number
  readonly accepted: number
  readonly known: number
  /** By the node's code. */
  readonly refused: Readonly<Record<string, number>>
  /** No answer, or one about the batch as a whole; by its reason. */
  readonly failed: Readonly<Record<string, number>>
  /** Due, but more than `IN_FLIGHT_MAX` waited for their answers. */
  readonly unsent: number
  readonly latencyMs: HistogramFigures | null
  readonly nodes: readonly Readonly<NodeTally>[]
}

export class LoadTally {
  readonly #nodes: NodeTally[]
  readonly #latency = new Histogram()
  readonly #refused = new Map<string, number>()
  readonly #failed = new Map<string, number>()
  #sent = 0
  #accepted = 0
  #known = 0
  #unsent = 0

  constructor(nodes: readonly string[]) {
    this.#nodes = nodes.map((name) => ({ name, sent: 0, accepted: 0, refused: 0, failed: 0 }))
  }

  get accepted(): number {
    return this.#accepted
  }
  get unsent(): number {
    return this.#unsent
  }
  get refusedTotal(): number {
    return sum(this.#refused)
  }
  get failedTotal(): number {
    return sum(this.#failed)
  }
  get waiting(): number {
    return this.#sent - this.#accepted - this.#known - this.refusedTotal - this.failedTotal
  }
  percentile(share: number): number | null {
    return this.#latency.percentile(share)
  }

  noteSent(node: number, count: number): void {
    this.#sent += count
    this.#of(node).sent += count
  }
  /** One was acknowledged so long after the moment it was meant to be sent. */
  noteAccepted(node: number, latencyMs: number): void {
    this.#accepted++
    this.#of(node).accepted++
    this.#latency.record(latencyMs)
  }
  noteKnown(): void {
    this.#known++
  }
  noteRefused(node: number, code: string): void {
    this.#of(node).refused++
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1)
  }
  noteFailed(node: number, count: number, reason: string): void {
    this.#of(node).failed += count
    this.#failed.set(reason, (this.#failed.get(reason) ?? 0) + count)
  }
  noteUnsent(count: number): void {
    this.#unsent += count
  }

  figures(): LoadFigures {
    return {
      sent: this.#sent,
      accepted: this.#accepted,
      known: this.#known,
      refused: Object.fromEntries(this.#refused),
      failed: Object.fromEntries(this.#failed),
      unsent: this.#unsent,
      latencyMs: this.#latency.figures(),
      nodes: this.#nodes.map((node) => ({ ...node })),
    }
  }

  #of(node: number): NodeTally {
    const tally = this.#nodes[node]
    if (tally === undefined) throw new Error(`there is no node ${node}`)
    return tally
  }
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0
  for (const count of counts.values()) total += count
  return total
}
