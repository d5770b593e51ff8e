/** Who is connected, whom we dial, and what is held against whom. */
import type { PeerId } from '../../domain/ids.ts'
import type { Now } from '../../domain/time.ts'
import { ExpiringMap } from '../../lib/expiring-map.ts'
import { RETURNS_MAX, RETURNS_MS } from '../../membership/limits.ts'
import { PeerClocks } from '../../membership/peer-clocks.ts'
import { INVITING_MAX, REDIAL_LONGEST_DEV_MS, REDIAL_LONGEST_MS } from '../../peers/limits.ts'
import { Invitations } from '../../peers/invitations.ts'
import { Offences } from '../../peers/offences.ts'
import { PeerTable } from '../../peers/peer-table.ts'
import { Redial } from '../../peers/redial.ts'
import type { JobNumber } from '../shared/event.ts'
import type { Shared } from '../shared/state.ts'
import type { StructureSize, WingState } from '../shared/wing.ts'

/** Connections of a node that was not told how many it may have: those of a simulation. */
const CONNECTIONS_MAX = 1_024

/** Said by the signature of a handler that reads or changes this state. */
export interface WithPeers {
  readonly peers: Peers
}

/** Waits for the disk: the operator who invites, or a peer whose secret it is. */
export type Inviting =
  | { readonly kind: 'made'; readonly invitation: JobNumber; readonly hash: string | null }
  | { readonly kind: 'used'; readonly request: JobNumber }

export class Peers implements WingState {
  readonly table = new PeerTable()
  readonly offences: Offences
  readonly redial: Redial
  /** Peers of another network that have been told so, and since when (monotonic ms). */
  readonly strangers = new Map<PeerId, number>()
  /** The anchors as last written, and when the next look at them is due (monotonic ms). */
  readonly anchors = { written: '', nextMs: 0 }
  /** What peers' records say of our own clock. */
  readonly clocks = new PeerClocks()
  /** How often peers greeted us of late while a connection with them stood. */
  readonly returns = new ExpiringMap<PeerId, number>({ ttlMs: RETURNS_MS, capacity: RETURNS_MAX })
  readonly invitations = new Invitations()
  /** The document that those are given; null before somebody was invited or asked. */
  document: Uint8Array | null = null
  /** What waits until the disk has an invitation, or its use. */
  readonly inviting = new Map<JobNumber, Inviting>()
  /** Peers that we are disconnecting: their going is no sign of anything. */
  readonly partings = new Set<PeerId>()
  /** Whether the ledger that transactions are judged by is older than that of others. */
  readonly isLedgerBehind: () => boolean
  readonly #connectionsMax: number

  constructor({ config, isOpen }: Shared, isLedgerBehind: () => boolean) {
    this.offences = new Offences({ sparesLoopback: !isOpen })
    this.redial = new Redial({
      addresses: config.bootstrap,
      longestMs: isOpen ? REDIAL_LONGEST_MS : REDIAL_LONGEST_DEV_MS,
      chance: config.chance,
    })
    this.isLedgerBehind = isLedgerBehind
    this.#connectionsMax = config.connectionsMax ?? CONNECTIONS_MAX
  }

  get isAtWork(): boolean {
    return this.strangers.size > 0
  }

  get nextMs(): number {
    return this.redial.nextMs
  }

  peerGone(peer: PeerId, now: Now): void {
    this.redial.lost(peer, now.monoMs)
    this.clocks.gone(peer)
  }

  sizes(): StructureSize[] {
    const { strangers, returns, table } = this
    return [
      ...this.offences.sizes(),
      ...this.redial.sizes(),
      ...this.invitations.sizes(),
      { name: 'kernel.inviting', size: this.inviting.size, capacity: INVITING_MAX, unit: 'writes' },
      { name: 'kernel.strangers', size: strangers.size, capacity: this.#connectionsMax, unit: 'peers' },
      { name: 'kernel.returns', size: returns.size, capacity: RETURNS_MAX, unit: 'peers' },
      { name: 'peers.connected', size: table.size, capacity: this.#connectionsMax, unit: 'peers' },
    ]
  }

  invariants(): void {
    this.offences.invariants()
    this.invitations.invariants()
  }
}
