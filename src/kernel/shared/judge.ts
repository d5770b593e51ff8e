/** The verdict on a gossip message: what the router hears, and what observers count. */
import type { MessageId, PeerId } from '../../domain/ids.ts'
import type { Topic } from '../../domain/protocols.ts'
import type { Verdict } from '../../domain/verdict.ts'
import type { VerdictReason } from './effect.ts'
import type { Turn } from './turn.ts'

export interface Judged {
  readonly from: PeerId
  readonly messageId: MessageId
  /** The message, or its size. */
  readonly bytes: number | Uint8Array
}

/** @param items how many objects it holds, as far as it could be read; @param why for the books alone */
export function judge(
  topic: Topic,
  message: Judged,
  verdict: Verdict,
  items: number,
  turn: Turn,
  why?: VerdictReason,
): void {
  const { messageId, from } = message
  turn.do({ kind: 'report-verdict', messageId, from, verdict, ...(why !== undefined && { why }) })
  turn.note({ kind: 'message-judged', topic, from, verdict, items, bytes: sizeOf(message) })
}

export function sizeOf({ bytes }: Pick<Judged, 'bytes'>): number {
  return typeof bytes === 'number' ? bytes : bytes.byteLength
}
