/**
 * What happens to a node: past tense, data only. The runtime makes these from the outside world; the kernel alone reads
 * them.
 */
import type { AskFailure } from '../../ports/requests.ts'
import type { Direction, Overwork } from '../../ports/connections.ts'
import type { Malformed, PublishOutcome } from '../../ports/gossip.ts'
import type { DialFailure, DialFailureKind } from '../../domain/dial.ts'
import type { BlockHash, MessageId, NetAddress, PeerId, TxId } from '../../domain/ids.ts'
import type { ChainStart } from '../../chain/chain.ts'
import type { Protocol, Topic } from '../../domain/protocols.ts'

/** Number of a verification job, a write job, a submission or a request: unique within one run of the node. */
export type JobNumber = number

/** What the disk holds of one space. */
export type StoredRecords = readonly (readonly [key: string, value: Uint8Array])[]

export type Event =
  /** The router raised a message; a verdict is owed. `waitedMs`: time in ingress. */
  | {
      readonly kind: 'gossip-received'
      readonly topic: Topic
      readonly bytes: Uint8Array
      readonly from: PeerId
      readonly messageId: MessageId
      readonly waitedMs: number
    }
  /** Ingress gave a message up: full, or it had waited too long. A verdict is owed all the same. */
  | {
      readonly kind: 'gossip-shed'
      readonly topic: Topic
      readonly bytes: Uint8Array
      readonly from: PeerId
      readonly messageId: MessageId
      readonly reason: 'full' | 'late'
    }
  | { readonly kind: 'malformed-received'; readonly from: PeerId; readonly what: Malformed }
  /** A peer, or all peers of an address, cost too much; its connections are cut already. */
  | {
      readonly kind: 'overworked'
      readonly subject: { readonly kind: 'peer' | 'address'; readonly name: string }
      readonly what: Overwork
      /** Where the peer is or was connected from, as far as that is known. */
      readonly ip: string | null
    }
  /**
   * Messages of a peer, none where it said something else, that the router drops unseen for its score, for `sinceMs`
   * now.
   */
  | { readonly kind: 'unheard'; readonly from: PeerId; readonly messages: number; readonly sinceMs: number }
  /** A user handed in signed transactions through the API. */
  | { readonly kind: 'transactions-submitted'; readonly submission: JobNumber; readonly items: readonly Uint8Array[] }
  /**
   * Index of the first invalid check of the job, or -1 when all hold; `keyInvalid` when that one fails for its public
   * key already.
   */
  | {
      readonly kind: 'signatures-verified'
      readonly job: JobNumber
      readonly firstInvalid: number
      readonly keyInvalid: boolean
    }
  /** What the disk has under the keys of a `read`, in their order. */
  | { readonly kind: 'read-finished'; readonly job: JobNumber; readonly values: readonly (Uint8Array | undefined)[] }
  /** The validator's signature. */
  | { readonly kind: 'signed'; readonly job: JobNumber; readonly signature: Uint8Array }
  | { readonly kind: 'write-finished'; readonly job: JobNumber; readonly ok: boolean }
  | { readonly kind: 'published'; readonly topic: Topic; readonly outcome: PublishOutcome }
  | {
      readonly kind: 'peer-connected'
      readonly peer: PeerId
      readonly address: NetAddress
      readonly direction: Direction
    }
  | { readonly kind: 'peer-disconnected'; readonly peer: PeerId }
  | {
      readonly kind: 'dial-finished'
      readonly address: NetAddress
      readonly peer: PeerId | null
      /** Why there is no peer. */
      readonly failure?: DialFailure
    }
  /** A peer was dialled back, or why it was not reached; ends a `dial-back`. */
  | { readonly kind: 'dialled-back'; readonly request: JobNumber; readonly failure: DialFailureKind | null }
  /** How many peers hear a topic, and how many are in its mesh, after a change. */
  | { readonly kind: 'mesh-changed'; readonly topic: Topic; readonly subscribers: number; readonly mesh: number }
  | {
      readonly kind: 'answer-received'
      readonly request: JobNumber
      readonly frames: readonly Uint8Array[]
      readonly elapsedMs: number
      /** Wall clock in ns when the request left and when the answer came, where clocks are compared. */
      readonly clocks?: { readonly askedNs: bigint; readonly answeredNs: bigint }
    }
  | { readonly kind: 'request-failed'; readonly request: JobNumber; readonly reason: AskFailure }
  /** A peer asks; a `reply` with the same number is owed. */
  | {
      readonly kind: 'request-received'
      readonly request: JobNumber
      readonly protocol: Protocol
      readonly from: PeerId
      readonly bytes: Uint8Array
    }
  /**
   * The chain read back at start, checked by whoever read it; null at genesis; before the pool, which needs its ledger.
   */
  | { readonly kind: 'chain-restored'; readonly start: ChainStart | null; readonly lastSignedSlot: number }
  /** Pool entries read back at start, as `pool-record` wrote them. */
  | { readonly kind: 'pool-restored'; readonly records: StoredRecords }
  | { readonly kind: 'bans-restored'; readonly records: StoredRecords }
  /** What this node wrote of its best peers before it stopped. */
  | { readonly kind: 'anchors-restored'; readonly records: StoredRecords }
  /** The process holds more memory than it should. */
  | { readonly kind: 'memory-pressed' }
  /** What the node knew of itself before it stopped, and where it listens now. */
  | {
      readonly kind: 'self-restored'
      readonly lastIncarnation: number
      readonly tags: readonly (readonly [key: string, value: string])[]
      readonly addresses: readonly NetAddress[]
    }
  /** The operator changes a tag of this node; null takes it away. */
  | { readonly kind: 'tag-set'; readonly key: string; readonly value: string | null }
  /** On a development network: blocks are made when they are asked for, or in slots again. */
  | { readonly kind: 'blocks-on-demand'; readonly isOn: boolean }
  /** Where they are made on demand: one for this slot of ours on this head, within `withinMs` or not at all. */
  | { readonly kind: 'block-wanted'; readonly slot: number; readonly parent: BlockHash; readonly withinMs: number }
  /** The operator drops all that was learnt of the network. */
  | { readonly kind: 'network-reset' }
  /** The operator asks what all nodes saw of these; an `answer-survey` with the same number is owed within `waitMs`. */
  | {
      readonly kind: 'survey-asked'
      readonly survey: JobNumber
      readonly ids: readonly TxId[]
      /** Comparisons of each node's clock. */
      readonly samples: number
      readonly waitMs: number
    }
  /** What this node wrote of invitations before it stopped. */
  | { readonly kind: 'invitations-restored'; readonly records: StoredRecords }
  /** The operator invites; an `answer-invitation` with the same number is owed. */
  | {
      readonly kind: 'invitation-made'
      readonly invitation: JobNumber
      /** SHA-256 of its secret, hex; null where it has none. */
      readonly secretHash: string | null
      readonly untilMs: number
    }
  /** The node is about to stop: it says goodbye. */
  | { readonly kind: 'leaving' }
  /**
   * The clock moved: the runtime sends one every WAKE_MS while the kernel is at work, and else when something is due.
   * `loopDelayMs`: how late the event loop has been of late, where that is known; `plannedMs`: when this wake was meant
   * to be (monotonic), by default one WAKE_MS after the last one.
   */
  | { readonly kind: 'woke'; readonly loopDelayMs?: number; readonly plannedMs?: number }

/**
 * Whether an event ends something of ours that was under way outside of the kernel: what it costs is our own work,
 * whoever brought it.
 */
export const IS_END: Readonly<Record<Event['kind'], boolean>> = {
  'gossip-received': false,
  'gossip-shed': false,
  'malformed-received': false,
  overworked: false,
  unheard: false,
  'transactions-submitted': false,
  'signatures-verified': true,
  'read-finished': true,
  signed: false,
  'write-finished': true,
  published: false,
  'peer-connected': false,
  'peer-disconnected': false,
  'dial-finished': true,
  'dialled-back': true,
  'mesh-changed': false,
  'answer-received': true,
  'request-failed': true,
  'request-received': false,
  'chain-restored': false,
  'pool-restored': false,
  'bans-restored': false,
  'anchors-restored': false,
  'memory-pressed': false,
  'self-restored': false,
  'tag-set': false,
  'blocks-on-demand': false,
  'block-wanted': false,
  'network-reset': false,
  'survey-asked': false,
  'invitations-restored': false,
  'invitation-made': false,
  leaving: false,
  woke: false,
}
