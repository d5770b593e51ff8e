/** Comparing sets with other nodes, and what was fetched ahead of its turn. */
import type { SetName } from '../../domain/codec/reconcile-codec.ts'
import type { PeerId } from '../../domain/ids.ts'
import type { Now } from '../../domain/time.ts'
import { Repair } from '../../sync/repair.ts'
import { RepairServer } from '../../sync/repair-server.ts'
import type { ComparedSet } from '../shared/compared-set.ts'
import type { Shared } from '../shared/state.ts'
import type { StructureSize, WingState } from '../shared/wing.ts'
import { HELD_BACK_MAX, HeldBack } from './held-back.ts'

/** Said by the signature of a handler that reads or changes this state. */
export interface WithRepair {
  readonly repair: Repairs
}

export class Repairs implements WingState {
  /** The sets that are compared, each the book of another wing. */
  readonly sets: Readonly<Record<SetName, ComparedSet>>
  readonly comparisons: Repair
  readonly server: RepairServer
  /** Fetched transactions that wait for the ones before them. */
  readonly heldBack = new HeldBack()

  constructor({ config, nextJob }: Shared, sets: Readonly<Record<SetName, ComparedSet>>) {
    const trees = { transactions: sets.transactions.tree, records: sets.records.tree }
    this.sets = sets
    this.comparisons = new Repair({ trees, nextNumber: nextJob, chance: config.chance })
    this.server = new RepairServer(trees)
  }

  readonly isAtWork = false

  get nextMs(): number {
    return this.comparisons.nextMs
  }

  peerGreeted(peer: PeerId, isOutbound: boolean, now: Now): void {
    this.comparisons.connected(peer, isOutbound, now.monoMs)
  }

  peerGone(peer: PeerId): void {
    this.comparisons.disconnected(peer)
    this.server.disconnected(peer)
  }

  sizes(): StructureSize[] {
    return [
      ...this.comparisons.sizes(),
      { name: 'kernel.heldBack', size: this.heldBack.size, capacity: HELD_BACK_MAX, unit: 'transactions' },
    ]
  }

  invariants(): void {
    this.comparisons.invariants()
  }
}
