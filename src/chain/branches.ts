/** What is missing on the way to better heads, branch by branch. */
import type { SignedHeader } from '../domain/block.ts'
import type { BlockNode } from './block-node.ts'
import { isBetter, type Place } from './fork-choice.ts'

export interface Branch {
  /** The lowest block whose body is missing: while it is, nothing above it counts. */
  readonly first: SignedHeader
  /** The best block that builds on it, or itself. */
  readonly tip: Place
  /** Up to `limit` headers whose bodies are missing on the way to the tip, the lowest first. */
  readonly missing: (limit: number) => readonly SignedHeader[]
}

/** @param waiting blocks that lack a body, their own or an ancestor's */
export function branchesOf(waiting: Iterable<BlockNode>, head: BlockNode): readonly Branch[] {
  const firsts = new Map<BlockNode, BlockNode>()
  const tips = new Map<BlockNode, BlockNode>()
  for (const node of waiting) {
    if (!isBetter(node, head)) continue
    const first = firstMissing(node, firsts)
    const tip = tips.get(first)
    if (tip === undefined || isBetter(node, tip)) tips.set(first, node)
  }
  return [...tips]
    .toSorted(([, a], [, b]) => (isBetter(a, b) ? -1 : 1))
    .flatMap(([first, tip]) =>
      first.header === null ? [] : [{ first: first.header, tip, missing: (limit) => missingTo(tip, limit) }],
    )
}

/**
 * The lowest waiting block below this one; `known` keeps what was found for others, or a branch would be walked once
 * for each of its blocks.
 */
function firstMissing(node: BlockNode, known: Map<BlockNode, BlockNode>): BlockNode {
  const path: BlockNode[] = []
  let at = node
  let first = known.get(at)
  while (first === undefined) {
    path.push(at)
    const { parent } = at
    if (parent === null || parent.isComplete) first = at
    else {
      at = parent
      first = known.get(at)
    }
  }
  for (const one of path) known.set(one, first)
  return first
}

function missingTo(tip: BlockNode, limit: number): readonly SignedHeader[] {
  const missing: SignedHeader[] = []
  for (let node: BlockNode | null = tip; node !== null && !node.isComplete; node = node.parent)
    if (node.status === 'header' && node.header !== null) missing.push(node.header)
  return missing.reverse().slice(0, limit)
}
