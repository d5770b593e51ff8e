/**
 * Messages between the router and the kernel: bounded, and fair by peer.
 *
 * Rules. A bound on count and bytes over all, and on count for one peer. *Rationale*: the router processes what comes
 * without waiting, so back-pressure is ours (ARCHITECTURE.md, gossipsub 7). Peers take turns, by the bytes that each
 * has had (fair-turns.ts), and a message costs INGRESS_MESSAGE_BYTES more than it has. *Rationale*: a flood from one
 * peer delays its own messages, not those of the others; and with a message each whoever sends batches would get a
 * hundred times as much checked as whoever sends transactions one by one, whose messages would grow too old. Without
 * room for a newcomer, the newest message of whoever has most waiting gives way to one of whoever has less.
 * *Rationale*: four peers with a full share each would keep everybody else out for as long as they go on (A46). What
 * waited too long is given up: its verdict would come too late to have an effect. Room is asked for before a message is
 * remembered as known, and given for what can be judged within INGRESS_AIM_MS, in equal shares. *Rationale*: an honest
 * burst is to come later, not never. Blocks go first, up to BLOCKS_IN_A_ROW of them. *Rationale*: transactions that
 * came behind a block may be paid by it alone; judged before it they would be charged to an honest peer (attack A33),
 * and everything else can wait for the few bytes of a header.
 *
 * Invariants: count and bytes are the sums over the queues; no empty queue is kept.
 */
import type { MessageId, PeerId } from '../domain/ids.ts'
import type { Topic } from '../domain/protocols.ts'
import { BoundedQueue } from '../lib/bounded-queue.ts'
import {
  BLOCKS_IN_A_ROW,
  INGRESS_AIM_MS,
  INGRESS_BYTES_MAX,
  INGRESS_COUNT_MAX,
  INGRESS_MESSAGE_BYTES,
  INGRESS_PEER_BLOCKS_MAX,
  INGRESS_PEER_COUNT_MAX,
  INGRESS_PEER_COUNT_MIN,
  INGRESS_RATE_DEFAULT,
  INGRESS_RATE_MEMORY_MS,
  INGRESS_SHARED,
  INGRESS_WAIT_MAX_MS,
} from './limits.ts'
import { FairTurns } from './fair-turns.ts'
import { WorkingRate } from './working-rate.ts'

export interface IngressMessage {
  readonly topic: Topic
  readonly bytes: Uint8Array
  readonly from: PeerId
  readonly messageId: MessageId
  readonly arrivedMonoMs: number
}

/** What waits of one peer in one lane. */
interface Waiting {
  readonly queue: BoundedQueue<IngressMessage>
  bytes: number
}

class Lane {
  readonly waiting = new Map<PeerId, Waiting>()
  readonly turns = new FairTurns()
}

/** All of it has a place. */
const NONE: readonly IngressMessage[] = []

export class Ingress {
  readonly #blocks = new Lane()
  readonly #others = new Lane()
  readonly #rate = new WorkingRate({ otherwise: INGRESS_RATE_DEFAULT, memoryMs: INGRESS_RATE_MEMORY_MS })
  #blocksInARow = 0
  #count = 0
  #bytes = 0

  get count(): number {
    return this.#count
  }

