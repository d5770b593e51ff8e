/** Fill and bound of what the kernel itself keeps between its machines, for /v1/debug/limits; each machine tells its own. */
import { EARLY_BLOCKS_MAX, ORPHANS_MAX } from '../chain/limits.ts'
import { BLOCK_COUNT_MAX } from '../domain/block.ts'
import { JOBS_MAX, UNWRITTEN_MAX } from '../relay/limits.ts'
import { OBSERVE_RELAYS_MAX, RETURNS_MAX, SURVEYS_MAX } from '../membership/limits.ts'
import { HELD_BACK_MAX } from './repair/held-back.ts'
import type { Machines } from './machines.ts'

/** Submissions under way: one for each of the 256 sockets that the API opens. */
const SUBMISSIONS_MAX = 256
/** Items of one submission or of one gossip message. */
const ITEMS_MAX = 256
/** Requests of ours under way: as many as may wait for streams to 64 peers. */
const ASKED_MAX = 16_384
/** Peers of another network: at most all connected ones. */
const STRANGERS_MAX = 1_024
/** Blocks whose missing transactions peers want, and own blocks that are not published: a few at a time, 64 held. */
const BLOCKS_WAITING_MAX = 64

export interface StructureSize {
  readonly name: string
  readonly size: number
  readonly capacity: number
  readonly unit: string
}

export function machineSizes(machines: Machines): StructureSize[] {
  const {
    inFlight,
    deferredSubmissions,
    jobs,
    writes,
    asked,
    strangers,
    verifiedBodies,
    invalidBlocks,
    partsWanted,
    ownBlocks,
  } = machines
  const { ownIncluded, poolKeys, heldBack, early, orphans, peers, pool } = machines
  const poolCapacity = pool.sizes().find(({ name }) => name === 'mempool.transactions')?.capacity ?? 0
  const of = (name: string, size: number, capacity: number, unit: string): StructureSize => ({
    name,
    size,
    capacity,
    unit,
  })
  return [
    of('kernel.jobs', jobs.size, JOBS_MAX + SUBMISSIONS_MAX, 'jobs'),
    of('kernel.deferredSubmissions', deferredSubmissions.size, JOBS_MAX + SUBMISSIONS_MAX, 'jobs'),
    of('kernel.inFlight', inFlight.size, (JOBS_MAX + SUBMISSIONS_MAX) * ITEMS_MAX, 'transactions'),
    of('kernel.writes', writes.size, SUBMISSIONS_MAX, 'writes'),
    of('kernel.asked', asked.size, ASKED_MAX, 'requests'),
    of('kernel.strangers', strangers.size, STRANGERS_MAX, 'peers'),
    of('kernel.verifiedBodies', verifiedBodies.size, BLOCK_COUNT_MAX, 'transactions'),
    of('kernel.invalidBlocks', invalidBlocks.size, invalidBlocks.capacity, 'blocks'),
    of('kernel.partsWanted', partsWanted.size, BLOCKS_WAITING_MAX, 'blocks'),
    of('kernel.ownBlocks', ownBlocks.size, BLOCKS_WAITING_MAX, 'blocks'),
    of('kernel.ownIncluded', ownIncluded.size, ownIncluded.capacity, 'transactions'),
    of('kernel.poolKeys', poolKeys.size, poolCapacity, 'transactions'),
    of('kernel.unwritten', machines.unwritten.size, UNWRITTEN_MAX, 'transactions'),
    of('kernel.surveys', machines.surveys.size, SURVEYS_MAX, 'surveys'),
    of('kernel.observeRelays', machines.observeRelays.size, OBSERVE_RELAYS_MAX, 'requests'),
    of('kernel.observers', machines.observers.size, machines.observers.capacity, 'peers'),
    of('kernel.returns', machines.returns.size, RETURNS_MAX, 'peers'),
    of('kernel.heldBack', heldBack.size, HELD_BACK_MAX, 'transactions'),
    of('chain.orphans', orphans.size, ORPHANS_MAX, 'blocks'),
    of('kernel.early', early.size, EARLY_BLOCKS_MAX, 'blocks'),
    of('peers.connected', peers.size, STRANGERS_MAX, 'peers'),
  ]
}
