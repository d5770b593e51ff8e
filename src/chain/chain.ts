/**
 * The chain as this node sees it: which headers there are, which block is the head, what has to be done to follow a
 * better one.
 *
 * Tracked: the tree of headers above the undo window's end (block-tree.ts); the best chain by height; the ledgers of
 * recent blocks (ledgers.ts); the settled height; what each slot has had, and the evidence against those who signed
 * twice (sightings.ts).
 *
 * Rules.
 * - A header enters when its signature holds (the caller's part) and its rules hold; at most two a slot; under a known
 *   parent, or it is an orphan for the caller to keep.
 * - The head moves only to a block of which all bodies are here and have passed their rules, on a chain that is better
 *   by fork choice. It moves at once: a reorg of which one block turns out invalid leaves no trace but that block's
 *   mark.
 * - What is missing is told branch by branch, the best first: which of them are fetched, and which have had their turn,
 *   is decided where time is known.
 * - Work is handed out one block at a time by `nextStep`, so that a long catch-up never blocks the node: check this
 *   body; read that block's changes from disk; adopt. The answers may come in any order with other events, and the next
 *   step is worked out anew.
 * - A reorg reaches back at most 1,024 blocks, or to the settled block where that lies deeper, and 4,096 at most.
 *   `settled` is reported and does not stop one; `crossesSettled` says that it happened.
 *
 * Invariants: the best chain is a path from the root to the head; the head is valid and no checked complete block is
 * better; its ledger is here; the settled block is on the best chain.
 *
 * The attacker's best move is to be a validator and to hold blocks back, then show a longer chain: that undoes blocks
 * on which no more than his own weight lies (makers.ts), none that is settled, and is a reorg, reported as such.
 */
import type { SignedHeader } from '../domain/block.ts'
import type { AccountId, BlockHash } from '../domain/ids.ts'
import type { AccountChange, Ledger } from '../domain/ledger/ledger.ts'
import type { RejectCode } from '../domain/reject.ts'
import { checkParent } from '../domain/rules/header-rules.ts'
import { assert } from '../lib/assert.ts'
import type { BlockNode, BlockStatus, TreeStart } from './block-node.ts'
import { BlockTree } from './block-tree.ts'
import { branchesOf, type Branch } from './branches.ts'
import { isBetter, type Place } from './fork-choice.ts'
import { Ledgers } from './ledgers.ts'
import { CHAIN_LIMITS, SLOTS_REMEMBERED_MAX, type ChainLimits } from './limits.ts'
import { settledAncestor } from './settled.ts'
import { Sightings, type Equivocation } from './sightings.ts'

/**
 * Where a chain begins: at genesis (height 0, slot 0, the network id for a hash), or at the oldest block that was read
 * back.
 */
export interface ChainStart {
  readonly root: TreeStart
  /** Headers of the best chain above the root, in order; empty at genesis. */
  readonly headers: readonly SignedHeader[]
  /** The ledger after the last of them. */
  readonly ledger: Ledger
  readonly validatorCount: number
}

export type HeaderOutcome =
  | { readonly kind: 'added'; readonly evidence: Equivocation | null }
  /** Valid as far as can be told, and to be relayed; the caller keeps it and fetches its parent. */
  | { readonly kind: 'orphan'; readonly evidence: Equivocation | null }
  | { readonly kind: 'refused'; readonly code: RejectCode }

export type ChainStep =
  /** Check the body of this block on this ledger, and report `setValid` or `setInvalid`. */
  | { readonly kind: 'check'; readonly header: SignedHeader; readonly parent: Ledger }
  /** Read what this block changed, and report `setChanges`. */
  | { readonly kind: 'read-changes'; readonly hash: BlockHash }
  /** Call `adopt`. The bodies of the blocks to disconnect have transactions for the pool. */
  | { readonly kind: 'adopt'; readonly reorg: Reorg }

export interface Reorg {
  readonly from: Place
  readonly to: Place
  /** The last block that both chains have. */
  readonly common: Place
  /** Blocks that leave the best chain, the highest first. Empty for a mere extension. */
  readonly disconnect: readonly BlockHash[]
  /** Blocks that enter it, the lowest first. */
  readonly connect: readonly BlockHash[]
  readonly crossesSettled: boolean
}

