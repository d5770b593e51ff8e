/** What becomes due for the chain because time has passed. */
import type { WithBlocks } from './state.ts'
import type { WithTransactions } from '../transactions/state.ts'
import type { WithPeers } from '../peers/state.ts'
import type { WithShared } from '../shared/state.ts'
import type { Turn } from '../shared/turn.ts'
import { rebuilt } from './accept-block.ts'
import { readAgain } from './advance.ts'
import { catchUp, giveUpParts } from './chain-requests.ts'
import { onCompactBlock } from './on-blocks-message.ts'

export function wakeBlocks(machines: WithShared & WithPeers & WithTransactions & WithBlocks, turn: Turn): void {
  const { wallMs, monoMs } = turn.now
  const { orphans, invalidBlocks, early, compact } = machines.blocks
  orphans.expire(monoMs)
  invalidBlocks.expire(monoMs)
  for (const { block, from, messageId } of early.takeDue(wallMs))
    onCompactBlock(machines, block, { from, messageId }, turn)
  for (const found of compact.wake(monoMs)) rebuilt(machines, found, turn)
  giveUpParts(machines, turn)
  readAgain(machines, turn)
  catchUp(machines, turn)
}
