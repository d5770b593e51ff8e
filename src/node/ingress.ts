/**
 * Messages between the router and the kernel: bounded, and fair by peer.
 *
 * Rules. A bound on count and bytes over all, and on count for one peer. *Rationale*: the router processes what comes without waiting, so
 * back-pressure is ours (ARCHITECTURE.md, gossipsub 7). Peers take turns, one message each. *Rationale*: a flood from one peer delays its own messages, not
 * those of the others. What waited too long is given up: its verdict would come too late to have an effect.
 * Blocks go first, up to BLOCKS_IN_A_ROW of them. *Rationale*: transactions that came behind a block may be paid by it alone; judged before it
 * they would be charged to an honest peer (attack A33), and everything else can wait for the few bytes of a header.
 *
 * Invariants: count and bytes are the sums over the queues; no empty queue is kept.
 */
import type { MessageId, PeerId } from '../domain/ids.ts'
import type { Topic } from '../domain/protocols.ts'
import { BoundedQueue } from '../lib/bounded-queue.ts'
import {
  BLOCKS_IN_A_ROW,
  INGRESS_BYTES_MAX,
  INGRESS_COUNT_MAX,
  INGRESS_PEER_BLOCKS_MAX,
  INGRESS_PEER_COUNT_MAX,
} from './limits.ts'

export interface IngressMessage {
  readonly topic: Topic
  readonly bytes: Uint8Array
  readonly from: PeerId
  readonly messageId: MessageId
  readonly arrivedMonoMs: number
}

/** In turn order: the first peer is next. */
type Lane = Map<PeerId, BoundedQueue<IngressMessage>>

export class Ingress {
  readonly #blocks: Lane = new Map()
  readonly #others: Lane = new Map()
  #blocksInARow = 0
  #count = 0
  #bytes = 0

  get count(): number {
    return this.#count
  }

  /** Queues a message; false when a bound would be passed. */
  push(message: IngressMessage): boolean {
    const size = message.bytes.byteLength
    if (this.#count >= INGRESS_COUNT_MAX || this.#bytes + size > INGRESS_BYTES_MAX) return false
    const isBlock = message.topic === 'blocks'
    const lane = isBlock ? this.#blocks : this.#others
    const share = isBlock ? INGRESS_PEER_BLOCKS_MAX : INGRESS_PEER_COUNT_MAX
    const queue = lane.get(message.from) ?? new BoundedQueue<IngressMessage>(share)
    if (!queue.push(message)) return false
    lane.set(message.from, queue)
    this.#count++
    this.#bytes += size
    return true
  }

  /** The next message: the oldest of the peer whose turn it is, blocks before others. */
  shift(): IngressMessage | undefined {
    const blocksFirst = this.#blocks.size > 0 && (this.#blocksInARow < BLOCKS_IN_A_ROW || this.#others.size === 0)
    this.#blocksInARow = blocksFirst ? this.#blocksInARow + 1 : 0
    return this.#take(blocksFirst ? this.#blocks : this.#others)
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: 'ingress.messages', size: this.#count, capacity: INGRESS_COUNT_MAX, unit: 'messages' },
      { name: 'ingress.bytes', size: this.#bytes, capacity: INGRESS_BYTES_MAX, unit: 'bytes' },
    ]
  }

  #take(lane: Lane): IngressMessage | undefined {
    for (const [peer, queue] of lane) {
      lane.delete(peer)
      const message = queue.shift()
      if (message === undefined) continue
      if (queue.size > 0) lane.set(peer, queue)
      this.#count--
      this.#bytes -= message.bytes.byteLength
      return message
    }
    return undefined
  }
}