export interface Adoption {
  readonly reorg: Reorg
  readonly ledger: Ledger
  /** Every account that may differ between the old head and the new one. */
  readonly touched: ReadonlySet<AccountId>
  /**
   * Every place in the list of accounts that may differ: below `ledger.size` it holds the account of
   * `ledger.entries(index, 1)` now, from there on it is empty.
   */
  readonly touchedIndexes: ReadonlySet<number>
  /** What each connected block changed: to be stored with it. */
  readonly changes: ReadonlyMap<BlockHash, readonly AccountChange[]>
  readonly settledBefore: number
  readonly settled: Place
  /** Blocks that no reorg can reach any more, off the best chain: their bodies can go. */
  readonly forgotten: readonly BlockHash[]
}

export class Chain {
  readonly #tree: BlockTree
  readonly #ledgers: Ledgers
  readonly #limits: ChainLimits
  readonly #sightings = new Sightings()
  readonly #validatorCount: number
  readonly #best = new Map<number, BlockNode>()
  #head: BlockNode
  #settled: BlockNode
  #isUnsettled = false
  #settledReorgs = 0

  constructor({ root, headers, ledger, validatorCount }: ChainStart, limits: ChainLimits = CHAIN_LIMITS) {
    this.#limits = limits
    this.#ledgers = new Ledgers(limits.ledgersKept)
    this.#validatorCount = validatorCount
    this.#tree = new BlockTree(root, validatorCount, limits)
    this.#head = this.#tree.root
    this.#settled = this.#head
    this.#best.set(root.height, this.#head)
    for (const header of headers) {
      assert(
        header.parent === this.#head.hash && checkParent(header, this.#head) === null,
        'headers follow one another',
      )
      this.#sightings.note(header)
      this.#tree.add(header, { keep: () => true, isAsked: true })
      this.#tree.setBody(header.hash)
      this.#tree.setValid(header.hash)
      this.#head = this.#node(header.hash)
      this.#best.set(header.height, this.#head)
    }
    this.#ledgers.set(this.#head, { ledger, changes: null })
    this.#settle(this.#tree.root)
    // As it was before a restart: what was read may reach further back than a reorg.
    this.#moveRoot()
  }

  get head(): BlockNode {
    return this.#head
  }
  get ledger(): Ledger {
    return this.#stateOf(this.#head).ledger
  }
  get settled(): Place {
    return this.#settled
  }
  /** Whether a block with transactions on the best chain isn't settled: then empty slots make empty blocks. */
  get isUnsettled(): boolean {
    return this.#isUnsettled
  }
  /** Reorgs across a settled block since the start. */
  get settledReorgs(): number {
    return this.#settledReorgs
  }
  get evidence(): readonly Equivocation[] {
    return this.#sightings.evidence
  }
  /** The oldest block that a reorg keeps. */
  get root(): TreeStart {
    return this.#tree.root
  }

  header(hash: BlockHash): SignedHeader | undefined {
    return this.#tree.get(hash)?.header ?? undefined
  }

  status(hash: BlockHash): BlockStatus | undefined {
    return this.#tree.get(hash)?.status
  }

  /** The block of the best chain at this height, from the root to the head. */
  at(height: number): Place | undefined {
    return this.#best.get(height)
  }

  isOnBestChain(hash: BlockHash): boolean {
    const node = this.#tree.get(hash)
    return node !== undefined && this.#best.get(node.height) === node
  }

