/**
 * What a shorter interval of repair costs, and what it buys. Items come by chance, each misses a share of the nodes
 * at once, and every node compares with one other by chance each interval, give or take a fifth, as nodes do. Time is
 * an event queue; comparisons take none of it.
 */
import type { Prng } from '../lib/prng.ts'
import { EventQueue } from './event-queue.ts'
import { itemOf, otherThan, SetHolders, type Item } from './set-holders.ts'

export interface SweepPoint {
  readonly intervalMs: number
  readonly nodes: number
  /** Share of the nodes that gossip misses, of each item. */
  readonly lost: number
  readonly itemsPerSecond: number
  /** Of comparisons, sent and received, each second. */
  readonly bytesPerNode: number
  /** From an item's coming until all have it, ms. */
  readonly windowP50Ms: number
  readonly windowP99Ms: number
  readonly windowMaxMs: number
  /** Items that not all had at the end. */
  readonly open: number
}

/** As nodes spread theirs (sync/limits, INTERVAL_SPREAD). */
const SPREAD = 0.2
/** Items come for so many intervals, and then as many more pass in which only repair goes on. */
const INTERVALS = 12
/** Items at least, whatever the interval. */
const ITEMS_MIN = 100

export function sweepPoint(options: {
  intervalMs: number
  nodes: number
  lost: number
  itemsPerSecond: number
  random: Prng
}): SweepPoint {
  const { intervalMs, nodes, lost, itemsPerSecond, random } = options
  const holders = new SetHolders(nodes)
  const queue = new EventQueue()
  const lacking = new Map<string, { readonly sinceMs: number; count: number }>()
  const windowsMs: number[] = []
  let bytes = 0

  const come = (): void => {
    const item: Item = itemOf(Math.round(queue.nowMs), random)
    let count = 0
    for (let node = 0; node < nodes; node++) {
      // Whoever made it has it.
      if (node > 0 && random.next() < lost) count++
      else holders.give(node, item)
    }
    if (count === 0) windowsMs.push(0)
    else lacking.set(item.key, { sinceMs: queue.nowMs, count })
  }
  const compare = (node: number): void => {
    queue.after(intervalMs * (1 + SPREAD * (2 * random.next() - 1)), () => compare(node))
    const partner = otherThan(node, nodes, random)
    const compared = holders.compare(node, partner)
    bytes += compared.bytes
    for (const [taker, keys] of [
      [node, compared.need],
      [partner, compared.have],
    ] as const)
      for (const key of keys) {
        holders.take(taker, key)
        const open = lacking.get(key)
        if (open === undefined || --open.count > 0) continue
        windowsMs.push(queue.nowMs - open.sinceMs)
        lacking.delete(key)
      }
  }

  const comingMs = Math.max(INTERVALS * intervalMs, (ITEMS_MIN / itemsPerSecond) * 1_000)
  const endMs = comingMs + INTERVALS * intervalMs
  for (let at = 0; at < comingMs; at += 1_000 / itemsPerSecond) queue.after(at, come)
  for (let node = 0; node < nodes; node++) queue.after(random.next() * intervalMs, () => compare(node))
  queue.runUntil(endMs)
  windowsMs.sort((a, b) => a - b)
  const quantile = (share: number): number => windowsMs[Math.floor((windowsMs.length - 1) * share)] ?? 0
  return {
    intervalMs,
    nodes,
    lost,
    itemsPerSecond,
    // Each comparison is sent by one and received by the other.
    bytesPerNode: (2 * bytes) / nodes / (endMs / 1_000),
    windowP50Ms: quantile(0.5),
    windowP99Ms: quantile(0.99),
    windowMaxMs: windowsMs.at(-1) ?? 0,
    open: lacking.size,
  }
}
