/**
 * Comparing two sets by fingerprints of ranges: the side that asks. One session is one comparison with one peer; each
 * round is one request and its answer.
 *
 * Tracked. The ranges still to ask about, in order; what is known to be only ours (`have`) or only theirs (`need`);
 * rounds and bytes used.
 *
 * Rules.
 * - The first request is one fingerprint of everything: two equal sets cost 40 bytes.
 * - A differing range that the answer divides is compared part by part. Where a part has at most LIST_MAX items on
 *   either side, or at most LIST_FINAL_MAX from the third round on, the answerer's list is asked for; ours is never
 *   sent, since we alone compute the difference. Any other part is divided by our own count.
 * - An answer may speak only of what was asked: a range that lies outside, overlaps, or is divided where a list was
 *   asked is a violation, as are keys out of order (the codec refuses those). Rationale: an honest node never sends it,
 *   and it would let a peer steer what we ask.
 * - Rounds and bytes are bounded. A session that runs out keeps what it found.
 *
 * Invariants: ranges to ask about are ascending and apart; `need` and `have` hold no key twice.
 *
 * The attacker's best move is to divide forever: twelve rounds or 1 MiB, then he is left alone for 5 s.
 */
import {
  decodeReconcileFrame,
  encodeReconcileRequest,
  type Range,
  type SetName,
} from '../domain/codec/reconcile-codec.ts'
import { END, START, type Bound, type ItemKey } from '../domain/item-key.ts'
import { assert, assertNever } from '../lib/assert.ts'
import { equalBytes } from '../lib/bytes.ts'
import type { FingerprintTree } from './fingerprint-tree.ts'
import {
  FINAL_ROUND,
  FRAME_BYTES_MAX,
  LIST_FINAL_MAX,
  LIST_MAX,
  OFFERED_MAX,
  RANGES_PER_REQUEST_MAX,
  REPLY_BYTES_MAX,
  ROUNDS_MAX,
  SESSION_BYTES_MAX,
} from './limits.ts'
import { difference, splitBounds } from './reconcile.ts'

/** A range to ask about: compare (with our fingerprint, made when it is asked) or list. */
interface Question {
  readonly lower: Bound
  readonly upper: Bound
  readonly form: 'compare' | 'list'
}

export type Violation =
  /** Not a frame of this protocol: also keys out of order or outside their range. */
  | 'malformed'
  /** A range that was not asked about. */
  | 'outside'
  /** Frames that overlap or go back. */
  | 'out-of-order'
  /** A division where a list was asked, or an answer to an offer where there was none. */
  | 'unasked'
  /** A frame or an answer larger than allowed. */
  | 'too-large'

export type Progress =
  | { readonly kind: 'continue' }
  /** `complete`: nothing is left to ask about. */
  | { readonly kind: 'finished'; readonly complete: boolean }
  | { readonly kind: 'busy' }
  | { readonly kind: 'other-epoch'; readonly epochs: readonly number[] }
  | { readonly kind: 'violation'; readonly code: Violation }

/** Most of what one frame of a request holds: 65,536 bytes of ranges of at most 47 bytes. */
const QUESTIONS_MAX = Math.min(RANGES_PER_REQUEST_MAX, Math.floor((FRAME_BYTES_MAX - 32) / 94))

export class ReconcileSession {
  /** Ours and not theirs, in the order in which it was found; bounded. */
  readonly have: ItemKey[] = []
  /** Theirs and not ours. */
  readonly need: ItemKey[] = []
  readonly #tree: FingerprintTree
  readonly #set: SetName
  readonly #epoch: number
  #open: Question[]
  #asked: Question[] = []
  #rounds = 0
  #bytes = 0

  /** @param upper compare only what is before this */
  constructor(tree: FingerprintTree, set: SetName, epoch: number, upper: Bound = END) {
    this.#tree = tree
    this.#set = set
    this.#epoch = epoch
    this.#open = [{ lower: START, upper, form: 'compare' }]
  }

