/** What a node shall do: imperative, data only. The kernel alone makes these; node/perform carries them out on the ports. */
import type { SignatureCheck } from '../ports/signature-verifier.ts'
import type { SubmitResult } from '../ports/control.ts'
import type { StoreWrite } from '../ports/store.ts'
import type { MessageId, NetAddress, PeerId } from '../domain/ids.ts'
import type { Protocol, Topic } from '../domain/protocols.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { Fact } from './fact.ts'
import type { JobNumber } from './event.ts'

export type Effect =
  | { readonly kind: 'report-verdict'; readonly messageId: MessageId; readonly from: PeerId; readonly verdict: Verdict }
  | { readonly kind: 'verify-signatures'; readonly job: JobNumber; readonly checks: readonly SignatureCheck[] }
  | { readonly kind: 'publish'; readonly topic: Topic; readonly bytes: Uint8Array; readonly flood: boolean }
  /** `durable`: `write-finished` comes only after the bytes are on the disk. */
  | {
      readonly kind: 'write'
      readonly job: JobNumber
      readonly writes: readonly StoreWrite[]
      readonly durable: boolean
    }
  | { readonly kind: 'answer-submission'; readonly submission: JobNumber; readonly results: readonly SubmitResult[] }
  | { readonly kind: 'disconnect'; readonly peer: PeerId; readonly reason: string }
  | { readonly kind: 'dial'; readonly address: NetAddress }
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
