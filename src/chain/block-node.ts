/** A block of the tree, as others may read it. */
import type { SignedHeader } from '../domain/block.ts'
import type { Place, Ranked } from './fork-choice.ts'
import type { Makers } from './makers.ts'

/**
 * `header`: the body is missing; `body`: it is here, unchecked; `valid` and `invalid`: what checking it on its parent's
 * ledger gave.
 */
export type BlockStatus = 'header' | 'body' | 'valid' | 'invalid'

export interface BlockNode extends Ranked {
  /** Null for the root, of which the header may be unknown (genesis has none). */
  readonly header: SignedHeader | null
  readonly parent: BlockNode | null
  /** The latest makers of the chain that ends here, this block's own first. */
  readonly makers: Makers
  readonly children: ReadonlySet<BlockNode>
  readonly status: BlockStatus
  readonly isComplete: boolean
}

export interface TreeStart extends Place {
  /** The latest makers at the root; none at genesis. */
  readonly makers: Makers
}
