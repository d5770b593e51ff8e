import type { PeerId } from '../domain/ids.ts'
import type { Protocol } from '../domain/protocols.ts'

export type AskFailure = 'unreachable' | 'unsupported' | 'deadline' | 'too-large' | 'reset' | 'busy'

export type AskOutcome =
  | {
      readonly kind: 'answered'
      readonly frames: readonly Uint8Array[]
      readonly elapsedMs: number
      /**
       * Of that, since the request left: without the wait for a stream and the agreement on its protocol, which is a
       * round trip of its own.
       */
      readonly exchangeMs: number
    }
  | { readonly kind: 'failed'; readonly reason: AskFailure }

/**
 * Answers one request: one or more frames to send, or null to reset the stream (a request that deserves none). Must
 * settle within the deadline.
 */
export type RequestHandler = (from: PeerId, request: Uint8Array) => Promise<readonly Uint8Array[] | null>

/**
 * One frame out, any number of frames back, on a stream for each request or on one that is kept (PROTOCOL.md, Request
 * protocols).
 */
export interface Requests {
  /** Never rejects. */
  ask(peer: PeerId, protocol: Protocol, request: Uint8Array): Promise<AskOutcome>
  serve(protocol: Protocol, handler: RequestHandler): Promise<void>
}
