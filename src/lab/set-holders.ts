/**
 * Nodes that hold sets and compare them by twos, with the machine that nodes use (sync/reconcile-session): no network,
 * no time.
 */
import { decodeReconcileRequest } from '../domain/codec/reconcile-codec.ts'
import { itemKey, type ItemKey } from '../domain/item-key.ts'
import { assert } from '../lib/assert.ts'
import { toHex } from '../lib/bytes.ts'
import type { Prng } from '../lib/prng.ts'
import { FingerprintTree } from '../sync/fingerprint-tree.ts'
import { EPOCH_MS, REPLY_BYTES_MAX } from '../sync/limits.ts'
import { respond } from '../sync/reconcile.ts'
import { ReconcileSession } from '../sync/reconcile-session.ts'

/** Any epoch: its salt is the same for all. */
const EPOCH = 1_000
const CONTEXT = Uint8Array.of(7)

export interface Item {
  readonly key: ItemKey
  readonly order: number
  readonly id: string
}

/** An item that was made at `order`, ms. */
export function itemOf(order: number, random: Prng): Item {
  const id = toHex(random.bytes(32))
  return { key: itemKey(order, id), order, id }
}

export interface Compared {
  /** What the asker lacks, and what the answerer does; of the latter the first thousands. */
  readonly need: readonly ItemKey[]
  readonly have: readonly ItemKey[]
  /** Requests and answers, bytes. */
  readonly bytes: number
}

export class SetHolders {
  readonly #items = new Map<ItemKey, Item>()
  readonly #trees: readonly FingerprintTree[]

  constructor(nodes: number) {
    this.#trees = Array.from({ length: nodes }, () => {
      const tree = new FingerprintTree(CONTEXT)
      tree.tend(EPOCH * EPOCH_MS)
      return tree
    })
  }

  /** Nodes. */
  get count(): number {
    return this.#trees.length
  }

  give(node: number, item: Item): void {
    this.#items.set(item.key, item)
    this.#of(node).insert(item.order, item.id)
  }

  /** A node takes what it learnt of by comparing. */
  take(node: number, key: ItemKey): void {
    const item = this.#items.get(key)
    assert(item !== undefined, 'an item that somebody has')
    this.#of(node).insert(item.order, item.id)
  }

  has(node: number, key: ItemKey): boolean {
    return this.#of(node).has(key)
  }

  /** One comparison: the asker with the answerer. Nothing is taken yet. */
  compare(asker: number, answerer: number): Compared {
    const session = new ReconcileSession(this.#of(asker), 'transactions', EPOCH)
    for (;;) {
      const bytes = session.request()
      const request = decodeReconcileRequest(bytes)
      assert(request?.kind === 'compare', 'a session asks for comparisons')
      const answer = respond(this.#of(answerer), request, bytes.byteLength, REPLY_BYTES_MAX)
      assert(answer.kind === 'answered', 'an honest request is answered')
      const progress = session.answered(answer.frames)
      if (progress.kind === 'continue') continue
      assert(progress.kind === 'finished', 'an honest answer is taken')
      return { need: session.need, have: session.have, bytes: session.bytes }
    }
  }

  #of(node: number): FingerprintTree {
    const tree = this.#trees[node]
    assert(tree !== undefined, 'a node of this network')
    return tree
  }
}

/** Somebody else than `self`, by chance. */
export function otherThan(self: number, count: number, random: Prng): number {
  const drawn = random.below(count - 1)
  return drawn >= self ? drawn + 1 : drawn
}
