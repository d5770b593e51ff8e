/**
 * The blocks of a tree that wait for a body, their own or an ancestor's, by maker and by slot, with the budget of each.
 * Asked for or not makes no difference: whoever answers chooses what the answer holds.
 *
 * Rules.
 * - A slot has WAITING_PER_SLOT_MAX of them; a maker its share of `max`, or WAITING_PER_MAKER_MIN where that is less;
 *   all together `max`. *Rationale*: a key of a validator is what an attacker has few of. Slots he has many of, and
 *   headers as many as he likes.
 * - Where a budget is spent, one of its own blocks goes for a newcomer: `victim` says which. Where all is spent, the
 *   maker with most pays. *Rationale*: refusing would let what came first and never gets a body keep out what comes
 *   later and gets one.
 * - What goes is the worst leaf, with none of the newcomer's ancestors; where no leaf is left, the highest block with
 *   all that builds on it. *Rationale*: what others have built on is worth more than a header that nobody took up.
 */
import type { AccountId } from '../domain/ids.ts'
import { assert } from '../lib/assert.ts'
import { SetIndex } from '../lib/set-index.ts'
import type { BlockNode } from './block-node.ts'
import { isBetter } from './fork-choice.ts'
import { WAITING_PER_MAKER_MIN, WAITING_PER_SLOT_MAX } from './limits.ts'

export class Waiting<N extends BlockNode> {
  readonly #all = new Set<N>()
  readonly #bySlot = new SetIndex<number, N>()
  readonly #byMaker = new SetIndex<AccountId, N>()
  readonly #max: number
  readonly #perMaker: number

  constructor(max: number, validatorCount: number) {
    this.#max = max
    this.#perMaker = Math.max(WAITING_PER_MAKER_MIN, Math.ceil(max / Math.max(1, validatorCount)))
  }

  get size(): number {
    return this.#all.size
  }

  [Symbol.iterator](): IterableIterator<N> {
    return this.#all.values()
  }

  add(node: N): void {
    this.#all.add(node)
    this.#bySlot.add(node.slot, node)
    this.#byMaker.add(makerOf(node), node)
  }

  delete(node: N): void {
    if (!this.#all.delete(node)) return
    this.#bySlot.delete(node.slot, node)
    this.#byMaker.delete(makerOf(node), node)
  }

  /**
   * The budget in which there is no room for one more block of this maker and slot, as the blocks that fill it; null
   * where there is room.
   */
  spent(maker: AccountId, slot: number): ReadonlySet<N> | null {
    const [ofSlot, ofMaker] = [this.#bySlot.get(slot), this.#byMaker.get(maker)]
    if (ofSlot !== undefined && ofSlot.size >= WAITING_PER_SLOT_MAX) return ofSlot
    if (ofMaker !== undefined && ofMaker.size >= this.#perMaker) return ofMaker
    return this.#all.size >= this.#max ? this.ofLargest(maker) : null
  }

  /** The blocks of the maker that has most of them; of this one, where nobody has more. */
  ofLargest(maker: AccountId): ReadonlySet<N> {
    return this.#byMaker.largest(maker)
  }

  /** Which of these goes for a child of `parent`; null where all are its ancestors. */
  victim(blocks: ReadonlySet<N>, parent: N): N | null {
    const ancestors = new Set<BlockNode>()
    for (let node: BlockNode | null = parent; node !== null && !node.isComplete; node = node.parent) ancestors.add(node)
    let leaf: N | null = null
    let highest: N | null = null
    for (const node of blocks) {
      if (ancestors.has(node)) continue
      if (node.children.size === 0 && (leaf === null || isBetter(leaf, node))) leaf = node
      if (highest === null || node.height > highest.height) highest = node
    }
    return leaf ?? highest
  }

  /** Throws where the sets disagree or a budget is exceeded. */
  invariants(): void {
    let [ofSlots, ofMakers] = [0, 0]
    for (const [slot, blocks] of this.#bySlot.entries()) {
      assert(blocks.size > 0 && blocks.size <= WAITING_PER_SLOT_MAX, 'a slot keeps its budget')
      for (const node of blocks) assert(node.slot === slot && this.#all.has(node), 'what waits is found by its slot')
      ofSlots += blocks.size
    }
    for (const [maker, blocks] of this.#byMaker.entries()) {
      assert(blocks.size > 0 && blocks.size <= this.#perMaker, 'a maker keeps its share')
      for (const node of blocks) assert(makerOf(node) === maker, 'what waits is found by its maker')
      ofMakers += blocks.size
    }
    assert(ofSlots === this.#all.size && ofMakers === this.#all.size, 'each block is in one slot and of one maker')
    assert(this.#all.size <= this.#max, 'what waits is bounded')
    for (const node of this.#all) assert(!node.isComplete && node.status !== 'invalid', 'what waits lacks a body')
  }
}

function makerOf(node: BlockNode): AccountId {
  assert(node.header !== null, 'only the root lacks its header')
  return node.header.proposer
}