  /**
   * Whether one more message of the peer, blocks aside, would have room and be judged in time; `ahead`: what is on its
   * way here.
   */
  hasRoom(peer: PeerId, ahead: { readonly messages: number; readonly bytes: number; readonly peers: number }): boolean {
    const waiting = this.#others.waiting.get(peer)
    const messages = (waiting?.queue.size ?? 0) + ahead.messages
    const sharers = Math.max(this.#others.waiting.size + (waiting === undefined ? 1 : 0), ahead.peers)
    const most = Math.min(INGRESS_PEER_COUNT_MAX, INGRESS_COUNT_MAX / sharers) * INGRESS_SHARED
    if (messages >= most) return false
    // One large message is always on its way; a few small ones as long as they come in time.
    if (messages === 0) return true
    const bytes = ((waiting?.bytes ?? 0) + ahead.bytes) * sharers
    const aimMs = messages < INGRESS_PEER_COUNT_MIN ? INGRESS_WAIT_MAX_MS / 2 : INGRESS_AIM_MS
    return bytes < Math.min(this.#rate.perMs * aimMs, INGRESS_BYTES_MAX * INGRESS_SHARED)
  }

  /**
   * Queues a message. Returns what has no place: nothing, the message itself, or what waited of those who had more
   * waiting than who sent it.
   */
  push(message: IngressMessage): readonly IngressMessage[] {
    const size = message.bytes.byteLength
    const isBlock = message.topic === 'blocks'
    const lane = isBlock ? this.#blocks : this.#others
    const waiting = lane.waiting.get(message.from)
    const share = isBlock ? INGRESS_PEER_BLOCKS_MAX : INGRESS_PEER_COUNT_MAX
    if ((waiting?.queue.size ?? 0) >= share) return [message]
    const displaced: IngressMessage[] = []
    while (!this.#fits(size)) {
      const other = this.#displace(loadOf((waiting?.queue.size ?? 0) + 1, (waiting?.bytes ?? 0) + size))
      if (other === undefined) return [...displaced, message]
      displaced.push(other)
    }
    const own = waiting ?? { queue: new BoundedQueue<IngressMessage>(share), bytes: 0 }
    own.queue.push(message)
    own.bytes += size
    lane.waiting.set(message.from, own)
    lane.turns.enter(message.from)
    this.#count++
    this.#bytes += size
    return displaced.length === 0 ? NONE : displaced
  }

  /** The next message: the oldest of the peer whose turn it is, blocks before others. `nowMs`: monotonic. */
  shift(nowMs: number): IngressMessage | undefined {
    const [blocks, others] = [this.#blocks.waiting.size, this.#others.waiting.size]
    const blocksFirst = blocks > 0 && (this.#blocksInARow < BLOCKS_IN_A_ROW || others === 0)
    this.#blocksInARow = blocksFirst ? this.#blocksInARow + 1 : 0
    const message = this.#take(blocksFirst ? this.#blocks : this.#others, nowMs)
    if (message !== undefined) this.#rate.took(message.bytes.byteLength, this.#count > 0, nowMs)
    return message
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: 'ingress.messages', size: this.#count, capacity: INGRESS_COUNT_MAX, unit: 'messages' },
      { name: 'ingress.bytes', size: this.#bytes, capacity: INGRESS_BYTES_MAX, unit: 'bytes' },
    ]
  }

  #take({ waiting, turns }: Lane, nowMs: number): IngressMessage | undefined {
    const peer = turns.next((one) => costOf(waiting.get(one)?.queue.peek()))
    const its = peer === undefined ? undefined : waiting.get(peer)
    const message = its?.queue.shift()
    if (peer === undefined || its === undefined || message === undefined) return undefined
    // What is too old is not judged: it costs its sender's fresh ones nothing.
    if (nowMs - message.arrivedMonoMs <= INGRESS_WAIT_MAX_MS) turns.took(peer, costOf(message))
    this.#left({ waiting, turns }, peer, its, message)
    return message
  }

  #fits(size: number): boolean {
    return this.#count < INGRESS_COUNT_MAX && this.#bytes + size <= INGRESS_BYTES_MAX
  }

  /** Takes out the newest message of whoever has most waiting, if that is more than `load`. */
  #displace(load: number): IngressMessage | undefined {
    let most: { readonly lane: Lane; readonly peer: PeerId; readonly waiting: Waiting } | null = null
    let highest = load
    for (const lane of [this.#blocks, this.#others]) {
      for (const [peer, waiting] of lane.waiting) {
        const its = loadOf(waiting.queue.size, waiting.bytes)
        if (its <= highest) continue
        most = { lane, peer, waiting }
        highest = its
      }
    }
    const message = most?.waiting.queue.pop()
    if (most === null || message === undefined) return undefined
    this.#left(most.lane, most.peer, most.waiting, message)
    return message
  }

  #left({ waiting, turns }: Lane, peer: PeerId, its: Waiting, message: IngressMessage): void {
    its.bytes -= message.bytes.byteLength
    if (its.queue.size === 0) {
      waiting.delete(peer)
      turns.leave(peer)
    }
    this.#count--
    this.#bytes -= message.bytes.byteLength
  }
}

/** What part of the room it takes, by the bound that is nearer. */
function loadOf(count: number, bytes: number): number {
  return Math.max(count / INGRESS_COUNT_MAX, bytes / INGRESS_BYTES_MAX)
}

function costOf(message: IngressMessage | undefined): number {
  return message === undefined ? 0 : message.bytes.byteLength + INGRESS_MESSAGE_BYTES
}
