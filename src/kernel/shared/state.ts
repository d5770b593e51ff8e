/**
 * What all decisions of one node share: whom it serves, the head that it tells of, and the work that is under way
 * outside of the kernel.
 */
import type { decodeRecord } from '../../domain/codec/record-codec.ts'
import {
  asBlockHash,
  type AccountId,
  type BlockHash,
  type NetAddress,
  type NetworkId,
  type PeerId,
} from '../../domain/ids.ts'
import { Ledger } from '../../domain/ledger/ledger.ts'
import { isDevNetwork, networkIdOf, type NetworkParams } from '../../domain/params.ts'
import { assert } from '../../lib/assert.ts'
import { Twin } from '../../membership/twin.ts'
import { JOBS_MAX } from '../../relay/limits.ts'
import type { Asked } from './asked.ts'
import type { JobNumber } from './event.ts'
import type { Job } from './jobs.ts'
import type { StructureSize, WingState } from './wing.ts'

/** Submissions under way: one for each of the 256 sockets that the API opens. */
export const SUBMISSIONS_MAX = 256
/** Requests of ours under way: as many as may wait for streams to 64 peers. */
const ASKED_MAX = 16_384

export interface KernelConfig {
  readonly network: NetworkParams
  readonly profile: 'node' | 'dev' | 'bench'
  readonly name: string
  readonly self: PeerId
  readonly agentVersion: string
  /** Whether the node looks for peers by itself, in records; otherwise it keeps to its bootstrap addresses. */
  readonly discovers: boolean
  /** Whether the node says what it saw of an object, and from whom (PROTOCOL.md, observe): it reveals origins. */
  readonly observes: boolean
  readonly bootstrap: readonly NetAddress[]
  /** Most connections of the node; without a number no peer is ever evicted. */
  readonly connectionsMax?: number
  /** Public key of the validator whose blocks this node makes; null: it makes none. */
  readonly validator: AccountId | null
  /**
   * Whether it makes blocks when asked instead of in its slots, from the start on; no unless given, and never on an
   * open network.
   */
  readonly blocksOnDemand?: boolean
  /** Reads records; given where many nodes are one process and read the same ones. */
  readonly readRecord?: typeof decodeRecord
  /** Numbers in [0, 1). */
  readonly chance: () => number
}

/**
 * Said by the signature of a handler that reads or changes this state; `WithPeers`, `WithTransactions` and the others
 * alike.
 */
export interface WithShared {
  readonly shared: Shared
}

export class Shared implements WingState {
  readonly config: KernelConfig
  readonly networkId: NetworkId
  /**
   * Whether the network is an open one, where nothing that a stranger names is believed to be ours; else one for
   * development.
   */
  readonly isOpen: boolean
  /** The head that is on the disk, and all that we tell of it. */
  readonly announced: { height: number; hash: BlockHash; settledHeight: number; ledger: Ledger }
  /** Verification jobs under way. */
  readonly jobs = new Map<JobNumber, Job>()
  /** Requests of ours under way. */
  readonly asked = new Map<JobNumber, Asked>()
  /** Another node with this one's identity: `members` finds it out, and everybody gives way to it. */
  readonly twin = new Twin()
  #job = 0

  constructor(config: KernelConfig) {
    this.config = config
    this.networkId = networkIdOf(config.network)
    this.isOpen = !isDevNetwork(config.network.name)
    assert(!this.isOpen || config.blocksOnDemand !== true, 'validators of an open network keep to their slots')
    const ledger = Ledger.genesis(config.network.accounts)
    this.announced = { height: 0, hash: asBlockHash(this.networkId), settledHeight: 0, ledger }
  }

  readonly nextJob = (): JobNumber => ++this.#job

  get isAtWork(): boolean {
    return this.asked.size + this.jobs.size > 0
  }

  readonly nextMs = Number.POSITIVE_INFINITY

  sizes(): StructureSize[] {
    return [
      { name: 'kernel.jobs', size: this.jobs.size, capacity: JOBS_MAX + SUBMISSIONS_MAX, unit: 'jobs' },
      { name: 'kernel.asked', size: this.asked.size, capacity: ASKED_MAX, unit: 'requests' },
    ]
  }
}
