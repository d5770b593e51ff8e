import type { BlocksOnDemand, ChainPlace } from '../src/node/blocks-on-demand.ts'
import type { BlockOrder } from './node-messages.ts'

/** Does what is wanted of a node, and says where its chain stands then; null where nobody can ask that of it. */
export function obey(blocks: BlocksOnDemand | null | undefined, what: BlockOrder): ChainPlace | null {
  if (blocks === null || blocks === undefined) return null
  if (what.kind === 'on-demand') blocks.set(what.isOn)
  if (what.kind === 'make') blocks.make(what.slot, what.parent, what.withinMs)
  return blocks.place()
}
