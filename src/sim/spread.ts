/** What became of published messages: who got each of them, when, from whom, how often; and the figures that follow. */

export interface SpreadFigures {
  readonly messages: number
  /** Reached (node, message) pairs / all pairs. */
  readonly coverage: number
  /** Time from publication to the arrival at a node; the origin counts as 0. Means over the messages, ms. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** From the origin along the tree of first deliveries. */
  readonly hopsMean: number
  /** Nodes by hops, over all messages; index 0 are the origins. */
  readonly hops: readonly number[]
  /** Whole copies of a message that a node received, mean. */
  readonly copies: number
  /** (message, node) pairs that never met, at most the first hundred. */
  readonly missed: readonly { readonly message: number; readonly node: number }[]
}

/** Enough to see a pattern, and a report stays readable. */
const MISSED_SHOWN_MAX = 100

interface Message {
  readonly origin: number
  readonly publishedMs: number
  readonly arrivals: Map<number, { readonly atMs: number; readonly from: number }>
  copies: number
}

export class SpreadRecorder {
  readonly #messages = new Map<string, Message>()

  published(id: string, node: number, nowMs: number): void {
    if (!this.#messages.has(id)) {
      this.#messages.set(id, { origin: node, publishedMs: nowMs, arrivals: new Map(), copies: 0 })
    }
  }

  /** A node took a message for the first time. */
  arrived(id: string, node: number, from: number, nowMs: number): void {
    const message = this.#messages.get(id)
    if (message === undefined || node === message.origin || message.arrivals.has(node)) return
    message.arrivals.set(node, { atMs: nowMs, from })
  }

  /** Bytes of a message reached a node, for the first time or again. */
  copy(id: string): void {
    const message = this.#messages.get(id)
    if (message !== undefined) message.copies++
  }

  /** Ids of the messages published so far, in order. */
  ids(): readonly string[] {
    return [...this.#messages.keys()]
  }

  /** Nodes that have a message, its origin among them, ascending. */
  holders(id: string): readonly number[] {
    const message = this.#messages.get(id)
    return message === undefined ? [] : [message.origin, ...message.arrivals.keys()].sort((a, b) => a - b)
  }

  /** @param nodes who should have got each message */
  figures(nodes: readonly number[]): SpreadFigures {
    const messages = [...this.#messages.values()]
    const times = messages.map((message) => [0, ...delaysOf(message)].sort((a, b) => a - b))
    const hops: number[] = []
    for (const message of messages) for (const count of hopsOf(message)) hops[count] = (hops[count] ?? 0) + 1
    const histogram = Array.from(hops, (count) => count ?? 0)
    const reached = times.reduce((sum, delays) => sum + delays.length, 0)
    return {
      messages: messages.length,
      coverage: reached / (nodes.length * messages.length),
      p50Ms: mean(times.map((delays) => quantile(delays, 0.5))),
      p99Ms: mean(times.map((delays) => quantile(delays, 0.99))),
      maxMs: mean(times.map((delays) => delays.at(-1) ?? 0)),
      hopsMean: histogram.reduce((sum, count, hop) => sum + hop * count, 0) / reached,
      hops: histogram,
      copies: messages.reduce((sum, message) => sum + message.copies, 0) / (nodes.length * messages.length),
      missed: missedOf(messages, nodes),
    }
  }
}

function delaysOf(message: Message): number[] {
  return [...message.arrivals.values()].map(({ atMs }) => atMs - message.publishedMs)
}

/**
 * Hops of every node that has the message: nobody counts them on the wire, so the tree is rebuilt from who told whom.
 */
function hopsOf(message: Message): readonly number[] {
  const known = new Map<number, number>([[message.origin, 0]])
  // In order of arrival: who told a node had it before.
  const inOrder = [...message.arrivals].sort(([, a], [, b]) => a.atMs - b.atMs)
  for (const [node, { from }] of inOrder) known.set(node, (known.get(from) ?? 0) + 1)
  return [...known.values()]
}

function missedOf(messages: readonly Message[], nodes: readonly number[]): { message: number; node: number }[] {
  const missed: { message: number; node: number }[] = []
  messages.forEach((message, index) => {
    for (const node of nodes) {
      const isMissed = node !== message.origin && !message.arrivals.has(node)
      if (isMissed && missed.length < MISSED_SHOWN_MAX) missed.push({ message: index, node })
    }
  })
  return missed
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? 0
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
