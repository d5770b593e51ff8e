/**
 * An answer in the making: ranges in order, cut into frames of at most 64 KiB, each of which can be read by itself.
 * When the bytes are used up, what follows becomes `later`.
 *
 * Invariant: no frame is longer than FRAME_BYTES_MAX, and the first range is always answered.
 */
import { boundBetween, END, START, type Bound, type ItemKey } from '../domain/item-key.ts'
import { RangeWriter, type Range } from '../domain/codec/reconcile-codec.ts'
import { CompactWriter } from '../domain/codec/compact-bytes.ts'
import type { FingerprintTree } from './fingerprint-tree.ts'
import { FRAME_BYTES_MAX } from './limits.ts'

/** Largest range without its keys: head, order, prefix, count, fingerprint, and a skip before it. */
const RANGE_BYTES_MAX = 2 * (1 + 7 + 16) + 7 + 16
/** A key in a list: 16 bytes and the step of its number, which is seldom more than one byte. */
const KEY_BYTES_MAX = 16 + 7
const KEY_BYTES_USUAL = 18
/** Kind of the frame, and the first bound with its whole number. */
const FRAME_HEAD_BYTES = 16
/** Keys of one piece of a list: what surely fits into one frame. */
const PIECE_KEYS_MAX = Math.floor((FRAME_BYTES_MAX - RANGE_BYTES_MAX - FRAME_HEAD_BYTES) / KEY_BYTES_MAX)

export class ReplyFrames {
  readonly #tree: FingerprintTree
  readonly #bytesMax: number
  readonly #frames: Uint8Array[] = []
  #closedBytes = 0
  #lower: Bound = START
  #out = new CompactWriter()
  #ranges = new RangeWriter(this.#out, 'answer')
  #answered = 0

  constructor(tree: FingerprintTree, bytesMax: number) {
    this.#tree = tree
    this.#bytesMax = bytesMax
    this.#out.u8(0)
  }

  /** No room for another range that is not `later`. */
  get isFull(): boolean {
    return this.#answered > 0 && this.#closedBytes + this.#out.length + RANGE_BYTES_MAX > this.#bytesMax
  }

  /** Nothing but skips so far. */
  get isEmpty(): boolean {
    return this.#answered === 0
  }

  add(range: Range): void {
    const isOver = range.form !== 'skip' && range.form !== 'later' && this.isFull
    this.#write(isOver ? { form: 'later', upper: range.upper } : range)
  }

  /** Lists what we have from `lower` to before `upper`, in as many pieces as needed; what does not fit is for later. */
  list(lower: Bound, upper: Bound): void {
    const last = this.#tree.rankOf(upper)
    let from = lower
    for (let rank = this.#tree.rankOf(lower); ;) {
      const room = Math.max(
        Math.floor((this.#bytesMax - this.#closedBytes - this.#out.length - RANGE_BYTES_MAX) / KEY_BYTES_USUAL),
        this.#answered === 0 ? 1 : 0,
      )
      const count = Math.min(last - rank, PIECE_KEYS_MAX, room)
      if (count < last - rank && room === 0) {
        this.#write({ form: 'later', upper })
        return
      }
      const keys = this.#tree.keysIn(from, upper, count)
      rank += keys.length
      const to = rank === last ? upper : boundBetween(keys.at(-1) as ItemKey, this.#tree.keyAt(rank))
      this.#write({ form: 'list', upper: to, keys })
      if (to === upper) return
      from = to
    }
  }

  take(): Uint8Array[] {
    return [...this.#frames, this.#out.take()]
  }

  #write(range: Range): void {
    if (range.form !== 'skip') {
      const keys = range.form === 'list' ? range.keys.length : 0
      if (this.#out.length + RANGE_BYTES_MAX + keys * KEY_BYTES_MAX > FRAME_BYTES_MAX) this.#newFrame()
      this.#answered++
    }
    this.#ranges.add(range)
    this.#lower = range.upper
  }

  #newFrame(): void {
    this.#closedBytes += this.#out.length
    this.#frames.push(this.#out.take())
    this.#out = new CompactWriter()
    this.#out.u8(0)
    this.#ranges = new RangeWriter(this.#out, 'answer')
    if (this.#lower !== START && this.#lower !== END) this.#ranges.add({ form: 'skip', upper: this.#lower })
  }
}
