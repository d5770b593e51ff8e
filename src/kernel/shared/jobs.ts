/** What the kernel remembers of work that is under way outside of it. */
import type { CompactBlock, SignedHeader } from '../../domain/block.ts'
import type { MessageId, PeerId, TxId } from '../../domain/ids.ts'
import type { ItemKey } from '../../domain/item-key.ts'
import type { NodeRecord, RecordMessage } from '../../domain/record.ts'
import type { SubmitResult } from '../../ports/control.ts'
import type { Transaction } from '../../domain/transaction.ts'
import type { JobNumber } from './event.ts'

/** A gossip message whose new transactions are being verified. */
export interface GossipJob {
  readonly kind: 'gossip'
  readonly from: PeerId
  readonly messageId: MessageId
  readonly waitedMs: number
  /** New ones, in the order of the message. */
  readonly fresh: readonly Transaction[]
  /** Those among them whose signatures are being checked. */
  readonly unverified: readonly Transaction[]
  readonly items: number
  readonly bytes: number
  /**
   * Whether no item stands twice and every other one is known by its TxHash: then, and only then, may the message be
   * handed on as it is.
   */
  readonly restKnown: boolean
  /** Messages that hold a transaction of this job and wait for its end. */
  readonly deferred: DeferredMessage[]
}

export interface DeferredMessage {
  readonly bytes: Uint8Array
  readonly from: PeerId
  readonly messageId: MessageId
  readonly waitedMs: number
}

/** A block from gossip whose header's signature is being checked. */
export interface HeaderJob {
  readonly kind: 'header'
  readonly from: PeerId
  readonly messageId: MessageId
  readonly block: CompactBlock
}

/** Headers that a peer sent for a locator. */
export interface HeadersJob {
  readonly kind: 'headers'
  readonly from: PeerId
  /** New ones, lowest first; all others of the answer are known. */
  readonly headers: readonly SignedHeader[]
}

/** Transactions of a body that is being checked; the chain work says which. */
export interface BodyJob {
  readonly kind: 'body'
}

/** Transactions that repair fetched. */
export interface RepairJob {
  readonly kind: 'repair'
  readonly from: PeerId
  /** The answer that brought them, which is not over before they are judged; null where they had been held back. */
  readonly answer: FetchAnswer | null
  readonly fresh: readonly Transaction[]
  readonly unverified: readonly Transaction[]
  readonly deferred: DeferredMessage[]
}

/** An answer to a request for bodies: its number, and the keys that it did not get to. */
export interface FetchAnswer {
  readonly fetch: number
  readonly unanswered: readonly ItemKey[]
}

/** A message of the records topic whose signature is being checked. */
export interface RecordJob {
  readonly kind: 'record'
  readonly message: { readonly bytes: Uint8Array; readonly from: PeerId; readonly messageId: MessageId }
  readonly content: RecordMessage
}

/** Records that repair fetched. */
export interface RecordsJob {
  readonly kind: 'records'
  readonly from: PeerId
  readonly records: readonly NodeRecord[]
}

export type Job = GossipJob | SubmissionJob | HeaderJob | HeadersJob | BodyJob | RepairJob | RecordJob | RecordsJob

/** Transactions of one API call that are being verified. */
export interface SubmissionJob {
  readonly kind: 'submission'
  readonly submission: JobNumber
  /** Those whose signatures are being checked now, with their place in the call. */
  readonly fresh: readonly Placed[]
  /** Those found valid so far. */
  readonly sound: readonly Placed[]
  readonly results: (SubmitResult | null)[]
  /** Known ones that are not on disk yet: the answer waits for them too. */
  readonly unsaved: readonly TxId[]
  readonly deferred: DeferredMessage[]
}

export interface Placed {
  readonly transaction: Transaction
  readonly index: number
}

/** A durable write that a submission waits for. */
export interface WriteJob {
  readonly submission: JobNumber
  readonly results: readonly SubmitResult[]
  /** Admitted by this submission: taken back when the write fails, published when it succeeds. */
  readonly admitted: readonly TxId[]
  /** Known before, made durable by this write. */
  readonly known: readonly TxId[]
}
