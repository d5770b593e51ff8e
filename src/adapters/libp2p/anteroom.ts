/**
 * Messages that wait before the router, because the node has no room for more of their sender's. The router remembers
 * whatever it is given, and what is then dropped unjudged never comes again (gossipsub 17.1.1): so it is given only
 * what there is room for, and an honest peer's burst is late, not lost.
 *
 * Rules.
 * - Messages of one peer go on in the order in which they came. What `passes` never waits.
 * - What a peer sends beyond its share of the room is refused. *Rationale*: it is not known to the router, so that the
 *   copy of another peer, or a comparison of pools, still brings it. Reading goes on all the same: a stream that is not
 *   read breaks at its sender (gossipsub 17.1.1 gives up at 4 MiB).
 *
 * The attacker's best move is to fill his own share: he waits for himself. Bounded by ANTEROOM_BYTES_MAX over all;
 * `forget` drops who leaves. Cost: O(1) a message, O(peers that wait) each time there is room again.
 */
import type { PeerId } from '../../domain/ids.ts'
import { ANTEROOM_BYTES_MAX, ANTEROOM_MESSAGE_BYTES, ANTEROOM_PEER_BYTES_MAX } from './limits.ts'

/** What is on its way to the listener, and not yet part of what it counts. */
export interface Ahead {
  /** Of the same peer. */
  readonly messages: number
  readonly bytes: number
  /** Peers that share the room at the same time. */
  readonly peers: number
}

export interface AnteroomParts<M> {
  /** Whether there is room for one more of the peer's messages, behind those ahead of it. */
  readonly hasRoom: (peer: PeerId, ahead: Ahead) => boolean
  readonly sizeOf: (message: M) => number
  /** It will wait: nothing of it must keep the frame alive in which it came. */
  readonly keep: (message: M) => M
}

export interface Entered<M> {
  readonly going: M[]
  readonly refused: readonly M[]
}

interface Waiting<M, C> {
  /** The oldest first. */
  readonly queue: M[]
  bytes: number
  /** What its messages came with last. */
  context: C
}

const NONE: readonly never[] = []

export class Anteroom<M, C> {
  readonly #parts: AnteroomParts<M>
  readonly #peers = new Map<PeerId, Waiting<M, C>>()
  #messages = 0
  #bytes = 0

  constructor(parts: AnteroomParts<M>) {
    this.#parts = parts
  }

  /**
   * Messages came from a peer: which go on now, and which have no place at all; the others wait. `context`: returned
   * with what waits.
   */
  enter(peer: PeerId, messages: M[], passes: (message: M) => boolean, context: C): Entered<M> {
    let ahead: Ahead = { messages: 0, bytes: 0, peers: this.#peers.size }
    let waits = this.#peers.has(peer)
    const going: M[] = []
    const refused: M[] = []
    for (const message of messages) {
      waits ||= !this.#parts.hasRoom(peer, ahead)
      if (!waits) {
        ahead = this.#behind(ahead, message)
        going.push(message)
      } else if (passes(message)) going.push(message)
      else if (!this.#wait(peer, message, context)) refused.push(message)
    }
    return { going, refused: refused.length === 0 ? NONE : refused }
  }

  /** There is room again: what goes on now, of each peer in its order. */
  *leave(): Generator<{ readonly peer: PeerId; readonly messages: M[]; readonly context: C }> {
    const peers = this.#peers.size
    for (const [peer, waiting] of [...this.#peers]) {
      let ahead: Ahead = { messages: 0, bytes: 0, peers }
      for (const message of waiting.queue) {
        if (!this.#parts.hasRoom(peer, ahead)) break
        ahead = this.#behind(ahead, message)
      }
      if (ahead.messages === 0) continue
      const messages = waiting.queue.splice(0, ahead.messages)
      this.#left(waiting, messages)
      if (waiting.queue.length === 0) this.#peers.delete(peer)
      yield { peer, messages, context: waiting.context }
    }
  }

  /** The peer is gone, or is to go: what waited of it is returned, and is nobody's any more. */
  forget(peer: PeerId): readonly M[] {
    const waiting = this.#peers.get(peer)
    if (waiting === undefined) return NONE
    this.#peers.delete(peer)
    this.#left(waiting, waiting.queue)
    return waiting.queue
  }

  get messages(): number {
    return this.#messages
  }

  /** With what each costs beside its data. */
  get bytes(): number {
    return this.#bytes
  }

  /** False: it has no place. */
  #wait(peer: PeerId, message: M, context: C): boolean {
    const known = this.#peers.get(peer)
    const bytes = this.#costOf(message)
    const sharers = this.#peers.size + (known === undefined ? 1 : 0)
    const share = Math.min(ANTEROOM_PEER_BYTES_MAX, ANTEROOM_BYTES_MAX / sharers)
    if ((known?.bytes ?? 0) + bytes > share || this.#bytes + bytes > ANTEROOM_BYTES_MAX) return false
    const waiting = known ?? { queue: [], bytes: 0, context }
    waiting.context = context
    waiting.queue.push(this.#parts.keep(message))
    waiting.bytes += bytes
    this.#bytes += bytes
    this.#messages++
    this.#peers.set(peer, waiting)
    return true
  }

  #left(waiting: Waiting<M, C>, messages: readonly M[]): void {
    const bytes = messages.reduce((sum, message) => sum + this.#costOf(message), 0)
    waiting.bytes -= bytes
    this.#bytes -= bytes
    this.#messages -= messages.length
  }

  #behind({ messages, bytes, peers }: Ahead, message: M): Ahead {
    return { messages: messages + 1, bytes: bytes + this.#parts.sizeOf(message), peers }
  }

  #costOf(message: M): number {
    return this.#parts.sizeOf(message) + ANTEROOM_MESSAGE_BYTES
  }
}
