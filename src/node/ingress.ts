/**
 * Messages between the router and the kernel: bounded, and fair by peer.
 *
 * Rules. A bound on count and bytes over all, and on count for one peer. *Rationale*: the router processes what comes without waiting, so
 * back-pressure is ours (ARCHITECTURE.md, gossipsub 7). Peers take turns, one message each. *Rationale*: a flood from one peer delays its own messages, not
 * those of the others. What waited too long is given up: its verdict would come too late to have an effect.
 *
 * Invariants: count and bytes are the sums over the queues; no empty queue is kept.
 */
import type { MessageId, PeerId } from '../domain/ids.ts'
import type { Topic } from '../domain/protocols.ts'
import { BoundedQueue } from '../lib/bounded-queue.ts'
import { INGRESS_BYTES_MAX, INGRESS_COUNT_MAX, INGRESS_PEER_COUNT_MAX } from './limits.ts'

export interface IngressMessage {
  readonly topic: Topic
  readonly bytes: Uint8Array
  readonly from: PeerId
  readonly messageId: MessageId
  readonly arrivedMonoMs: number
}

export class Ingress {
  /** In turn order: the first peer is next. */
  readonly #queues = new Map<PeerId, BoundedQueue<IngressMessage>>()
  #count = 0
  #bytes = 0

  get count(): number {
    return this.#count
  }

  /** Queues a message; false when a bound would be passed. */
  push(message: IngressMessage): boolean {
    const size = message.bytes.byteLength
    if (this.#count >= INGRESS_COUNT_MAX || this.#bytes + size > INGRESS_BYTES_MAX) return false
    const queue = this.#queues.get(message.from) ?? new BoundedQueue<IngressMessage>(INGRESS_PEER_COUNT_MAX)
    if (!queue.push(message)) return false
    this.#queues.set(message.from, queue)
    this.#count++
    this.#bytes += size
    return true
  }

  /** The next message: the oldest of the peer whose turn it is. */
  shift(): IngressMessage | undefined {
    for (const [peer, queue] of this.#queues) {
      this.#queues.delete(peer)
      const message = queue.shift()
      if (message === undefined) continue
      if (queue.size > 0) this.#queues.set(peer, queue)
      this.#count--
      this.#bytes -= message.bytes.byteLength
      return message
    }
    return undefined
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: 'ingress.messages', size: this.#count, capacity: INGRESS_COUNT_MAX, unit: 'messages' },
      { name: 'ingress.bytes', size: this.#bytes, capacity: INGRESS_BYTES_MAX, unit: 'bytes' },
    ]
  }
}
