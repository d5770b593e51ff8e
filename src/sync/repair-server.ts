/**
 * The side of repair that answers: comparisons and offers of others, each peer within a budget.
 *
 * Tracked. For each connected peer that has asked, what is left of its requests and bytes (token buckets, limits.ts). A
 * session of the other side is not known here: each request stands alone.
 *
 * Rules. A peer that asks for more than its budget is told `busy`, which is no offence: two honest nodes may both be
 * eager. What is no request is a violation.
 *
 * The attacker's best move is to use up the budget: five requests and 200 KiB a second, about 50 ms of CPU a second.
 */
import { decodeReconcileRequest, encodeReconcileFrame, type SetName } from '../domain/codec/reconcile-codec.ts'
import type { PeerId } from '../domain/ids.ts'
import type { Bound, ItemKey } from '../domain/item-key.ts'
import { TokenBucket } from '../lib/rate.ts'
import type { FingerprintTree } from './fingerprint-tree.ts'
import {
  FRAME_BYTES_MAX,
  REPLY_BYTES_MAX,
  SERVE_BYTES_BURST,
  SERVE_BYTES_PER_SECOND,
  SERVE_REQUESTS_BURST,
  SERVE_REQUESTS_PER_SECOND,
} from './limits.ts'
import { respond } from './reconcile.ts'

export type Served =
  /** `equalUpTo`: the asker has exactly what we have before this bound. */
  | {
      readonly kind: 'compared'
      readonly set: SetName
      readonly frames: readonly Uint8Array[]
      readonly equalUpTo: Bound | null
    }
  /** Keys that the asker holds: those that we have as well, and those that we lack. */
  | {
      readonly kind: 'offered'
      readonly set: SetName
      readonly frames: readonly Uint8Array[]
      readonly known: readonly ItemKey[]
      readonly lacking: readonly ItemKey[]
    }
  | { readonly kind: 'busy'; readonly frames: readonly Uint8Array[] }
  | { readonly kind: 'violation'; readonly code: 'malformed' | 'too-large' | 'too-many-ranges' }

interface Budget {
  readonly requests: TokenBucket
  readonly bytes: TokenBucket
}

export class RepairServer {
  readonly #trees: Readonly<Record<SetName, FingerprintTree>>
  readonly #budgets = new Map<PeerId, Budget>()

  constructor(trees: Readonly<Record<SetName, FingerprintTree>>) {
    this.#trees = trees
  }

  disconnected(peer: PeerId): void {
    this.#budgets.delete(peer)
  }

  /**
   * Answers one request of the `reconcile` protocol. @param isDone whether a key that we lack was had before and isn't
   * wanted again
   */
  serve(peer: PeerId, bytes: Uint8Array, monoMs: number, isDone: (set: SetName, key: ItemKey) => boolean): Served {
    if (bytes.byteLength > FRAME_BYTES_MAX) return { kind: 'violation', code: 'too-large' }
    const budget = this.#budgetOf(peer, monoMs)
    if (!budget.requests.take(1, monoMs) || budget.bytes.spend(bytes.byteLength, monoMs) > 0) return busy()
    const request = decodeReconcileRequest(bytes)
    if (request === null) return { kind: 'violation', code: 'malformed' }
    const tree = this.#trees[request.set]
    if (request.kind === 'offer') {
      const isKnown = request.keys.map((key) => tree.has(key) || isDone(request.set, key))
      const frames = [encodeReconcileFrame({ kind: 'taken', bits: bitsOf(isKnown) })]
      const known = request.keys.filter((_, index) => isKnown[index])
      const lacking = request.keys.filter((_, index) => isKnown[index] !== true)
      return { kind: 'offered', set: request.set, frames, known, lacking }
    }
    const answer = respond(tree, request, bytes.byteLength, REPLY_BYTES_MAX)
    if (answer.kind === 'violation') return answer
    // An answer may run into debt once; until it is paid off there is no other.
    budget.bytes.spend(
      answer.frames.reduce((sum, frame) => sum + frame.byteLength, 0),
      monoMs,
    )
    return { kind: 'compared', set: request.set, frames: answer.frames, equalUpTo: answer.equalUpTo }
  }

  #budgetOf(peer: PeerId, monoMs: number): Budget {
    let budget = this.#budgets.get(peer)
    if (budget === undefined) {
      budget = {
        requests: new TokenBucket({ perSecond: SERVE_REQUESTS_PER_SECOND, burst: SERVE_REQUESTS_BURST, nowMs: monoMs }),
        bytes: new TokenBucket({ perSecond: SERVE_BYTES_PER_SECOND, burst: SERVE_BYTES_BURST, nowMs: monoMs }),
      }
      this.#budgets.set(peer, budget)
    }
    return budget
  }
}

/** Bit i of byte j stands for key 8 j + i. */
export function bitsOf(flags: readonly boolean[]): Uint8Array {
  const bits = new Uint8Array(Math.ceil(flags.length / 8))
  flags.forEach((flag, index) => {
    if (flag) bits[index >> 3] = (bits[index >> 3] as number) | (1 << (index & 7))
  })
  return bits
}

function busy(): Served {
  return { kind: 'busy', frames: [encodeReconcileFrame({ kind: 'busy' })] }
}
