/** Fork choice once more, over a plain list of blocks: everything is worked out anew by walking it. */
import type { SignedHeader } from '../../../src/domain/block.ts'

interface Block {
  readonly header: SignedHeader
  /** Whether it adds to the weight of its chain. */
  readonly adds: boolean
  hasBody: boolean
  isBroken: boolean
}

export class NaiveChain {
  /** In order of arrival, so that parents come before their children. */
  blocks: Block[] = []
  readonly #genesis: { hash: string; height: number; slot: number }
  readonly #limits: { readonly undoWindow: number; readonly unsettledWindow: number }
  readonly #validators: number
  /** Makers of the blocks that the root has left behind, the newest first. */
  #behind: string[] = []
  root: { hash: string; height: number; slot: number }
  head: { hash: string; height: number; slot: number }
  readonly #slots = new Map<number, Set<string>>()
  equivocations = 0

  constructor(
    genesis: { hash: string; height: number; slot: number },
    limits: { readonly undoWindow: number; readonly unsettledWindow: number },
    validators: number,
  ) {
    this.#genesis = genesis
    this.root = genesis
    this.head = genesis
    this.#limits = limits
    this.#validators = validators
  }

  find(hash: string): Block | undefined {
    return this.blocks.find((block) => block.header.hash === hash)
  }

  addHeader(header: SignedHeader): string {
    if (this.find(header.hash) !== undefined || header.hash === this.root.hash) return 'known'
    if (header.height <= this.root.height || header.slot <= this.root.slot) return 'outside-window'
    const parent = header.parent === this.root.hash ? this.root : this.find(header.parent)?.header
    if (parent !== undefined) {
      if (this.#isBroken(parent.hash)) return 'ancestor-invalid'
      if (header.height !== parent.height + 1 || header.slot <= parent.slot) return 'parent-mismatch'
    }
    const slot = this.#slots.get(header.slot) ?? new Set()
    this.#slots.set(header.slot, slot)
    if (!slot.has(header.hash) && slot.size === 2) return 'too-many-headers'
    if (!slot.has(header.hash) && slot.size === 1) this.equivocations++
    slot.add(header.hash)
    if (parent === undefined) return 'orphan'
    this.blocks.push({ header, adds: this.#adds(header), hasBody: false, isBroken: false })
    return 'added'
  }

  /** Moves the head to the best block that is complete, and the root after it. */
  settleHead(isValid: (hash: string) => boolean): void {
    const complete = new Map<string, { hash: string; height: number; slot: number }>([[this.root.hash, this.root]])
    const weights = new Map<string, number>()
    for (const { header, hasBody, adds } of this.blocks) {
      if (!hasBody || !complete.has(header.parent) || !isValid(header.hash)) continue
      complete.set(header.hash, header)
      weights.set(header.hash, (weights.get(header.parent) ?? 0) + (adds ? 1 : 0))
    }
    const weightOf = ({ hash }: { hash: string }): number => weights.get(hash) ?? 0
    const sorted = [...complete.values()].sort(
      (a, b) => weightOf(b) - weightOf(a) || b.height - a.height || a.slot - b.slot || (a.hash < b.hash ? -1 : 1),
    )
    const before = new Set(this.ancestors().map(({ hash }) => hash))
    this.head = sorted[0] ?? this.root
    const path = this.ancestors()
    const common = path.find(({ hash }) => before.has(hash))?.height ?? this.root.height
    // Once settled, a block stays so as long as it is on the best chain.
    this.#settled = Math.max(common < this.#settled ? 0 : this.#settled, this.settledHeight(this.head.hash))
    const { undoWindow, unsettledWindow } = this.#limits
    const reach = Math.max(Math.min(this.head.height - undoWindow, this.#settled), this.head.height - unsettledWindow)
    if (reach <= this.root.height) return
    const at = path.findIndex(({ height }) => height === reach)
    // The old root is in there already, but for genesis, which nobody made.
    this.#behind = [...path.slice(at, -1).flatMap(({ proposer }) => proposer ?? []), ...this.#behind]
    this.root = path[at] ?? this.root
    const kept = new Set([this.root.hash])
    this.blocks = this.blocks.filter(({ header }) => {
      if (!kept.has(header.parent)) return false
      kept.add(header.hash)
      return true
    })
    for (const slot of this.#slots.keys()) if (slot <= this.root.slot) this.#slots.delete(slot)
  }

  /** The chain from a block, if not said otherwise the head, down to the root. */
  ancestors(from = this.head.hash): { hash: string; height: number; slot: number; proposer?: string }[] {
    const byHash = new Map(this.blocks.map(({ header }) => [header.hash as string, header]))
    const path: { hash: string; height: number; slot: number; proposer?: string }[] = []
    for (let header = byHash.get(from); header !== undefined; header = byHash.get(header.parent)) path.push(header)
    return [...path, this.root === this.#genesis ? this.#genesis : this.root]
  }

  /**
   * The highest ancestor of `head` on which more than 2/3 of the validators have built between it and the head, with
   * more weight than half of them have.
   */
  settledHeight(head: string): number {
    const path = this.ancestors(head)
    const adds = new Map(this.blocks.map((block) => [block.header.hash as string, block.adds]))
    for (const [depth, block] of path.entries()) {
      const builders = new Set(path.slice(0, depth).map(({ proposer }) => proposer))
      const weight = path.slice(0, depth).filter(({ hash }) => adds.get(hash)).length
      if (builders.size * 3 > this.#validators * 2 && weight > Math.floor(this.#validators / 2)) return block.height
    }
    return this.root.height
  }

  #settled = 0

  /** Whether its maker is none of the floor(n / 2) different makers before it, by walking all the way back. */
  #adds(header: SignedHeader): boolean {
    const path = this.ancestors(header.parent).flatMap(({ proposer }) => proposer ?? [])
    const latest = [...new Set([...path, ...this.#behind])].slice(0, Math.floor(this.#validators / 2))
    return !latest.includes(header.proposer)
  }

  #isBroken(hash: string): boolean {
    for (let block = this.find(hash); block !== undefined; block = this.find(block.header.parent))
      if (block.isBroken) return true
    return false
  }
}
