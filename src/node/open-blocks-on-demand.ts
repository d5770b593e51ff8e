/** Blocks on demand over a node's kernel. */
import { asBlockHash } from '../domain/ids.ts'
import type { BlocksOnDemand } from './blocks-on-demand.ts'
import type { Runtime } from './runtime.ts'

/** Null where the network is not for development: validators there keep to their slots. */
export function openBlocksOnDemand(runtime: Runtime): BlocksOnDemand | null {
  const { shared, blocks } = runtime.kernel.machines
  if (shared.isOpen) return null
  return {
    set: (isOn) => {
      runtime.post({ kind: 'blocks-on-demand', isOn })
    },
    place: () => {
      const { height, hash, slot, header } = blocks.chain.head
      return {
        height,
        hash,
        slot,
        transactions: header?.txCount ?? 0,
        isAnnounced: shared.announced.hash === hash,
        lastSignedSlot: blocks.proposal.lastSignedSlot,
      }
    },
    make: (slot, parent, withinMs) => {
      runtime.post({ kind: 'block-wanted', slot, parent: asBlockHash(parent), withinMs })
    },
  }
}
