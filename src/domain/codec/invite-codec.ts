/**
 * The `invite` request protocol (PROTOCOL.md, Request protocols):
 *
 * ```
 * request  0x00                    the network's document, by a line without a secret
 *          0x01 · secret[16]       the same, by one with a secret
 * answer   0x00, then frames       the document, in pieces: their bytes together are what networkId is the hash of
 *          0x01 … 0x06             one frame: closed, unknown, expired, used, busy, unwritten
 * ```
 */
import { concatAll } from '../../lib/bytes.ts'
import { INVITATION_SECRET_BYTES, type InviteRefusal } from '../invitation.ts'

export interface InviteRequest {
  readonly secret: Uint8Array | null
}

export type InviteAnswer =
  { readonly kind: 'document'; readonly bytes: Uint8Array } | { readonly kind: 'refused'; readonly why: InviteRefusal }

const REFUSALS = [
  'closed',
  'unknown',
  'expired',
  'used',
  'busy',
  'unwritten',
] as const satisfies readonly InviteRefusal[]
/** Bytes of a document in one frame: each of them waits in memory for a slow asker. */
export const PIECE_BYTES = 262_144

export function encodeInviteRequest({ secret }: InviteRequest): Uint8Array {
  return Uint8Array.of(secret === null ? 0 : 1, ...(secret ?? []))
}

/** Null where the bytes are no request. */
export function decodeInviteRequest(bytes: Uint8Array): InviteRequest | null {
  if (bytes[0] === 0 && bytes.byteLength === 1) return { secret: null }
  if (bytes[0] !== 1 || bytes.byteLength !== 1 + INVITATION_SECRET_BYTES) return null
  return { secret: bytes.slice(1) }
}

/** The frames of an answer; a document's share its memory. */
export function encodeInviteAnswer(answer: InviteAnswer): readonly Uint8Array[] {
  if (answer.kind === 'refused') return [Uint8Array.of(REFUSALS.indexOf(answer.why) + 1)]
  const pieces: Uint8Array[] = []
  for (let at = 0; at < answer.bytes.byteLength; at += PIECE_BYTES)
    pieces.push(answer.bytes.subarray(at, at + PIECE_BYTES))
  return [Uint8Array.of(0), ...pieces]
}

/** Null where the frames are no answer. What the document says is not looked at. */
export function decodeInviteAnswer(frames: readonly Uint8Array[]): InviteAnswer | null {
  const [first, ...pieces] = frames
  const [code] = first ?? []
  if (first?.byteLength !== 1 || code === undefined) return null
  if (code === 0) return pieces.length === 0 ? null : { kind: 'document', bytes: concatAll(pieces) }
  const why = REFUSALS[code - 1]
  return why === undefined || pieces.length > 0 ? null : { kind: 'refused', why }
}
