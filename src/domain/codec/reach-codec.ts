/**
 * The `reach` request protocol (PROTOCOL.md, Request protocols):
 *
 * ```
 * request  0x00                  dial me where you see me, at the port of my record
 * answer   0x00 reached
 *          0x01 unreached · why  0 refused, 1 no answer, 2 no route, 3 inside, 4 other peer, 5 no handshake, 6 other
 *          0x02 unknown          it has no record of the asker, or one without a port
 *          0x03 busy             it dialled the asker a moment ago, or dials enough others
 * ```
 */
import type { DialFailureKind } from '../dial.ts'

/** Why a dial back failed, as far as that is told. */
const WHYS = ['refused', 'no-answer', 'no-route', 'inside', 'other-peer', 'no-handshake', 'other'] as const
export type ReachFailure = (typeof WHYS)[number]

export type ReachAnswer =
  | { readonly kind: 'reached' }
  | { readonly kind: 'unreached'; readonly why: ReachFailure }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'busy' }

export const REACH_REQUEST = Uint8Array.of(0)

/** Whether the bytes are a request. */
export function isReachRequest(bytes: Uint8Array): boolean {
  return bytes.byteLength === 1 && bytes[0] === 0
}

export function encodeReachAnswer(answer: ReachAnswer): Uint8Array {
  switch (answer.kind) {
    case 'reached':
      return Uint8Array.of(0)
    case 'unreached':
      return Uint8Array.of(1, WHYS.indexOf(answer.why))
    case 'unknown':
      return Uint8Array.of(2)
    case 'busy':
      return Uint8Array.of(3)
  }
}

/** Null where the bytes are no answer. */
export function decodeReachAnswer(bytes: Uint8Array): ReachAnswer | null {
  const [code, second] = bytes
  if (code === 1 && bytes.byteLength === 2) {
    const why = WHYS[second ?? WHYS.length]
    return why === undefined ? null : { kind: 'unreached', why }
  }
  if (bytes.byteLength !== 1) return null
  if (code === 0) return { kind: 'reached' }
  if (code === 2) return { kind: 'unknown' }
  return code === 3 ? { kind: 'busy' } : null
}

/** What is told of a failure of ours: that it was this machine's affair is nobody's. */
export function reachFailureOf(kind: DialFailureKind): ReachFailure {
  return WHYS.find((why) => why === kind) ?? 'other'
}
