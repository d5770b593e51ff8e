/**
 * What a node shall do: imperative, data only. The kernel alone makes these; node/perform carries them out on the
 * ports.
 */
import type { DialledFor } from '../../ports/connections.ts'
import type { SignatureCheck } from '../../ports/signature-verifier.ts'
import type { SubmitResult } from '../../ports/control.ts'
import type { Space, StoreWrite } from '../../ports/store.ts'
import type { MessageId, NetAddress, PeerId, TxId } from '../../domain/ids.ts'
import type { Protocol, Topic } from '../../domain/protocols.ts'
import type { RejectCode } from '../../domain/reject.ts'
import type { ChainRequest } from '../../domain/codec/chain-codec.ts'
import type { Surveyed } from '../../domain/surveyed.ts'
import type { Verdict } from '../../domain/verdict.ts'
import type { RecordOutcome, SuspicionOutcome } from '../../membership/verdicts.ts'
import type { Fact } from './fact.ts'
import type { JobNumber } from './event.ts'

/** Why a message was judged as it was: a reject code, or what concerns the message as a whole. */
export type VerdictReason =
  | RejectCode
  | RecordOutcome
  | SuspicionOutcome
  /** `ignore` because it was given up before it was looked at. */
  | 'full'
  | 'late'
  /** `ignore` because its sender is banned, and on its way out. */
  | 'banned'
  /** `ignore` because nothing in it was new. */
  | 'nothing-new'
  /** `ignore` because what was new in it leaves in a message of our own. */
  | 'mixed'
  /** `ignore` because nobody here deals with the topic. */
  | 'unserved'

export type SurveyOutcome =
  | { readonly kind: 'surveyed'; readonly rows: readonly Surveyed[] }
  /** This network has `observe` switched off. */
  | { readonly kind: 'off' }
  /** As many surveys as may be are under way. */
  | { readonly kind: 'busy' }

/** `full`: as many secrets as may be still hold. `too-large`: the document is longer than an answer may be. */
export type InvitationOutcome = 'made' | 'full' | 'too-large' | 'unwritten'

export type Effect =
  | {
      readonly kind: 'report-verdict'
      readonly messageId: MessageId
      readonly from: PeerId
      readonly verdict: Verdict
      /** For the books alone; the verdict itself where nothing finer is known. */
      readonly why?: VerdictReason
    }
  | { readonly kind: 'verify-signatures'; readonly job: JobNumber; readonly checks: readonly SignatureCheck[] }
  | { readonly kind: 'publish'; readonly topic: Topic; readonly bytes: Uint8Array; readonly flood: boolean }
  /** `durable`: `write-finished` comes only after the bytes are on the disk. */
  | {
      readonly kind: 'write'
      readonly job: JobNumber
      readonly writes: readonly StoreWrite[]
      readonly durable: boolean
    }
  /** Ask the disk for values, all at once. */
  | {
      readonly kind: 'read'
      readonly job: JobNumber
      readonly keys: readonly { readonly space: Space; readonly key: string }[]
    }
  /** Sign with the validator's key, or with the node's own. */
  | {
      readonly kind: 'sign'
      readonly job: JobNumber
      readonly by: 'validator' | 'identity'
      readonly message: Uint8Array
    }
  /**
   * Answer a peer's request for headers or blocks from the disk: what is there of the best chain, without any further
   * decision.
   */
  | {
      readonly kind: 'serve-chain'
      readonly request: JobNumber
      readonly asked: ChainRequest
      /** What block hashes are made with: no damaged block leaves. */
      readonly blockPrefix: Uint8Array
    }
  /** Answer a peer with what the observers remember of these, without any further decision. */
  | {
      readonly kind: 'serve-observation'
      readonly request: JobNumber
      readonly ids: readonly TxId[]
      /** Which of them this node has or had, though nothing may be remembered of their way. */
      readonly known: readonly boolean[]
    }
  | { readonly kind: 'answer-survey'; readonly survey: JobNumber; readonly outcome: SurveyOutcome }
  | { readonly kind: 'answer-invitation'; readonly invitation: JobNumber; readonly outcome: InvitationOutcome }
  | { readonly kind: 'answer-submission'; readonly submission: JobNumber; readonly results: readonly SubmitResult[] }
  | { readonly kind: 'disconnect'; readonly peer: PeerId; readonly reason: string }
  /** Close all connections with the peer but the one that opened last. */
  | { readonly kind: 'keep-newest'; readonly peer: PeerId }
  /** Dial a peer anew, though a connection with it stands, and hang up. */
  | { readonly kind: 'dial-back'; readonly request: JobNumber; readonly address: NetAddress }
  | { readonly kind: 'dial'; readonly address: NetAddress; readonly namedBy: DialledFor }
  | {
      readonly kind: 'ask'
      readonly request: JobNumber
      readonly peer: PeerId
      readonly protocol: Protocol
      readonly bytes: Uint8Array
    }
  /** Null resets the stream. */
  | { readonly kind: 'reply'; readonly request: JobNumber; readonly frames: readonly Uint8Array[] | null }
  /** Something that observers want to know; changes nothing. */
  | { readonly kind: 'note'; readonly fact: Fact }
