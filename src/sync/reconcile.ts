/**
 * Comparing two sets by fingerprints of ranges: the side that answers. It keeps nothing between two requests: whatever
 * it needs is in the request and in its own set.
 *
 * Rules (Meyer, arXiv:2212.13567).
 * - A range with equal count and fingerprint is done. One where either side has at most LIST_MAX items is answered with
 *   the list of ours; any other with the fingerprints of its sixteenths by our own count. Rationale: who has more in
 *   the range divides it evenly for himself, and a list costs what the smaller side is worth.
 * - What does not fit into the answer's bytes, or needs more fingerprints than an answer may cost, is answered with
 *   `later`; but something is always answered, so that the asker gets on.
 * - Lists longer than a frame are cut at item bounds: each piece is a list of its own smaller range.
 *
 * The attacker's best move is a request with as many unequal ranges as it may hold: 2,048 fingerprints, about 10 ms,
 * and as many bytes as the server's budget for one peer allows (`repair-server.ts`).
 */
import { boundBetween, END, START, type Bound, type ItemKey } from '../domain/item-key.ts'
import { equalBytes } from '../lib/bytes.ts'
import { assertNever } from '../lib/assert.ts'
import { encodeReconcileFrame, type Range, type ReconcileRequest } from '../domain/codec/reconcile-codec.ts'
import type { FingerprintTree } from './fingerprint-tree.ts'
import { FINGERPRINTS_PER_REPLY_MAX, FRAME_BYTES_MAX, LIST_MAX, RANGES_PER_REQUEST_MAX, SPLIT_WAYS } from './limits.ts'
import { ReplyFrames } from './reply-frames.ts'

export type CompareRequest = Extract<ReconcileRequest, { kind: 'compare' }>

export type Comparison =
  | {
      readonly kind: 'answered'
      readonly frames: readonly Uint8Array[]
      /** The asker's whole set, up to the bound, is ours: he has what we have there, and nothing else. */
      readonly equalUpTo: Bound | null
    }
  | { readonly kind: 'violation'; readonly code: 'too-many-ranges' | 'too-large' }

/** Answers one request for comparison; `replyBytesMax` is what the peer's budget allows. */
export function respond(
  tree: FingerprintTree,
  request: CompareRequest,
  requestBytes: number,
  replyBytesMax: number,
): Comparison {
  if (requestBytes > FRAME_BYTES_MAX) return { kind: 'violation', code: 'too-large' }
  if (request.ranges.length > RANGES_PER_REQUEST_MAX) return { kind: 'violation', code: 'too-many-ranges' }
  if (!tree.isReady(request.epoch)) {
    const frame = encodeReconcileFrame({ kind: 'other-epoch', epochs: tree.readyEpochs() })
    return { kind: 'answered', frames: [frame], equalUpTo: null }
  }
  const out = new ReplyFrames(tree, Math.min(replyBytesMax, request.replyBytesMax))
  let lower: Bound = START
  let fingerprints = 0
  for (const range of request.ranges) {
    if (out.isFull || fingerprints >= FINGERPRINTS_PER_REPLY_MAX) out.add(laterUnlessSkipped(range))
    else fingerprints += answerRange(tree, request.epoch, lower, range, out)
    lower = range.upper
  }
  const frames = out.take()
  const first = request.ranges[0]
  const isWhole = request.ranges.length === 1 && first?.form === 'compare' && out.isEmpty
  return { kind: 'answered', frames, equalUpTo: isWhole ? first.upper : null }
}

/** Answers one range and returns how many fingerprints that took. */
function answerRange(tree: FingerprintTree, epoch: number, lower: Bound, range: Range, out: ReplyFrames): number {
  const { upper } = range
  switch (range.form) {
    case 'skip':
    case 'later':
      out.add({ form: 'skip', upper })
      return 0
    case 'list':
      out.list(lower, upper)
      return 0
    case 'compare': {
      const own = tree.range(epoch, lower, upper)
      if (own.count === range.count && equalBytes(own.fingerprint, range.fingerprint)) {
        out.add({ form: 'skip', upper })
        return 1
      }
      if (Math.min(own.count, range.count) <= LIST_MAX) {
        out.list(lower, upper)
        return 1
      }
      let from = lower
      for (const to of splitBounds(tree, lower, upper)) {
        out.add({ form: 'compare', upper: to, ...tree.range(epoch, from, to) })
        from = to
      }
      return 1 + SPLIT_WAYS
    }
    default:
      return assertNever(range)
  }
}

function laterUnlessSkipped(range: Range): Range {
  return range.form === 'skip' ? range : { form: 'later', upper: range.upper }
}

/** Where a range with more than SPLIT_WAYS items is divided into sixteenths by count: the upper end of each. */
export function splitBounds(tree: FingerprintTree, lower: Bound, upper: Bound): Bound[] {
  const first = tree.rankOf(lower)
  const count = tree.rankOf(upper) - first
  const bounds: Bound[] = []
  for (let part = 1; part < SPLIT_WAYS; part++) {
    bounds.push(boundBefore(tree, first + Math.floor((count * part) / SPLIT_WAYS)))
  }
  return [...bounds, upper]
}

/** The shortest bound before the item of this rank and behind the one before it. */
function boundBefore(tree: FingerprintTree, rank: number): Bound {
  if (rank >= tree.size) return END
  return rank === 0 ? START : boundBetween(tree.keyAt(rank - 1), tree.keyAt(rank))
}

/** What is in one of two ascending lists and not in the other. */
export function difference(
  ours: readonly ItemKey[],
  theirs: readonly ItemKey[],
): { readonly have: ItemKey[]; readonly need: ItemKey[] } {
  const have: ItemKey[] = []
  const need: ItemKey[] = []
  let at = 0
  for (const key of theirs) {
    while (at < ours.length && (ours[at] as ItemKey) < key) have.push(ours[at++] as ItemKey)
    if (ours[at] === key) at++
    else need.push(key)
  }
  for (const key of ours.slice(at)) have.push(key)
  return { have, need }
}