  /** What can be said against a header before its signature is checked; null when nothing can. */
  precheck(header: SignedHeader): RejectCode | null {
    if (this.#tree.get(header.hash) !== undefined) return 'known'
    const { root } = this.#tree
    if (header.height <= root.height || header.slot <= root.slot) return 'outside-window'
    const parent = this.#tree.get(header.parent)
    if (parent?.status === 'invalid') return 'ancestor-invalid'
    const misfit = parent === undefined ? null : checkParent(header, parent)
    if (misfit !== null) return misfit
    return this.#sightings.isExcess(header.slot, header.hash) ? 'too-many-headers' : null
  }

  /**
   * Takes a header whose rules and signature hold. An orphan comes again when its parent has come.
   * @param isAsked it came as part of a chain that we asked for: then it may be a third one of its slot. *Rationale*:
   *   nodes that heard other two of three first have built on the third, and could never be followed; how many may wait
   *   for bodies is bounded by slot and maker (waiting.ts).
   */
  addHeader(header: SignedHeader, isAsked = false): HeaderOutcome {
    const code = this.precheck(header)
    const isExcess = code === 'too-many-headers'
    if (code !== null && !(isExcess && isAsked)) return { kind: 'refused', code }
    const evidence = isExcess ? null : this.#sightings.note(header)
    if (this.#tree.get(header.parent) === undefined) return { kind: 'orphan', evidence }
    const isAdded = this.#tree.add(header, { keep: (node) => node === this.#head, isAsked })
    return isAdded ? { kind: 'added', evidence } : { kind: 'refused', code: 'headers-full' }
  }

  /** The body of a block is here, and is the one that its header commits to. */
  addBody(hash: BlockHash): void {
    this.#tree.setBody(hash)
  }

  /**
   * Branches that would be better than the head and lack bodies, the best first; at most one for each block whose body
   * is missing first.
   */
  branches(): readonly Branch[] {
    return branchesOf(this.#tree.waiting, this.#head)
  }

  /** What to do next to follow the best block, or null when the head is it. */
  nextStep(): ChainStep | null {
    if (!isBetter(this.#tree.best, this.#head)) return null
    const reorg = this.#planTo(this.#tree.best)
    const common = this.#node(reorg.common.hash)
    let parent = this.#ledgers.get(common.hash)?.ledger
    if (parent === undefined) return { kind: 'read-changes', hash: this.#lowestWithLedgerAbove(common).hash }
    for (const hash of reorg.connect) {
      const state = this.#ledgers.get(hash)
      const { header } = this.#node(hash)
      assert(header !== null, 'only the root lacks its header')
      if (state === undefined) return { kind: 'check', header, parent }
      parent = state.ledger
    }
    return { kind: 'adopt', reorg }
  }

  /** The body passed all its rules, on the ledger that the step named. */
  setValid(hash: BlockHash, ledger: Ledger, changes: readonly AccountChange[]): void {
    const node = this.#tree.get(hash)
    if (node?.isComplete !== true) return
    this.#tree.setValid(hash)
    this.#ledgers.set(node, { ledger, changes })
  }

  /** The body broke a rule. Returns it and all known blocks that build on it. */
  setInvalid(hash: BlockHash): readonly BlockHash[] {
    return this.#tree.setInvalid(hash).map((node) => node.hash)
  }

  /** What a block of the best chain changed, read from the disk: gives the ledger of its parent. */
  setChanges(hash: BlockHash, changes: readonly AccountChange[]): void {
    const node = this.#tree.get(hash)
    const state = this.#ledgers.get(hash)
    if (node === undefined || state === undefined || node.parent === null) return
    this.#ledgers.set(node, { ledger: state.ledger, changes })
    if (this.#ledgers.get(node.parent.hash) === undefined)
      this.#ledgers.set(node.parent, { ledger: state.ledger.revert(changes), changes: null })
  }

  /**
   * Moves the head. `reorg` is that of the last `nextStep`; null, and nothing changed, when something has come between.
   */
  adopt(reorg: Reorg): Adoption | null {
    const step = this.nextStep()
    if (step?.kind !== 'adopt' || step.reorg.to.hash !== reorg.to.hash || reorg.from.hash !== this.#head.hash)
      return null
    const touched = new Set<AccountId>()
    const touchedIndexes = new Set<number>()
    const changes = new Map<BlockHash, readonly AccountChange[]>()
    for (const hash of [...reorg.disconnect, ...reorg.connect]) {
      const of = this.#ledgers.get(hash)?.changes
      assert(of !== undefined && of !== null, 'the changes of a moved block are known')
      for (const { key, index } of of) {
        touched.add(key)
        touchedIndexes.add(index)
      }
    }
    for (const hash of reorg.disconnect) this.#best.delete(this.#node(hash).height)
    for (const hash of reorg.connect) {
      const node = this.#node(hash)
      this.#best.set(node.height, node)
      changes.set(hash, this.#ledgers.get(hash)?.changes ?? [])
    }
    this.#head = this.#node(reorg.to.hash)
    if (reorg.crossesSettled) this.#settledReorgs++
    const settledBefore = this.#settled.height
    this.#settle(reorg.crossesSettled ? this.#tree.root : this.#settled)
    const { ledger } = this
    const forgotten = this.#moveRoot()
    this.#ledgers.prune(this.#head, (hash) => this.isOnBestChain(hash))
    return { reorg, ledger, touched, touchedIndexes, changes, settledBefore, settled: this.#settled, forgotten }
  }

  /**
   * Hashes of the best chain at head, head − 1, − 2, − 4, …, and the root: by which a peer finds the last block that it
   * shares.
   */
  locator(): readonly BlockHash[] {
    const hashes: BlockHash[] = []
    for (let back = 0; this.#head.height - back > this.#tree.root.height; back = back === 0 ? 1 : 2 * back) {
      const node = this.#best.get(this.#head.height - back)
      if (node !== undefined) hashes.push(node.hash)
    }
    return [...hashes, this.#tree.root.hash]
  }

  /** For /v1/debug/limits. */
  sizes(): readonly {
    readonly name: string
    readonly size: number
    readonly capacity: number
    readonly unit: string
  }[] {
    return [
      { name: 'chain.headers', size: this.#tree.size, capacity: this.#limits.headersMax, unit: 'headers' },
      { name: 'chain.waiting', size: this.#tree.waitingCount, capacity: this.#limits.waitingMax, unit: 'headers' },
      { name: 'chain.slots', size: this.#sightings.size, capacity: SLOTS_REMEMBERED_MAX, unit: 'slots' },
    ]
  }

  /** Throws where the specification above does not hold. */
  invariants(): void {
    this.#tree.invariants()
    assert(this.#best.size === this.#head.height - this.#tree.root.height + 1, 'the best chain has one block a height')
    for (let node: BlockNode | null = this.#head; node !== null; node = node.parent) {
      assert(this.#best.get(node.height) === node, 'the best chain is the path to the head')
      assert(node.status === 'valid', 'the best chain is valid')
    }
    assert(this.#ledgers.get(this.#head.hash) !== undefined, 'the ledger of the head is here')
    assert(this.#best.get(this.#settled.height) === this.#settled, 'the settled block is on the best chain')
    assert(this.#head.height - this.#tree.root.height <= this.#limits.unsettledWindow, 'the window is bounded')
    if (this.nextStep() === null) {
      for (const node of this.#tree.nodes())
        assert(!node.isComplete || node === this.#head || isBetter(this.#head, node), 'the head is the best block')
    }
  }

  #node(hash: BlockHash): BlockNode {
    const node = this.#tree.get(hash)
    assert(node !== undefined, 'the block is in the tree')
    return node
  }

  #stateOf(node: BlockNode): { readonly ledger: Ledger } {
    const state = this.#ledgers.get(node.hash)
    assert(state !== undefined, 'the ledger of the head is here')
    return state
  }

  /** The shortest move towards `best` that makes a better head: what is further up follows by itself. */
  #planTo(best: BlockNode): Reorg {
    const path: BlockNode[] = []
    let common = best
    while (this.#best.get(common.height) !== common) {
      path.push(common)
      assert(common.parent !== null, 'every path leads to the root')
      common = common.parent
    }
    path.reverse()
    const end = path.findIndex((node) => isBetter(node, this.#head))
    const connect = path.slice(0, end + 1)
    const disconnect: BlockHash[] = []
    for (let node = this.#head; node !== common && node.parent !== null; node = node.parent) disconnect.push(node.hash)
    return {
      from: placeOf(this.#head),
      to: placeOf(connect[connect.length - 1] ?? this.#head),
      common: placeOf(common),
      disconnect,
      connect: connect.map((node) => node.hash),
      crossesSettled: common.height < this.#settled.height,
    }
  }

  #lowestWithLedgerAbove(node: BlockNode): BlockNode {
    for (let height = node.height + 1; height <= this.#head.height; height++) {
      const above = this.#best.get(height)
      if (above !== undefined && this.#ledgers.get(above.hash) !== undefined) return above
    }
    return this.#head
  }

  #settle(floor: BlockNode): void {
    this.#settled = settledAncestor(this.#head, this.#validatorCount, floor)
    this.#isUnsettled = false
    for (let node = this.#head; node !== this.#settled && node.parent !== null; node = node.parent)
      if ((node.header?.txCount ?? 0) > 0) this.#isUnsettled = true
  }

  #moveRoot(): readonly BlockHash[] {
    const { undoWindow, unsettledWindow } = this.#limits
    const reach = Math.min(this.#head.height - undoWindow, this.#settled.height)
    const height = Math.max(reach, this.#head.height - unsettledWindow)
    const { root } = this.#tree
    if (height <= root.height) return []
    const next = this.#best.get(height)
    assert(next !== undefined, 'the best chain has a block at each height')
    // What has 4,096 blocks on it is not undone, whoever built them.
    if (this.#settled.height < height) this.#settled = next
    const gone = this.#tree.moveRoot(next.hash)
    const aside = gone.filter((node) => this.#best.get(node.height) !== node).map((node) => node.hash)
    for (let below = root.height; below < height; below++) this.#best.delete(below)
    this.#sightings.forgetThrough(next.slot)
    return aside
  }
}

function placeOf({ hash, height, slot }: Place): Place {
  return { hash, height, slot }
}
