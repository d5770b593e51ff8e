/**
 * Bodies of recent blocks in memory: those that wait to be checked or adopted, and the last ones that others will ask
 * for. What is on the disk may go, the oldest first; what is not stays, and is bounded by how many bodies are fetched
 * ahead.
 */
import type { Block } from '../../domain/block.ts'
import type { BlockHash, PeerId } from '../../domain/ids.ts'

/** Blocks kept for peers that ask: a minute of slots. */
const BODIES_KEPT = 64
/** Their bytes: 32 of the largest. */
const BODY_BYTES_KEPT = 32 * 1_048_576

/** How a body came: it is handed to others from then on, before it is checked and adopted. */
export interface BodyArrival {
  readonly from: PeerId | null
  readonly monoMs: number
}

export class Bodies {
  readonly #blocks = new Map<
    BlockHash,
    { readonly block: Block; stored: boolean; readonly arrival: BodyArrival | null }
  >()
  /** Blocks of a move of the head: they stay until it is done. */
  readonly #pinned = new Set<BlockHash>()
  #bytes = 0

  get(hash: BlockHash): Block | undefined {
    return this.#blocks.get(hash)?.block
  }

  isStored(hash: BlockHash): boolean {
    return this.#blocks.get(hash)?.stored ?? false
  }

  /** Null for a block of our own and for one that was read from the disk. */
  arrivalOf(hash: BlockHash): BodyArrival | null {
    return this.#blocks.get(hash)?.arrival ?? null
  }

  add(block: Block, stored: boolean, arrival: BodyArrival | null = null): void {
    if (this.#blocks.has(block.header.hash)) return
    this.#blocks.set(block.header.hash, { block, stored, arrival })
    this.#bytes += block.bytes.byteLength
    this.#trim()
  }

  markStored(hash: BlockHash): void {
    const entry = this.#blocks.get(hash)
    if (entry !== undefined) entry.stored = true
    this.#trim()
  }

  /** These stay in memory, whatever comes, until `unpin`; the caller has made sure that they are there or will come. */
  pin(hashes: readonly BlockHash[]): void {
    for (const hash of hashes) this.#pinned.add(hash)
  }

  unpin(): void {
    this.#pinned.clear()
    this.#trim()
  }

  /** Hashes of blocks that are in memory only. */
  unstored(): BlockHash[] {
    return [...this.#blocks].flatMap(([hash, { stored }]) => (stored ? [] : [hash]))
  }

  delete(hash: BlockHash): void {
    const entry = this.#blocks.get(hash)
    if (entry === undefined) return
    this.#blocks.delete(hash)
    this.#bytes -= entry.block.bytes.byteLength
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    const stored = [...this.#blocks.values()].filter((entry) => entry.stored).length
    return [{ name: 'chain.bodies', size: stored, capacity: BODIES_KEPT, unit: 'blocks' }]
  }

  #trim(): void {
    let excess = this.#blocks.size - BODIES_KEPT
    for (const [hash, { stored }] of this.#blocks) {
      if (excess <= 0 && this.#bytes <= BODY_BYTES_KEPT) return
      if (!stored || this.#pinned.has(hash)) continue
      this.delete(hash)
      excess--
    }
  }
}
