import type { MessageId, PeerId } from '../domain/ids.ts'
import type { Topic } from '../domain/protocols.ts'
import type { Verdict } from '../domain/verdict.ts'

export type PublishOutcome =
  /** `messageId` where the router took it: copies of it that come back carry that. */
  | { readonly kind: 'published'; readonly recipients: number; readonly messageId?: MessageId }
  /** The router has seen these exact bytes on this topic within its memory. */
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'failed'; readonly reason: string }

export interface TopicMesh {
  readonly topic: Topic
  /** Connected peers that subscribe to the topic. */
  readonly subscribers: readonly PeerId[]
  /** Those among them to whom whole messages are sent. */
  readonly mesh: readonly PeerId[]
}

/**
 * What became of a message as it arrived: passed on to the router, or dropped because its sender is being disconnected,
 * scores too low or is over its budget, or because the message is not one that an honest node sends.
 */
export type ArrivalFate = 'passed' | 'full' | 'muted' | 'graylisted' | 'flood' | 'malformed'

/**
 * What no honest node sends: RPCs that are undecodable or carry fields that must be empty, oversized ones, more than
 * any budget, and copies of messages that were rejected.
 */
export type Malformed = 'rpc' | 'oversize' | 'flood' | 'forged-copy'

/** What a gossip router tells; every call is synchronous and must be cheap. */
export interface GossipListener {
  /** A message that the router has not seen before. It owes a verdict through `reportVerdict` within 5 s. */
  onMessage(message: { topic: Topic; bytes: Uint8Array; from: PeerId; messageId: MessageId }): void
  /**
   * Whether there is room for one more message of a peer, blocks aside, behind `ahead` of its messages that are on
   * their way, and beside so many `peers` that share the room. What there is no room for waits with the router's side
   * until `resume`. Absent: there always is.
   */
  hasRoom?(peer: PeerId, ahead: { readonly messages: number; readonly bytes: number; readonly peers: number }): boolean
  /** Messages of one RPC on one topic came in: each is told here once, before anything else is told of it. */
  onArrival?(arrival: { topic: Topic; messages: number; fate: ArrivalFate }): void
  /** A further copy of a message that the router has seen. */
  onDuplicate(copy: { topic: Topic; from: PeerId; messageId: MessageId; bytes: number }): void
  /** A peer sent something that no honest node sends. */
  onMalformed(peer: PeerId, what: Malformed): void
  /**
   * A peer scores so low that the router hears nothing of it, for `sinceMs` now: told for each RPC that is dropped for
   * it, with the number of its messages, and once a heartbeat while the peer is connected (0 messages).
   */
  onUnheard(peer: PeerId, messages: number, sinceMs: number): void
  /** Subscribers or mesh of a topic changed. */
  onMeshChange(change: { topic: Topic; peer: PeerId; event: 'subscribe' | 'unsubscribe' | 'graft' | 'prune' }): void
}

/** Best-effort spread of messages over topics: may lose, delay, reorder and repeat, may not alter. */
export interface Gossip {
  /** Hands a message to the mesh. `flood` sends it to all subscribers, for when the mesh is thin. Never rejects. */
  publish(topic: Topic, bytes: Uint8Array, options: { flood: boolean }): Promise<PublishOutcome>
  /** The verdict on a message from `onMessage`; false when it came too late to have an effect. */
  reportVerdict(messageId: MessageId, from: PeerId, verdict: Verdict): boolean
  /** The listener has room again: what waited for it comes now. */
  resume(): void
  meshOf(topic: Topic): TopicMesh
  /** The router's score of a peer. */
  score(peer: PeerId): number
}
