/**
 * How whoever may read a node's cookie shows that when he reads: a keyed hash of what he asks for and when, so that the
 * token itself goes only with writes. Where other users of the machine spend what strangers may ask, the operator still
 * gets his answer (SECURITY.md A48).
 *
 * `Authorization: Proof <seconds since the Unix epoch>.<HMAC-SHA-256 in hex>`, over `hearsay/read/1` and the seconds,
 * the host and the path, each after a line feed, with the token's text as the key. It holds for one path, one node and
 * PROOF_MS: whoever overhears one can read that path for a minute.
 */
import { toHex, utf8 } from '../lib/bytes.ts'
import { hmacSha256 } from '../lib/hash.ts'

/** How far the clocks of one machine, and of two that are allowed to ask, may be apart; and how long a proof holds. */
export const PROOF_MS = 30_000

/** The value of the header. @param path with its query, as it is sent */
export function readProof(token: string, host: string, path: string, wallMs: number): string {
  const seconds = String(Math.floor(wallMs / 1_000))
  return `Proof ${seconds}.${toHex(hmacSha256(utf8(token), utf8(`hearsay/read/1\n${seconds}\n${host}\n${path}`)))}`
}

/** When a header says that it was made, ms; null where it is no proof. */
export function proofTimeMs(header: string): number | null {
  const [, seconds] = /^Proof (\d{1,12})\.[0-9a-f]{64}$/.exec(header) ?? []
  return seconds === undefined ? null : Number(seconds) * 1_000
}
