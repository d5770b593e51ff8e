/**
 * How deep a block must lie to be settled: different proposers, more than 2/3 of the validators, have built on it, and
 * what they built weighs more than half of the validators could make who hold back and build by themselves (makers.ts).
 * A report to users, not a lock.
 */
import type { BlockNode } from './block-node.ts'
import { makersCounted } from './makers.ts'

/**
 * The highest ancestor of `head` that is settled; `floor` where there is none down to it. Reads at most the blocks
 * between.
 */
export function settledAncestor(head: BlockNode, validatorCount: number, floor: BlockNode): BlockNode {
  const builders = new Set<string>()
  for (let node = head; node !== floor && node.parent !== null; node = node.parent) {
    if (node.header !== null) builders.add(node.header.proposer)
    const weighs = head.weight - node.parent.weight > makersCounted(validatorCount)
    if (weighs && 3 * builders.size > 2 * validatorCount) return node.parent
  }
  return floor
}
