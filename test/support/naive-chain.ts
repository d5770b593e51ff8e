/** Fork choice once more, over a plain list of blocks: everything is worked out anew by walking it. */
import type { SignedHeader } from '../../src/domain/block.ts'

interface Block {
  readonly header: SignedHeader
  hasBody: boolean
  isBroken: boolean
}

export class NaiveChain {
  /** In order of arrival, so that parents come before their children. */
  blocks: Block[] = []
  readonly #genesis: { hash: string; height: number; slot: number }
  readonly #window: number
  root: { hash: string; height: number; slot: number }
  head: { hash: string; height: number; slot: number }
  readonly #slots = new Map<number, Set<string>>()
  equivocations = 0

  constructor(genesis: { hash: string; height: number; slot: number }, window: number) {
    this.#genesis = genesis
    this.root = genesis
    this.head = genesis
    this.#window = window
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
    this.blocks.push({ header, hasBody: false, isBroken: false })
    return 'added'
  }

  /** Moves the head to the best block that is complete, and the root after it. */
  settleHead(isValid: (hash: string) => boolean): void {
    const complete = new Map<string, { hash: string; height: number; slot: number }>([[this.root.hash, this.root]])
    for (const { header, hasBody } of this.blocks)
      if (hasBody && complete.has(header.parent) && isValid(header.hash)) complete.set(header.hash, header)
    const sorted = [...complete.values()].sort(
      (a, b) => b.height - a.height || a.slot - b.slot || (a.hash < b.hash ? -1 : 1),
    )
    this.head = sorted[0] ?? this.root
    if (this.head.height - this.#window <= this.root.height) return
    this.root = this.ancestors().find(({ height }) => height === this.head.height - this.#window) ?? this.root
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

  /** The highest ancestor of `head` on which more than 2/3 of the validators have built between it and the head. */
  settledHeight(validators: number, head: string): number {
    const path = this.ancestors(head)
    for (const [depth, block] of path.entries()) {
      const builders = new Set(path.slice(0, depth).map(({ proposer }) => proposer))
      if (builders.size * 3 > validators * 2) return block.height
    }
    return this.root.height
  }

  #isBroken(hash: string): boolean {
    for (let block = this.find(hash); block !== undefined; block = this.find(block.header.parent))
      if (block.isBroken) return true
    return false
  }
}
