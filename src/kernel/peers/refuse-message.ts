/**
 * Refusing a gossip message as a whole: its verdict, and what it costs whoever sent it, both from the one table of
 * reject codes.
 */
import type { Topic } from '../../domain/protocols.ts'
import { REJECTS, type RejectCode } from '../../domain/reject.ts'
import { judge, type Judged } from '../shared/judge.ts'
import type { Turn } from '../shared/turn.ts'
import { penalise } from './penalise.ts'
import type { WithPeers } from './state.ts'

export function refuseMessage(
  machines: WithPeers,
  topic: Topic,
  message: Judged,
  code: RejectCode,
  items: number,
  turn: Turn,
): void {
  const { verdict, offence } = REJECTS[code]
  judge(topic, message, verdict === 'reject' ? 'reject' : 'ignore', items, turn, code)
  if (offence !== null) penalise(machines, message.from, offence, code, turn)
}