  get rounds(): number {
    return this.#rounds
  }
  /** Bytes of requests and answers so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** The next request. Only after `continue`, or as the first thing. */
  request(): Uint8Array {
    assert(this.#asked.length === 0 && this.#open.length > 0, 'there is something to ask')
    this.#asked = this.#open.splice(0, QUESTIONS_MAX)
    this.#rounds++
    const ranges: Range[] = []
    let lower: Bound = START
    for (const question of this.#asked) {
      if (question.lower !== lower) ranges.push({ form: 'skip', upper: question.lower })
      ranges.push(
        question.form === 'list'
          ? { form: 'list', upper: question.upper, keys: [] }
          : {
              form: 'compare',
              upper: question.upper,
              ...this.#tree.range(this.#epoch, question.lower, question.upper),
            },
      )
      lower = question.upper
    }
    const replyBytesMax = Math.min(REPLY_BYTES_MAX, Math.max(0, SESSION_BYTES_MAX - this.#bytes))
    const bytes = encodeReconcileRequest({ kind: 'compare', set: this.#set, epoch: this.#epoch, replyBytesMax, ranges })
    this.#bytes += bytes.byteLength
    return bytes
  }

  /**
   * What follows from the answer to the last request. After a violation the session is over, and what it found is not
   * to be used.
   */
  answered(frames: readonly Uint8Array[]): Progress {
    const asked = this.#asked
    this.#asked = []
    for (const frame of frames) this.#bytes += frame.byteLength
    if (frames.some((frame) => frame.byteLength > FRAME_BYTES_MAX)) return violation('too-large')
    if (this.#bytes > SESSION_BYTES_MAX + FRAME_BYTES_MAX) return violation('too-large')
    if (frames.length === 0) return violation('malformed')
    const followUps: Question[] = []
    let lower: Bound = START
    let at = 0
    for (const bytes of frames) {
      const frame = decodeReconcileFrame(bytes)
      if (frame === null) return violation('malformed')
      if (frame.kind !== 'ranges') return frames.length > 1 || frame.kind === 'taken' ? violation('unasked') : frame
      let from: Bound = START
      for (const range of frame.ranges) {
        if (range.form !== 'skip') {
          if (from < lower) return violation('out-of-order')
          while (at < asked.length && (asked[at] as Question).upper <= from) at++
          const question = asked[at]
          if (question === undefined || from < question.lower || range.upper > question.upper)
            return violation('outside')
          if (question.form === 'list' && range.form === 'compare') return violation('unasked')
          this.#take(question, from, range, followUps)
          lower = range.upper
        }
        from = range.upper
      }
    }
    // What waited is behind what was asked: the order is kept.
    this.#open = [...followUps, ...this.#open]
    if (this.#open.length === 0) return { kind: 'finished', complete: true }
    if (this.#rounds >= ROUNDS_MAX || this.#bytes >= SESSION_BYTES_MAX) return { kind: 'finished', complete: false }
    return { kind: 'continue' }
  }

  invariants(): void {
    let lower: Bound = START
    for (const question of this.#open) {
      assert(question.lower >= lower && question.upper > question.lower, 'questions are ascending and apart')
      lower = question.upper
    }
    assert(new Set(this.need).size === this.need.length, 'a key is needed once')
    assert(new Set(this.have).size === this.have.length, 'a key is had once')
  }

  #take(question: Question, lower: Bound, range: Range, followUps: Question[]): void {
    const { upper } = range
    switch (range.form) {
      case 'skip':
        return
      case 'later':
        followUps.push({ lower, upper, form: question.form })
        return
      case 'list': {
        const { have, need } = difference(this.#tree.keysIn(lower, upper, this.#tree.size), range.keys)
        for (const key of need) this.need.push(key)
        for (const key of have.slice(0, Math.max(0, OFFERED_MAX - this.have.length))) this.have.push(key)
        return
      }
      case 'compare': {
        const own = this.#tree.range(this.#epoch, lower, upper)
        if (own.count === range.count && equalBytes(own.fingerprint, range.fingerprint)) return
        const smaller = Math.min(own.count, range.count)
        if (smaller <= LIST_MAX || (this.#rounds + 1 >= FINAL_ROUND && smaller <= LIST_FINAL_MAX)) {
          followUps.push({ lower, upper, form: 'list' })
          return
        }
        let from = lower
        for (const to of splitBounds(this.#tree, lower, upper)) {
          followUps.push({ lower: from, upper: to, form: 'compare' })
          from = to
        }
        return
      }
      default:
        assertNever(range)
    }
  }
}

function violation(code: Violation): Progress {
  return { kind: 'violation', code }
}
