/**
 * What to publish together: Nagle's idea without a timer. The first transaction leaves at once; those that come while
 * the last message is leaving wait for each other and leave as one. An idle node adds no delay, a busy one sends full
 * batches.
 *
 * Rules. Nothing leaves while nobody listens on the topic: gossip would forget it, so it waits. Order is kept. A batch
 * holds at most BATCH_COUNT_MAX items and BATCH_BYTES_MAX bytes. The queue is bounded; what does not fit stays in the
 * pool, where repair finds it.
 *
 * Invariants: at most one message leaves at a time; queue within its bound.
 */
import { assert } from '../lib/assert.ts'
import type { TxId } from '../domain/ids.ts'
import { BATCH_BYTES_MAX, BATCH_COUNT_MAX } from '../domain/params.ts'
import { BoundedQueue } from '../lib/bounded-queue.ts'
import { OUTBOX_COUNT_MAX } from './limits.ts'

export interface Outgoing {
  readonly id: TxId
  readonly bytes: Uint8Array
  /** Made by this node's user, in contrast to what is handed on apart from the message it came in. */
  readonly own: boolean
}

export class Batcher {
  readonly #queue = new BoundedQueue<Outgoing>(OUTBOX_COUNT_MAX)
  /** The batch that is leaving; kept until it has left, so that one that nobody took can leave again. */
  #leaving: readonly Outgoing[] | null = null
  /** Batches that nobody took, before everything else. */
  #returned: readonly Outgoing[] | null = null
  #listeners = 0

  /** Adds a transaction; false when the queue is full. */
  add(item: Outgoing): boolean {
    return this.#queue.push(item)
  }

  /** How many peers listen on the topic now. */
  listenersChanged(count: number): void {
    this.#listeners = count
  }

  /**
   * The message that was leaving has left. `taken`: somebody got it. If nobody did, it stays first in line until
   * listeners are heard of again: the router has not kept it.
   */
  left(taken: boolean): void {
    if (!taken) {
      this.#returned = this.#leaving
      this.#listeners = 0
    }
    this.#leaving = null
  }

  /** The next batch to publish, or null when one is leaving, nobody listens, or nothing waits. */
  next(): readonly Outgoing[] | null {
    if (this.#leaving !== null || this.#listeners === 0) return null
    const batch = this.#returned ?? this.#gather()
    this.#returned = null
    if (batch.length === 0) return null
    this.#leaving = batch
    return batch
  }

  #gather(): Outgoing[] {
    const batch: Outgoing[] = []
    let bytes = 0
    for (
      let item = this.#queue.peek();
      item !== undefined && batch.length < BATCH_COUNT_MAX;
      item = this.#queue.peek()
    ) {
      const cost = 4 + item.bytes.byteLength
      if (batch.length > 0 && bytes + cost > BATCH_BYTES_MAX) break
      this.#queue.shift()
      batch.push(item)
      bytes += cost
    }
    return batch
  }

  /** Whether a batch came back that nobody took: it is offered again at the next wake. */
  get isReturned(): boolean {
    return this.#returned !== null
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [{ name: 'batcher.queue', size: this.#queue.size, capacity: this.#queue.capacity, unit: 'transactions' }]
  }

  invariants(): void {
    assert(this.#queue.size <= this.#queue.capacity, 'outbox within its bound')
  }
}
