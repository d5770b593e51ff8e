/**
 * Bodies of recent blocks in memory: those that wait to be checked or adopted, and the last ones that others will ask
 * for. What is on the disk may go, the oldest first; what is not stays, and is bounded by how many bodies are fetched
 * ahead.
 *
 * Of most of them the bytes are kept alone. *Rationale*: a decoded transaction takes twice the memory of its bytes, and
 * a block that has been adopted is read again only by a reorg, or by somebody who looks at it; what peers ask for is
 * found by the short ids.
 *
 * Invariants: a body that is not on the disk, or pinned, is decoded; `#decoded` counts the transactions of all others
 * that are.
 */
import { shortIdOf, type Block, type ShortId, type SignedHeader } from '../../domain/block.ts'
import { splitBody } from '../../domain/codec/block-codec.ts'
import type { BlockHash, PeerId } from '../../domain/ids.ts'
import type { Transaction } from '../../domain/transaction.ts'
import { assert } from '../../lib/assert.ts'

/** Blocks kept for peers that ask: a minute of slots. */
const BODIES_KEPT = 64
/** Their bytes: 32 of the largest. */
const BODY_BYTES_KEPT = 32 * 1_048_576
/**
 * Transactions of bodies on the disk that are kept decoded: two of the largest blocks, since the reorgs that happen
 * undo one.
 */
const DECODED_KEPT = 8_192

/** How a body came: it is handed to others from then on, before it is checked and adopted. */
export interface BodyArrival {
  readonly from: PeerId | null
  readonly monoMs: number
}

interface Kept {
  readonly header: SignedHeader
  readonly bytes: Uint8Array
  readonly arrival: BodyArrival | null
  /** Null: to be read from the bytes. */
  transactions: readonly Transaction[] | null
  /** Of its transactions, one after the other; null while they are decoded. */
  shortIds: string | null
  stored: boolean
}

/** Characters of a short id. */
const SHORT_ID_LENGTH = 16

export class Bodies {
  readonly #blocks = new Map<BlockHash, Kept>()
  /** Blocks of a move of the head: they stay until it is done. */
  readonly #pinned = new Set<BlockHash>()
  readonly #decode: (bytes: Uint8Array) => readonly Transaction[]
  #bytes = 0

  /** @param decode the transactions of a block that was decoded before */
  constructor(decode: (bytes: Uint8Array) => readonly Transaction[]) {
    this.#decode = decode
  }

  has(hash: BlockHash): boolean {
    return this.#blocks.has(hash)
  }

  /** The block with its transactions, which may have to be decoded: 4 µs each. */
  get(hash: BlockHash): Block | undefined {
    const kept = this.#blocks.get(hash)
    if (kept === undefined) return undefined
    const { header, bytes } = kept
    const transactions = this.#thaw(kept)
    this.#thin(hash)
    return { header, transactions, bytes }
  }

  /** The exact SSZ of the block. */
  bytesOf(hash: BlockHash): Uint8Array | undefined {
    return this.#blocks.get(hash)?.bytes
  }

  /** The signed transactions of the block by their short ids: nothing is decoded for that. */
  partsOf(hash: BlockHash): ReadonlyMap<ShortId, Uint8Array> | undefined {
    const kept = this.#blocks.get(hash)
    if (kept === undefined) return undefined
    if (kept.transactions !== null)
      return new Map(kept.transactions.map((transaction) => [shortIdOf(transaction.hash), transaction.bytes]))
    const { shortIds } = kept
    assert(shortIds !== null, 'a body that is not decoded has its short ids')
    return new Map(
      splitBody(kept.bytes).map((bytes, index) => [
        shortIds.slice(SHORT_ID_LENGTH * index, SHORT_ID_LENGTH * (index + 1)),
        bytes,
      ]),
    )
  }

  isStored(hash: BlockHash): boolean {
    return this.#blocks.get(hash)?.stored ?? false
  }

  /** Null for a block of our own and for one that was read from the disk. */
  arrivalOf(hash: BlockHash): BodyArrival | null {
    return this.#blocks.get(hash)?.arrival ?? null
  }

  add({ header, transactions, bytes }: Block, stored: boolean, arrival: BodyArrival | null = null): void {
    if (this.#blocks.has(header.hash)) return
    this.#blocks.set(header.hash, { header, transactions, bytes, shortIds: null, stored, arrival })
    this.#bytes += bytes.byteLength
    this.#trim()
  }

  markStored(hash: BlockHash): void {
    const kept = this.#blocks.get(hash)
    if (kept !== undefined) kept.stored = true
    this.#trim()
  }

  /**
   * These stay in memory, and decoded, whatever comes, until `unpin`; the caller has made sure that they are there or
   * will come.
   */
  pin(hashes: readonly BlockHash[]): void {
    for (const hash of hashes) {
      this.#pinned.add(hash)
      const kept = this.#blocks.get(hash)
      if (kept !== undefined) this.#thaw(kept)
    }
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
    const kept = this.#blocks.get(hash)
    if (kept === undefined) return
    this.#blocks.delete(hash)
    this.#bytes -= kept.bytes.byteLength
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    const kept = [...this.#blocks].filter(([, { stored }]) => stored)
    const decoded = kept.filter(([hash]) => !this.#pinned.has(hash))
    return [
      { name: 'chain.bodies', size: kept.length, capacity: BODIES_KEPT, unit: 'blocks' },
      {
        name: 'chain.decoded',
        size: decoded.reduce((sum, [, { transactions }]) => sum + (transactions?.length ?? 0), 0),
        capacity: DECODED_KEPT,
        unit: 'transactions',
      },
    ]
  }

  #trim(): void {
    let excess = this.#blocks.size - BODIES_KEPT
    for (const [hash, { stored }] of this.#blocks) {
      if (excess <= 0 && this.#bytes <= BODY_BYTES_KEPT) break
      if (!stored || this.#pinned.has(hash)) continue
      this.delete(hash)
      excess--
    }
    this.#thin()
  }

  /** Leaves the bytes alone, of the newest last. @param asked stays as it is: it is being read */
  #thin(asked?: BlockHash): void {
    let room = DECODED_KEPT - (asked === undefined ? 0 : (this.#blocks.get(asked)?.transactions?.length ?? 0))
    for (const [hash, kept] of [...this.#blocks].reverse()) {
      if (!kept.stored || kept.transactions === null || hash === asked || this.#pinned.has(hash)) continue
      room -= kept.transactions.length
      if (room >= 0) continue
      kept.shortIds = kept.transactions.map((transaction) => shortIdOf(transaction.hash)).join('')
      kept.transactions = null
    }
  }

  #thaw(kept: Kept): readonly Transaction[] {
    kept.transactions ??= this.#decode(kept.bytes)
    kept.shortIds = null
    return kept.transactions
  }
}
