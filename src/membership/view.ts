/**
 * The picture of the network that one node has: a row a member, and a digest by which two nodes compare their pictures.
 */
import { utf8 } from '../lib/bytes.ts'
import { sha256Hex } from '../lib/hash.ts'
import type { PeerId } from '../domain/ids.ts'
import type { NodeRecord } from '../domain/record.ts'

/**
 * `alive`, `left` (said goodbye), `suspect` (accused), `dead` (corroborated), `unreachable` (silent, or accused by one
 * only), `unknown` (a record, and no sign of life yet).
 */
export type MemberState = 'alive' | 'suspect' | 'dead' | 'left' | 'unreachable' | 'unknown'

/** Where the state comes from, the strongest first. */
export type Source = 'self' | 'connection' | 'record' | 'accusation' | 'silence'

export interface MemberRow {
  readonly peer: PeerId
  readonly record: NodeRecord
  readonly state: MemberState
  /** How long it has been in this state. */
  readonly stateMs: number
  readonly source: Source
  /** Time since the last sign of life. */
  readonly ageMs: number
  readonly phi: number
  /** Slowest of the last round trips where it is a neighbour. */
  readonly rttMs: number | null
  readonly isNeighbour: boolean
  readonly hasEquivocated: boolean
}

/**
 * SHA-256 over the lines `peerId incarnation state`, ascending by peer id, joined by newlines; 64 hex digits. What is
 * `unknown`, and how records differ within one boot, is left out: it is right to differ there.
 */
export function viewDigest(
  rows: Iterable<{ readonly peer: PeerId; readonly incarnation: number; readonly state: MemberState }>,
): string {
  const lines: string[] = []
  for (const { peer, incarnation, state } of rows)
    if (state !== 'unknown') lines.push(`${peer} ${incarnation} ${state}`)
  return sha256Hex(utf8(lines.sort().join('\n')))
}
