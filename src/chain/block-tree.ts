/**
 * The headers above the oldest block that a reorg can undo, as a tree, and how much is known of each.
 *
 * Tracked: for every header its parent and children, what its chain weighs (makers.ts), whether its body is here, and
 * what checking it gave. A block is *complete* when its body and those of all its ancestors are here, and none of them
 * is known to be invalid; until then it *waits*.
 *
 * Rules.
 * - A header enters only under its parent, and not under an invalid one.
 * - Invalid is a block whose body broke a rule, and all that build on it; it stays in the tree so that its children are
 *   known for what they are.
 * - When the root moves up, all that does not build on the new one goes.
 * - Blocks that wait have budgets by slot and by maker (waiting.ts). A full tree gives up what is invalid, then what
 *   waits, then its worst leaf. A child of the best block, and of the one that `keep` names, always has room; any other
 *   gets it from its own kind only where it is better or was asked for. *Rationale*: headers cost a validator nothing.
 *   What is withheld must never keep out what is there.
 *
 * Invariants: parents and children agree; heights and slots rise; weight is what its makers give; complete means what
 * it says, and what is neither that nor invalid waits; the best complete one is the best by fork choice; at most
 * `capacity` headers.
 *
 * The attacker's best move is a validator's: headers without bodies in its past slots, on any parents. They cost
 * 300 bytes each until its share is full, and from then on push out one another. With bodies he makes branches aside,
 * of which the worst go when the tree is full.
 */
import type { SignedHeader } from '../domain/block.ts'
import type { BlockHash } from '../domain/ids.ts'
import { assert } from '../lib/assert.ts'
import type { BlockNode, BlockStatus, TreeStart } from './block-node.ts'
import { isBetter } from './fork-choice.ts'
import { addsWeight, makersAfter, makersCounted } from './makers.ts'
import { Waiting } from './waiting.ts'

interface Node extends BlockNode {
  parent: Node | null
  readonly children: Set<Node>
  status: BlockStatus
  isComplete: boolean
}

export interface TreeLimits {
  readonly headersMax: number
  readonly waitingMax: number
}

export class BlockTree {
  readonly #nodes = new Map<BlockHash, Node>()
  readonly #waiting: Waiting<Node>
  readonly #capacity: number
  readonly #validatorCount: number
  #root: Node
  #best: Node

