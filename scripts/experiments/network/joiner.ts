/** A node that joins a network with a full pool: how long from the start of its process until it has all of it. */
import { until } from '../../../testnet/until.ts'
import { LiveNetwork } from '../../../test/toolkit/processes/live-network.ts'
import type { LiveRun } from './run.ts'

const NODES = 4
const TRANSACTIONS = 5_000
const GOAL_MS = 5_000

export const joiner: LiveRun = async (seed, say) => {
  const network = new LiveNetwork('network-joiner')
  // Without validators nothing leaves the pool.
  return network.within({ count: NODES, validators: 0, seed }, async () => {
    const { accepted } = await network.load(['--rate', String(TRANSACTIONS / 10), '--for', '10s'])
    const isEqual = (): Promise<boolean> =>
      until(async () => new Set((await network.nodes()).map(({ mempool }) => mempool?.fingerprint)).size === 1, {
        timeoutMs: 60_000,
        everyMs: 100,
      })
    if (!(await isEqual())) throw new Error('the pools did not become equal')
    say(`${accepted} transactions on ${NODES} nodes`)
    const startedMs = performance.now()
    await network.ask('add', { count: 1 })
    const readyMs = Math.round(performance.now() - startedMs)
    const hasAll = await isEqual()
    const equalMs = Math.round(performance.now() - startedMs)
    const pool = (await network.nodes()).at(-1)?.mempool?.count ?? 0
    say(`ready after ${readyMs} ms, the whole pool of ${pool} after ${equalMs} ms`)
    return {
      broken: hasAll && equalMs <= GOAL_MS && pool === accepted ? [] : [`${pool} of ${accepted} after ${equalMs} ms`],
      figures: { accepted, pool, readyMs, equalMs, goalMs: GOAL_MS },
    }
  })
}
