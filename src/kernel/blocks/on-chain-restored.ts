/** The chain that a node finds on its disk when it starts. */
import type { WithBlocks } from './state.ts'
import type { WithShared } from '../shared/state.ts'
import { Chain, type ChainStart } from '../../chain/chain.ts'

/** The chain as it was, and the last slot that this validator has signed for. */
export function onChainRestored(
  machines: WithShared & WithBlocks,
  start: ChainStart | null,
  lastSignedSlot: number,
): void {
  machines.blocks.proposal.lastSignedSlot = lastSignedSlot
  if (start === null) return
  machines.blocks.chain = new Chain(start)
  const { head, settled, ledger } = machines.blocks.chain
  Object.assign(machines.shared.announced, {
    height: head.height,
    hash: head.hash,
    settledHeight: settled.height,
    ledger,
  })
}