  constructor({ makers, ...root }: TreeStart, validatorCount: number, limits: TreeLimits) {
    this.#capacity = limits.headersMax
    this.#validatorCount = validatorCount
    this.#waiting = new Waiting(limits.waitingMax, validatorCount)
    const state = { header: null, parent: null, children: new Set<Node>(), status: 'valid', isComplete: true } as const
    this.#root = { ...root, ...state, makers: makers.slice(0, makersCounted(validatorCount)), weight: 0 }
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
  /** Blocks that lack a body, their own or an ancestor's, and are not known to be invalid. */
  get waiting(): Iterable<BlockNode> {
    return this.#waiting
  }
  get waitingCount(): number {
    return this.#waiting.size
  }

  get(hash: BlockHash): BlockNode | undefined {
    return this.#nodes.get(hash)
  }

  nodes(): IterableIterator<BlockNode> {
    return this.#nodes.values()
  }

  /**
   * Adds a header whose parent is here; false when there is no room for it. `keep` are blocks that must stay;
   * `isAsked`: it came as part of a chain that was asked for, so that its place among others is not known before what
   * builds on it has come.
   */
  add(header: SignedHeader, { keep, isAsked }: { keep: (node: BlockNode) => boolean; isAsked: boolean }): boolean {
    const parent = this.#nodes.get(header.parent)
    assert(parent !== undefined && parent.status !== 'invalid', 'a header enters under its valid parent')
    assert(!this.#nodes.has(header.hash), 'a header enters once')
    const { hash, height, slot, proposer } = header
    const weight = parent.weight + (addsWeight(parent.makers, proposer) ? 1 : 0)
    const makers = makersAfter(parent.makers, proposer, this.#validatorCount)
    const children = new Set<Node>()
    const node: Node = {
      hash,
      height,
      slot,
      header,
      parent,
      children,
      weight,
      makers,
      status: 'header',
      isComplete: false,
    }
    const hasRight = isAsked || parent === this.#best || keep(parent)
    if (!this.#makeRoom(node, parent, hasRight, keep)) return false
    this.#nodes.set(hash, node)
    parent.children.add(node)
    this.#waiting.add(node)
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
      this.#waiting.delete(each)
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
      this.#waiting.delete(each)
      for (const child of each.children) broken.push(child)
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
      this.#forget(each)
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
    this.#waiting.invariants()
    let waiting = 0
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
        const maker = node.header?.proposer
        assert(maker !== undefined && node.makers.length <= makersCounted(this.#validatorCount), 'makers are bounded')
        assert(node.weight === parent.weight + (addsWeight(parent.makers, maker) ? 1 : 0), 'weight is what makers give')
        if (!node.isComplete && node.status !== 'invalid') waiting++
      }
      for (const child of node.children) assert(this.#nodes.get(child.hash) === child, 'a child is in the tree')
      assert(!node.isComplete || node === this.#best || isBetter(this.#best, node), 'the best is the best')
    }
    assert(waiting === this.#waiting.size, 'what is neither complete nor invalid waits')
    assert(this.#best.isComplete && this.#nodes.get(this.#best.hash) === this.#best, 'the best is in the tree')
  }

  /**
   * Lets others go until there is room for a child of `parent`; false, and nothing more goes, where it has to give way
   * itself.
   */
  #makeRoom(node: Node, parent: Node, hasRight: boolean, keep: (node: BlockNode) => boolean): boolean {
    const maker = node.header?.proposer
    assert(maker !== undefined, 'a header has a maker')
    // Among its own kind the better one stays. Another maker that has more than its part has no claim against it.
    const givesWay = (victim: Node): boolean =>
      !hasRight && (victim.isComplete || victim.header?.proposer === maker) && !isBetter(node, victim)
    for (
      let spent = this.#waiting.spent(maker, node.slot);
      spent !== null;
      spent = this.#waiting.spent(maker, node.slot)
    ) {
      const victim = this.#waiting.victim(spent, parent)
      if (victim === null || givesWay(victim)) return false
      this.#drop(victim)
    }
    if (this.#nodes.size < this.#capacity) return true
    const victim =
      this.#worstLeaf(parent, keep, ({ status }) => status === 'invalid') ??
      this.#waiting.victim(this.#waiting.ofLargest(maker), parent) ??
      this.#worstLeaf(parent, keep, ({ isComplete }) => isComplete)
    if (victim === null || (victim.status !== 'invalid' && givesWay(victim))) return false
    this.#drop(victim)
    return true
  }

  #worstLeaf(parent: Node, keep: (node: BlockNode) => boolean, isOfKind: (node: Node) => boolean): Node | null {
    let worst: Node | null = null
    for (const node of this.#nodes.values()) {
      if (!isOfKind(node) || node.children.size > 0) continue
      if (node === parent || node === this.#root || node === this.#best || keep(node)) continue
      if (worst === null || isBetter(worst, node)) worst = node
    }
    return worst
  }

  /** A block goes with all that builds on it. */
  #drop(top: Node): void {
    top.parent?.children.delete(top)
    const gone: Node[] = [top]
    for (const node of gone) {
      this.#forget(node)
      for (const child of node.children) gone.push(child)
    }
  }

  #forget(node: Node): void {
    this.#nodes.delete(node.hash)
    this.#waiting.delete(node)
  }

  #chooseBest(): void {
    this.#best = this.#root
    for (const node of this.#nodes.values()) if (node.isComplete && isBetter(node, this.#best)) this.#best = node
  }
}
