/**
 * The headers above the oldest block that a reorg can undo, as a tree, and how much is known of each.
 *
 * Tracked: for every header its parent and children, whether its body is here, and what checking it gave. A block is *complete* when
 * its body and those of all its ancestors are here, and none of them is known to be invalid.
 *
 * Rules.
 * - A header enters only under its parent, and not under an invalid one.
 * - Invalid is a block whose body broke a rule, and all that build on it; it stays in the tree so that its children are known for what they are.
 * - When the root moves up, all that does not build on the new one goes.
 * - A full tree gives up its worst leaf off the best chain, and takes only what is better than that. Rationale: only validators can make
 *   headers, two a slot, but they may make them for any slot since the root's, and those can be very many.
 *
 * Invariants: parents and children agree; heights and slots rise; complete means what it says; the best complete one is the best by
 * fork choice; at most `capacity` headers.
 *
 * The attacker's best move is a validator's: two headers for each of its past slots, on any parents. They cost 300 bytes each until the tree
 * is full, and from then on only the high ones stay.
 */
import type { SignedHeader } from '../domain/block.ts'
import type { BlockHash } from '../domain/ids.ts'
import { assert } from '../lib/assert.ts'
import { isBetter, type Place } from './fork-choice.ts'

/** `header`: the body is missing; `body`: it is here, unchecked; `valid` and `invalid`: what checking it on its parent's ledger gave. */
export type BlockStatus = 'header' | 'body' | 'valid' | 'invalid'

export interface BlockNode extends Place {
  /** Null for the root, of which the header may be unknown (genesis has none). */
  readonly header: SignedHeader | null
  readonly parent: BlockNode | null
  readonly children: ReadonlySet<BlockNode>
  readonly status: BlockStatus
  readonly isComplete: boolean
}

interface Node extends BlockNode {
  parent: Node | null
  readonly children: Set<Node>
  status: BlockStatus
  isComplete: boolean
}

export class BlockTree {
  readonly #nodes = new Map<BlockHash, Node>()
  readonly #capacity: number
  #root: Node
  #best: Node

  constructor(root: Place & { readonly header: SignedHeader | null }, capacity: number) {
    this.#capacity = capacity
    this.#root = { ...root, parent: null, children: new Set(), status: 'valid', isComplete: true }
    this.#best = this.#root
    this.#nodes.set(root.hash, this.#root)
  }

  get root(): BlockNode {
    return this.#root
  }
  /** The best complete block. */
  get best(): BlockNode {
    return this.#best
  }
  get size(): number {
    return this.#nodes.size
  }
  get capacity(): number {
    return this.#capacity
  }

  get(hash: BlockHash): BlockNode | undefined {
    return this.#nodes.get(hash)
  }

  nodes(): IterableIterator<BlockNode> {
    return this.#nodes.values()
  }

  /** Adds a header whose parent is here; false when the tree is full of better ones. `keep` are blocks that must stay. */
  add(header: SignedHeader, keep: (node: BlockNode) => boolean): boolean {
    const parent = this.#nodes.get(header.parent)
    assert(parent !== undefined && parent.status !== 'invalid', 'a header enters under its valid parent')
    assert(!this.#nodes.has(header.hash), 'a header enters once')
    if (this.#nodes.size >= this.#capacity && !this.#makeRoom(header, parent, keep)) return false
    const { hash, height, slot } = header
    const node: Node = { hash, height, slot, header, parent, children: new Set(), status: 'header', isComplete: false }
    this.#nodes.set(hash, node)
    parent.children.add(node)
    return true
  }

  /** The body is here. Returns the blocks that became complete by it, parents first. */
  setBody(hash: BlockHash): readonly BlockNode[] {
    const node = this.#nodes.get(hash)
    if (node?.status !== 'header') return []
    node.status = 'body'
    if (node.parent?.isComplete !== true) return []
    const completed: Node[] = [node]
    for (const each of completed) {
      each.isComplete = true
      if (isBetter(each, this.#best)) this.#best = each
      for (const child of each.children) if (child.status === 'body') completed.push(child)
    }
    return completed
  }

  /** The block passed all rules on its parent's ledger. */
  setValid(hash: BlockHash): void {
    const node = this.#nodes.get(hash)
    if (node?.status === 'body') node.status = 'valid'
  }

  /** The block broke a rule. Returns it and all that build on it. */
  setInvalid(hash: BlockHash): readonly BlockNode[] {
    const node = this.#nodes.get(hash)
    if (node === undefined || node.status === 'invalid') return []
    assert(node !== this.#root, 'the root is settled')
    const broken: Node[] = [node]
    for (const each of broken) {
      each.status = 'invalid'
      each.isComplete = false
      broken.push(...each.children)
    }
    this.#chooseBest()
    return broken
  }

  /** Makes `hash` the root. Returns what went: its former ancestors, and all that does not build on it. */
  moveRoot(hash: BlockHash): readonly BlockNode[] {
    const root = this.#nodes.get(hash)
    assert(root?.isComplete === true, 'the root is a complete block')
    if (root === this.#root) return []
    const gone: Node[] = [this.#root]
    for (const each of gone) {
      this.#nodes.delete(each.hash)
      for (const child of each.children) if (child !== root) gone.push(child)
    }
    root.parent = null
    this.#root = root
    if (!this.#nodes.has(this.#best.hash)) this.#chooseBest()
    return gone
  }

  /** Throws where the specification above does not hold. */
  invariants(): void {
    assert(this.#nodes.size <= this.#capacity, 'the tree is bounded')
    for (const node of this.#nodes.values()) {
      const { parent } = node
      if (node === this.#root) assert(parent === null && node.isComplete, 'the root is complete and has no parent')
      else {
        assert(parent !== null && this.#nodes.get(parent.hash) === parent, 'a parent is in the tree')
        assert(parent.children.has(node), 'a parent knows its child')
        assert(node.height === parent.height + 1 && node.slot > parent.slot, 'heights and slots rise')
        assert(parent.status !== 'invalid' || node.status === 'invalid', 'what builds on an invalid block is invalid')
        const hasBody = node.status === 'body' || node.status === 'valid'
        assert(node.isComplete === (parent.isComplete && hasBody), 'complete is what has all bodies')
      }
      for (const child of node.children) assert(this.#nodes.get(child.hash) === child, 'a child is in the tree')
      assert(!node.isComplete || node === this.#best || isBetter(this.#best, node), 'the best is the best')
    }
    assert(this.#best.isComplete && this.#nodes.get(this.#best.hash) === this.#best, 'the best is in the tree')
  }

  #makeRoom(header: SignedHeader, parent: Node, keep: (node: BlockNode) => boolean): boolean {
    let worst: Node | null = null
    for (const node of this.#nodes.values()) {
      if (node.children.size > 0 || node === parent || node === this.#root || node === this.#best || keep(node))
        continue
      // An invalid one is worth least: it only saves checking its children.
      const isWorse =
        worst === null ||
        (node.status === 'invalid' && worst.status !== 'invalid') ||
        ((node.status === 'invalid') === (worst.status === 'invalid') && isBetter(worst, node))
      if (isWorse) worst = node
    }
    if (worst === null || (worst.status !== 'invalid' && !isBetter(header, worst))) return false
    worst.parent?.children.delete(worst)
    this.#nodes.delete(worst.hash)
    return true
  }

  #chooseBest(): void {
    this.#best = this.#root
    for (const node of this.#nodes.values()) if (node.isComplete && isBetter(node, this.#best)) this.#best = node
  }
}
