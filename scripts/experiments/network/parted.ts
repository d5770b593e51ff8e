/**
 * Ten nodes in two halves for a minute, transactions on both sides: how long after the heal all pools are one, and in
 * how many bytes.
 */
import { setMaxListeners } from 'node:events'
import { connect } from '../../../src/client/connect.ts'
import { transactionOrder } from '../../../src/domain/item-key.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { INTERVAL_MS, INTERVAL_SPREAD } from '../../../src/sync/limits.ts'
import { until } from '../../../testnet/until.ts'
import { reconcile, treeOf, WALL_MS, type Item } from '../../../test/toolkit/kernel/reconcile-cost.ts'
import { LiveNetwork, pause } from '../../../test/toolkit/processes/live-network.ts'
import type { LiveRun } from './run.ts'

const NODES = 10
const PARTED_MS = 60_000
const TRANSACTIONS = 500
/** Before the cut, on all nodes. */
const SHARED = 200
/** Two intervals of comparison, each up to a fifth longer. */
const GOAL_MS = 2 * (1 + INTERVAL_SPREAD) * INTERVAL_MS
/** Bytes of the largest comparison against those that the bench needs for the same difference. */
const BYTES_GOAL = 1.5

interface Comparison {
  readonly set: string
  readonly need: number
  readonly have: number
  readonly bytes: number
}

export const parted: LiveRun = async (seed, say) => {
  const network = new LiveNetwork('network-parted')
  return network.within({ count: NODES, validators: 0, seed }, async () => {
    const order = createPrng(seed)
      .child('halves')
      .shuffled(Array.from({ length: NODES }, (_, node) => `node-${node}`))
    const { accepted: before } = await network.load(['--rate', '100', '--for', `${SHARED / 100}s`])
    await network.ask('partition', { groups: [order.slice(0, NODES / 2), order.slice(NODES / 2)], forMs: null })
    const startedMs = performance.now()
    const { accepted } = await network.load(['--rate', '10', '--for', `${TRANSACTIONS / 10}s`])
    await pause(Math.max(0, PARTED_MS - (performance.now() - startedMs)))
    const atHeal = await network.nodes()
    const pools = new Set(atHeal.map(({ mempool }) => mempool?.fingerprint)).size
    const [left = 0, right = 0] = [order[0], order.at(-1)].map(
      (name) => (atHeal.find((node) => node.name === name)?.mempool?.count ?? before) - before,
    )
    say(`${before} before the cut, ${accepted} within it; ${pools} different pools`)
    const listening = new AbortController()
    setMaxListeners(NODES + 1, listening.signal)
    const comparisons: Comparison[] = []
    const listeners = (await network.nodes()).map(({ apiUrl }) => listen(apiUrl, listening.signal, comparisons))
    await network.ask('heal', {})
    const healedMs = performance.now()
    const isOne = await until(
      async () => {
        const all = await network.nodes()
        return (
          new Set(all.map(({ mempool }) => mempool?.fingerprint)).size === 1 &&
          all.every(({ mempool }) => mempool?.count === before + accepted)
        )
      },
      { timeoutMs: 3 * GOAL_MS, everyMs: 50 },
    )
    const equalMs = Math.round(performance.now() - healedMs)
    listening.abort()
    await Promise.all(listeners)
    const ofPools = comparisons.filter(({ set }) => set === 'transactions')
    const costs = ofPools.map(({ need, have, bytes }) => ({ need, have, bytes }))
    // What differed when the links came back: while two compare, others bring them what they lack, so that less is left
    // at the end.
    const bench = benchBytes(before, left, right)
    const worst = Math.max(0, ...costs.map(({ bytes }) => bytes / bench))
    say(`one pool after ${equalMs} ms; ${costs.length} comparisons, at most ${worst.toFixed(2)} x the bench's bytes`)
    const broken: string[] = []
    if (!isOne || equalMs > GOAL_MS) broken.push(`one pool after ${equalMs} ms`)
    if (costs.length === 0) broken.push('nobody compared anything')
    if (worst > BYTES_GOAL) broken.push(`${worst.toFixed(2)} x the bench's bytes`)
    return {
      broken,
      figures: {
        before,
        accepted,
        left,
        right,
        pools,
        bench,
        equalMs,
        goalMs: GOAL_MS,
        comparisons: costs,
        worst,
        goalBytes: BYTES_GOAL,
      },
    }
  })
}

async function listen(apiUrl: string, signal: AbortSignal, comparisons: Comparison[]): Promise<void> {
  const client = connect(apiUrl)
  for await (const item of client.events({ topics: ['network'], signal })) {
    if (item.kind === 'event' && item.event.event === 'compared') comparisons.push(item.event.data as Comparison)
  }
  client.close()
}

/** What the bench's two sets of that size pay for that difference, adjacent in time. */
function benchBytes(shared: number, need: number, have: number): number {
  const random = createPrng(shared + need + have)
  const item = (at: number): Item => ({
    order: transactionOrder(WALL_MS - 120_000 + at * 100),
    id: toHex(random.bytes(32)),
  })
  const common = Array.from({ length: shared }, (_, at) => item(at))
  const lacked = Array.from({ length: need }, (_, at) => item(shared + 2 * at))
  const offered = Array.from({ length: have }, (_, at) => item(shared + 2 * at + 1))
  return reconcile(treeOf([...common, ...offered]), treeOf([...common, ...lacked])).bytes
}
