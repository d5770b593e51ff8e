/** What observers are told: metrics, log, event stream and propagation record are all made from these. */
import type { DialFailure } from '../../domain/dial.ts'
import type { AccountId, BlockHash, MessageId, NetAddress, PeerId, TxId } from '../../domain/ids.ts'
import type { Topic } from '../../domain/protocols.ts'
import type { Transaction } from '../../domain/transaction.ts'
import type { MemberState } from '../../membership/view.ts'
import type { Offence, RejectCode } from '../../domain/reject.ts'

/** `invalidated`: it could not be written, or there was no place for it at the start. */
export type Removal = 'expired' | 'replaced' | 'evicted' | 'in-block' | 'invalidated'

/**
 * One fact for all that one message brought: at full rate facts of single transactions would be much of all garbage.
 */
export interface AdmittedFact {
  readonly kind: 'transactions-admitted'
  readonly transactions: readonly Pick<Transaction, 'id' | 'bytes' | 'createdAtMs'>[]
  /** Of each of them. */
  readonly states: readonly ('pending' | 'parked')[]
  /** When that was, ms since the Unix epoch. */
  readonly wallMs: number
  readonly provenance: Provenance
}

/** How a transaction came. */
export interface Provenance {
  readonly way: 'gossip' | 'local' | 'repair' | 'restored' | 'reorg'
  /** Null when it did not come from a peer, but from this node's user, disk or blocks. */
  readonly from: PeerId | null
  /** The gossip message that brought it; null when it came another way. */
  readonly messageId: MessageId | null
  readonly waitedMs: number
}

export type Fact =
  /** Transactions were admitted for the first time, one after the other, all of them in the same way. */
  | AdmittedFact
  /** `id` is the transaction's, or the message's where the transaction could not be read. */
  | {
      readonly kind: 'transaction-refused'
      readonly id: string
      readonly from: PeerId | null
      readonly messageId: MessageId | null
      readonly bytes: number
      readonly code: RejectCode
      readonly verdict: 'ignore' | 'reject'
    }
  | { readonly kind: 'transaction-removed'; readonly id: TxId; readonly why: Removal; readonly by: TxId | null }
  /** A block brought a transaction, which had not come any other way, or may have come another way later. */
  | {
      readonly kind: 'transaction-included'
      /** False where the pool had it: gossip may have brought it after the body. */
      readonly isNew: boolean
      readonly id: TxId
      readonly block: BlockHash
      readonly bytes: number
      /** Who gave the body, or what was missing of it; null where nothing was. */
      readonly from: PeerId | null
      /** Since the body came, ms: others could get it from us from then on, before it was adopted. */
      readonly waitedMs: number
    }
  | { readonly kind: 'transaction-published'; readonly id: TxId; readonly bytes: number }
  | {
      readonly kind: 'message-judged'
      readonly topic: Topic
      readonly from: PeerId
      readonly verdict: 'accept' | 'ignore' | 'reject'
      readonly items: number
      readonly bytes: number
    }
  | {
      readonly kind: 'offence-counted'
      readonly peer: PeerId
      readonly offence: Offence
      readonly code: string
      readonly count: number
    }
  | { readonly kind: 'subject-banned'; readonly subject: string; readonly untilMs: number; readonly reason: string }
  | { readonly kind: 'network-refused'; readonly peer: PeerId; readonly theirs: string; readonly ours: string }
  | { readonly kind: 'peer-greeted'; readonly peer: PeerId; readonly name: string }
  | {
      readonly kind: 'peer-joined'
      readonly peer: PeerId
      readonly address: string
      readonly direction: 'inbound' | 'outbound'
    }
  /** A configured address was dialled in vain; `nextMs` from now it is tried again. */
  | {
      readonly kind: 'dial-failed'
      readonly address: NetAddress
      readonly failure: DialFailure
      readonly failures: number
      readonly nextMs: number | null
    }
  | { readonly kind: 'peer-left'; readonly peer: PeerId }
  /** An inbound peer had to go for lack of a place or of memory. */
  | { readonly kind: 'peer-evicted'; readonly peer: PeerId; readonly why: 'places' | 'memory' }
  | { readonly kind: 'store-failed'; readonly reason: string }
  /** A block that this validator has signed was not taken by its own chain. */
  | { readonly kind: 'own-block-refused'; readonly hash: BlockHash; readonly slot: number; readonly code: RejectCode }
  /** This validator's clock is off from its peers', so that it signs nothing; or is so no more. */
  | { readonly kind: 'clock-judged'; readonly isOff: boolean; readonly aheadMs: number; readonly voters: number }
  /** A header came for the first time and holds. */
  | {
      readonly kind: 'block-seen'
      readonly hash: BlockHash
      readonly height: number
      readonly slot: number
      readonly proposer: AccountId
      readonly txCount: number
      /** Null when this node made it. */
      readonly from: PeerId | null
      readonly messageId: MessageId | null
      readonly bytes: number
      readonly way: 'gossip' | 'sync' | 'own'
    }
  | {
      readonly kind: 'block-refused'
      readonly hash: string
      readonly from: PeerId | null
      readonly messageId: MessageId | null
      readonly bytes: number
      readonly code: RejectCode
      readonly verdict: 'ignore' | 'reject'
    }
  /**
   * A compact block became whole: after how many questions, and how many bytes of transactions did not cross the wire.
   */
  | { readonly kind: 'block-rebuilt'; readonly hash: BlockHash; readonly asked: number; readonly savedBytes: number }
  /** The head moved, and is on the disk. */
  | {
      readonly kind: 'head-moved'
      readonly hash: BlockHash
      readonly height: number
      readonly slot: number
      readonly connected: readonly BlockHash[]
      readonly disconnected: readonly BlockHash[]
      readonly crossesSettled: boolean
      readonly settledHeight: number
    }
  | {
      readonly kind: 'equivocation-seen'
      readonly slot: number
      readonly proposer: AccountId
      readonly hashes: readonly [BlockHash, BlockHash]
    }
  /** Two sets were compared: what we lacked, what they lacked, and what it cost both ways before bodies. */
  | {
      readonly kind: 'sets-compared'
      readonly peer: PeerId
      readonly set: 'transactions' | 'records'
      readonly need: number
      readonly have: number
      readonly rounds: number
      readonly bytes: number
    }
  | { readonly kind: 'record-judged'; readonly outcome: string; readonly from: PeerId }
  /** A member's state changed here; `from` null: it is new, `to` null: it is forgotten. */
  | {
      readonly kind: 'member-changed'
      readonly peer: PeerId
      readonly from: MemberState | null
      readonly to: MemberState | null
      readonly source: string
      readonly accusers: readonly PeerId[]
    }
  /** Another node runs with our identity. */
  | { readonly kind: 'identity-shared'; readonly startedAtMs: number; readonly isYounger: boolean }
  /** Two nodes run with a member's identity, by what its records say. */
  | { readonly kind: 'member-twins'; readonly peer: PeerId }
  | { readonly kind: 'member-equivocated'; readonly peer: PeerId }
  /** The process stood still for this long. */
  | { readonly kind: 'node-stalled'; readonly ms: number }
  | { readonly kind: 'gossip-alarm'; readonly raised: boolean; readonly bytesPerSecond: number; readonly usual: number }
