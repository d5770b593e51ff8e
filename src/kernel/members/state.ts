/** The network as this node sees it, what it says of itself in it, and what it asks others of objects. */
import { decodeRecord } from '../../domain/codec/record-codec.ts'
import type { NetAddress, PeerId, TxId } from '../../domain/ids.ts'
import type { ItemKey } from '../../domain/item-key.ts'
import { keyOfPeerId } from '../../domain/record.ts'
import { signingPrefix } from '../../domain/signing.ts'
import type { Now } from '../../domain/time.ts'
import { ExpiringMap } from '../../lib/expiring-map.ts'
import type { TokenBucket } from '../../lib/rate.ts'
import { GossipAlarm } from '../../membership/alarm.ts'
import { Discovery } from '../../membership/discovery.ts'
import {
  MEMBERSHIP_PROFILES,
  OBSERVE_RELAYS_MAX,
  OBSERVER_TTL_MS,
  OBSERVERS_MAX,
  SURVEYS_MAX,
} from '../../membership/limits.ts'
import { Membership } from '../../membership/membership.ts'
import { Pace } from '../../membership/pace.ts'
import type { Survey } from '../../membership/survey.ts'
import { DialBacks } from '../../peers/dial-backs.ts'
import { comparedSet, type ComparedSet } from '../shared/compared-set.ts'
import type { JobNumber } from '../shared/event.ts'
import type { Shared } from '../shared/state.ts'
import type { StructureSize, WingState } from '../shared/wing.ts'
import type { Self } from './self.ts'

/** What a node tells others of its pool, which is another wing's. */
export interface PoolView {
  count(): number
  /** Whether it has, or had, this transaction. */
  knows(id: TxId, monoMs: number): boolean
}

/** Said by the signature of a handler that reads or changes this state. */
export interface WithMembers {
  readonly members: Members
}

export class Members implements WingState {
  readonly recordPrefix: Uint8Array
  readonly suspicionPrefix: Uint8Array
  readonly readRecord: typeof decodeRecord
  readonly membership: Membership
  readonly discovery: Discovery
  readonly alarm = new GossipAlarm()
  readonly self: Self
  /** When the next record of our own is due. */
  readonly pace: Pace
  /** When an older record of our own key is worth a signature check again (monotonic ms). */
  readonly ownLook = { nextMs: Number.NEGATIVE_INFINITY }
  /** The records as they are compared with those of others. */
  readonly set: ComparedSet
  /** Who owns the record of this name. */
  readonly recordOwners = new Map<ItemKey, PeerId>()
  /** Requests for help under way, and the nonce that the asker gave. */
  readonly helps = new Map<JobNumber, bigint>()
  /** Surveys of our own under way, and what they ask for. */
  readonly surveys = new Map<JobNumber, { readonly survey: Survey; readonly ids: readonly TxId[] }>()
  /** Peers' questions that are being handed on. */
  readonly observeRelays = new Set<JobNumber>()
  /** How much each peer may ask of what we saw. */
  readonly observers = new ExpiringMap<PeerId, TokenBucket>({ ttlMs: OBSERVER_TTL_MS, capacity: OBSERVERS_MAX })
  /** Dials that are to show whether a node lives. */
  readonly probeDials = new Map<
    NetAddress,
    { readonly target: PeerId; readonly stays: 'configured' | 'if-alone' | 'no' }
  >()
  readonly dialBacks = new DialBacks()
  readonly pool: PoolView

  constructor(shared: Shared, pool: PoolView) {
    const { config, networkId, isOpen, nextJob } = shared
    const { self, chance } = config
    this.recordPrefix = signingPrefix('hearsay/record/1', networkId)
    this.suspicionPrefix = signingPrefix('hearsay/suspicion/1', networkId)
    this.readRecord = config.readRecord ?? decodeRecord
    this.membership = new Membership({
      self,
      profile: MEMBERSHIP_PROFILES[config.profile],
      nextNumber: nextJob,
      chance,
    })
    this.discovery = new Discovery({ self, isOpen, chance, ...(config.discovers ? {} : { outboundWanted: 0 }) })
    this.pace = new Pace(chance)
    this.set = comparedSet('records', shared)
    this.self = {
      key: keyOfPeerId(self) ?? new Uint8Array(32),
      incarnation: 0,
      seq: 0,
      startedAtMs: 0,
      addresses: [],
      tags: [],
      isLeaving: false,
      signing: new Map(),
    }
    this.pool = pool
  }

  get isAtWork(): boolean {
    const { surveys, set, membership, discovery } = this
    return surveys.size + set.wanted.count > 0 || membership.isAtWork || discovery.isLooking
  }

  get nextMs(): number {
    return Math.min(this.membership.nextMs, this.pace.dueMs)
  }

  peerGreeted(peer: PeerId, isOutbound: boolean): void {
    this.set.wanted.connected(peer, isOutbound)
    this.discovery.greeted(peer)
  }

  peerGone(peer: PeerId, now: Now): void {
    this.set.wanted.disconnected(peer)
    this.discovery.disconnected(peer, now.monoMs)
  }

  sizes(): StructureSize[] {
    const { surveys, observeRelays, observers } = this
    return [
      ...this.membership.sizes(),
      ...this.discovery.sizes(),
      ...this.set.wanted.sizes(),
      ...this.dialBacks.sizes(),
      { name: 'kernel.surveys', size: surveys.size, capacity: SURVEYS_MAX, unit: 'surveys' },
      { name: 'kernel.observeRelays', size: observeRelays.size, capacity: OBSERVE_RELAYS_MAX, unit: 'requests' },
      { name: 'kernel.observers', size: observers.size, capacity: observers.capacity, unit: 'peers' },
    ]
  }

  invariants(): void {
    for (const { survey } of this.surveys.values()) survey.invariants()
    for (const machine of [this.set.wanted, this.membership, this.discovery, this.dialBacks]) machine.invariants()
  }
}
