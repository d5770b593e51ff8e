/**
 * How deep a block must lie for more than 2/3 of the validators to have built on it. A report to users, not a lock: without votes no lock
 * would be safe even among honest nodes (PROTOCOL.md, Fork choice).
 */
import type { BlockNode } from './block-tree.ts'

/**
 * The highest ancestor of `head` on which different proposers, more than 2/3 of `validatorCount`, have built; `floor` where there is none
 * down to it. Reads at most the blocks between.
 */
export function settledAncestor(head: BlockNode, validatorCount: number, floor: BlockNode): BlockNode {
  const builders = new Set<string>()
  for (let node = head; node !== floor && node.parent !== null; node = node.parent) {
    if (node.header !== null) builders.add(node.header.proposer)
    if (3 * builders.size > 2 * validatorCount) return node.parent
  }
  return floor
}
