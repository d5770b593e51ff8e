/**
 * Messages that wait before the router, because the node has no room for more of their sender's. The router remembers whatever it is given, and what is
 * then dropped unjudged never comes again (gossipsub 17.1.1): so it is given only what there is room for, and an honest peer's burst is late, not lost.
 *
 * Rules.
 * - Messages of one peer go on in the order in which they came. Blocks, what the router knows already, and everything in an RPC beside messages never wait.
 *   *Rationale*: a block is what the transactions behind it may need, and a copy costs nothing more.
 * - A peer of which ANTEROOM_PEER_BYTES_MAX wait, or its share of ANTEROOM_BYTES_MAX, is not read from until less do. *Rationale*: its stream's window then fills, and
 *   its own program is told to wait, as the transport means it.
 *
 * The attacker's best move is to fill his own share: he waits for himself. Bounded: by the bytes above and one RPC of each connected peer; `forget` drops
 * who leaves. Cost: O(1) a message, O(peers that wait) for each time there is room again.
 */
import type { PeerId } from '../../domain/ids.ts'
import { BoundedQueue } from '../../lib/bounded-queue.ts'
import { RPC_MESSAGES_MAX } from './gossip-options.ts'
import { ANTEROOM_BYTES_MAX, ANTEROOM_PEER_BYTES_MAX, ANTEROOM_PEER_COUNT_MAX } from './limits.ts'

/** What is on its way to the listener, and not yet part of what it counts. */
export interface Ahead {
  readonly messages: number
  readonly bytes: number
}

export interface AnteroomParts<M> {
  /** Whether there is room for one more of the peer's messages, behind those ahead of it. */
  readonly hasRoom: (peer: PeerId, ahead: Ahead) => boolean
  readonly sizeOf: (message: M) => number
  /** Nothing of a message must keep the frame alive in which it came. */
  readonly keep: (message: M) => M
}

interface Waiting<M, C> {
  readonly queue: BoundedQueue<M>
  bytes: number
  /** What its messages came with last. */
  context: C
  /** Its stream waits for these. */
  readonly readers: (() => void)[]
}

export class Anteroom<M, C> {
  readonly #parts: AnteroomParts<M>
  readonly #peers = new Map<PeerId, Waiting<M, C>>()
  #messages = 0
  #bytes = 0

  constructor(parts: AnteroomParts<M>) {
    this.#parts = parts
  }

  /** Messages came from a peer: returns those that go on now; the others wait. `passes`: which of them never do; `context`: returned with what waits. */
  enter(peer: PeerId, messages: M[], passes: (message: M) => boolean, context: C): M[] {
    if (!this.#peers.has(peer) && this.#countGoing(peer, messages) === messages.length) return messages
    const going: M[] = []
    let ahead: Ahead = { messages: 0, bytes: 0 }
    for (const message of messages) {
      const isFree = passes(message)
      if (isFree || (!this.#peers.has(peer) && this.#parts.hasRoom(peer, ahead))) {
        going.push(message)
        if (!isFree) ahead = this.#behind(ahead, message)
      } else if (!this.#wait(peer, message, context)) going.push(message)
    }
    return going
  }

  /** There is room again: what goes on now, of each peer in its order. */
  *leave(): Generator<{ readonly peer: PeerId; readonly messages: M[]; readonly context: C }> {
    for (const [peer, waiting] of [...this.#peers]) {
      const messages: M[] = []
      let ahead: Ahead = { messages: 0, bytes: 0 }
      while (this.#parts.hasRoom(peer, ahead)) {
        const message = waiting.queue.shift()
        if (message === undefined) break
        ahead = this.#behind(ahead, message)
        messages.push(message)
      }
      this.#left(waiting, ahead)
      if (waiting.queue.size === 0) this.#peers.delete(peer)
      if (!this.#isFull(waiting)) for (const resume of waiting.readers.splice(0)) resume()
      if (messages.length > 0) yield { peer, messages, context: waiting.context }
    }
  }

  /** Whether the peer may be read from; a promise where it must wait, and be asked for again then. */
  turnOf(peer: PeerId): Promise<void> | true {
    const waiting = this.#peers.get(peer)
    if (waiting === undefined || !this.#isFull(waiting)) return true
    return new Promise((resolve) => {
      waiting.readers.push(resolve)
    })
  }

  /** The peer is gone, or is to go: what waited of it is returned, and is nobody's any more. */
  forget(peer: PeerId): readonly M[] {
    const waiting = this.#peers.get(peer)
    if (waiting === undefined) return []
    this.#peers.delete(peer)
    const dropped: M[] = []
    for (let message = waiting.queue.shift(); message !== undefined; message = waiting.queue.shift())
      dropped.push(message)
    this.#left(waiting, { messages: dropped.length, bytes: waiting.bytes })
    for (const resume of waiting.readers.splice(0)) resume()
    return dropped
  }

  get messages(): number {
    return this.#messages
  }

  get bytes(): number {
    return this.#bytes
  }

  #countGoing(peer: PeerId, messages: readonly M[]): number {
    let ahead: Ahead = { messages: 0, bytes: 0 }
    for (const message of messages) {
      if (!this.#parts.hasRoom(peer, ahead)) break
      ahead = this.#behind(ahead, message)
    }
    return ahead.messages
  }

  /** False: it has no place, and is for the listener to refuse. */
  #wait(peer: PeerId, message: M, context: C): boolean {
    let waiting = this.#peers.get(peer)
    if (waiting === undefined) {
      waiting = { queue: new BoundedQueue(ANTEROOM_PEER_COUNT_MAX + RPC_MESSAGES_MAX), bytes: 0, context, readers: [] }
      this.#peers.set(peer, waiting)
    }
    waiting.context = context
    const kept = this.#parts.keep(message)
    if (!waiting.queue.push(kept)) return false
    const bytes = this.#parts.sizeOf(kept)
    waiting.bytes += bytes
    this.#bytes += bytes
    this.#messages++
    return true
  }

  #isFull({ queue, bytes }: Waiting<M, C>): boolean {
    const share = Math.min(ANTEROOM_PEER_BYTES_MAX, ANTEROOM_BYTES_MAX / Math.max(1, this.#peers.size))
    return bytes >= share || queue.size >= ANTEROOM_PEER_COUNT_MAX
  }

  #left(waiting: Waiting<M, C>, { messages, bytes }: Ahead): void {
    waiting.bytes -= bytes
    this.#bytes -= bytes
    this.#messages -= messages
  }

  #behind({ messages, bytes }: Ahead, message: M): Ahead {
    return { messages: messages + 1, bytes: bytes + this.#parts.sizeOf(message) }
  }
}
