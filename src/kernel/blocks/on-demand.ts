/**
 * Blocks on demand, on development networks: slots pass unused, and the one who runs the network says which of them
 * gets a block. No rule on blocks changes: each is made by the owner of its slot, who signs no slot twice. On an open
 * network nobody can ask for any of this.
 */
import { assert } from '../../lib/assert.ts'
import type { WithPeers } from '../peers/state.ts'
import type { Event } from '../shared/event.ts'
import type { WithShared } from '../shared/state.ts'
import type { Turn } from '../shared/turn.ts'
import type { WithTransactions } from '../transactions/state.ts'
import { propose } from './propose.ts'
import type { WithBlocks } from './state.ts'

export function onDemandSet({ shared, blocks: { proposal } }: WithShared & WithBlocks, isOn: boolean): void {
  assert(!shared.isOpen, 'validators of an open network keep to their slots')
  proposal.isOnDemand = isOn
  proposal.wish = null
}

export function onBlockWanted(
  machines: WithShared & WithPeers & WithTransactions & WithBlocks,
  { slot, parent, withinMs }: Extract<Event, { kind: 'block-wanted' }>,
  turn: Turn,
): void {
  assert(!machines.shared.isOpen, 'validators of an open network keep to their slots')
  machines.blocks.proposal.wish = { slot, parent, untilMs: turn.now.monoMs + withinMs }
  propose(machines, turn)
}
