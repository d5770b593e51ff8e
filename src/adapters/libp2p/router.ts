/**
 * What we use of gossipsub's router class. It isn't exported, and its published interface lacks half of this, so the
 * narrow type is declared once, here, and checked when a node starts (router-hooks.ts).
 */
import type { GossipSub, TopicValidatorResult } from '@chainsafe/libp2p-gossipsub'

/** A remote peer, as the library passes it. */
export interface RouterPeer {
  toString(): string
}

export interface RpcMessage {
  topic: string
  data?: Uint8Array
  /** These four must be absent: our objects are signed themselves (StrictNoSign). */
  from?: Uint8Array
  seqno?: Uint8Array
  signature?: Uint8Array
  key?: Uint8Array
}

interface IdList {
  /** Of IHAVE alone. */
  topicID?: string
  messageIDs: Uint8Array[]
}

export interface RpcControl {
  ihave: IdList[]
  iwant: IdList[]
  idontwant: IdList[]
  graft: unknown[]
  prune: unknown[]
}

/** One decoded RPC. */
export interface Rpc {
  subscriptions: unknown[]
  messages: RpcMessage[]
  control?: RpcControl
}

/** One frame of a gossip stream. */
export interface RpcFrame {
  subarray(): Uint8Array
}

export interface GossipRouter extends Pick<GossipSub, 'addEventListener' | 'subscribe'> {
  /** What it asked peers for, and holds against them if it does not come. */
  readonly gossipTracer: { deliverMessage(id: string): void }
  publish(
    topic: string,
    data: Uint8Array,
    options: { floodPublish: boolean },
  ): Promise<{ recipients: readonly RouterPeer[] }>
  getSubscribers(topic: string): readonly RouterPeer[]
  getMeshPeers(topic: string): readonly string[]
  getScore(peer: string): number
  reportMessageValidationResult(messageId: string, from: string, verdict: TopicValidatorResult): void
  /**
   * Takes one decoded RPC. Not private, and the library calls it through the instance: the place to stand in between.
   */
  handleReceivedRpc(from: RouterPeer, rpc: Rpc): Promise<void>

  // Private in the library; without them neither undecodable nor oversized RPCs have a sender.
  /** Reads a peer's gossip stream to its end. */
  pipePeerReadStream(from: RouterPeer, frames: AsyncIterable<RpcFrame>): Promise<void>
  /** Throws on bytes that are no RPC within the limits. */
  decodeRpc(bytes: Uint8Array): Rpc
  /** Hands a judged message to the mesh but to those excluded. */
  forwardMessage(id: string, message: RpcMessage, source: string | undefined, exclude: Set<string> | undefined): void
  /** False: the peer has no stream. */
  sendRpc(peer: string, rpc: Rpc): boolean
  /** Takes the peer in, and opens a stream to it unless there is one. */
  onPeerConnected(peer: RouterPeer, connection: object): void
  /** A peer's gossip stream broke. */
  handlePeerReadStreamError(error: Error, from: RouterPeer): void
}

const METHODS = [
  'addEventListener',
  'subscribe',
  'publish',
  'getSubscribers',
  'getMeshPeers',
  'getScore',
  'reportMessageValidationResult',
  'handleReceivedRpc',
  'pipePeerReadStream',
  'decodeRpc',
  'handlePeerReadStreamError',
  'onPeerConnected',
  'forwardMessage',
  'sendRpc',
] as const satisfies readonly (keyof GossipRouter)[]

/**
 * The router behind gossipsub's public interface. Throws, naming it, when a release lacks a method that we stand on.
 */
export function routerOf(gossipsub: GossipSub): GossipRouter {
  const router = gossipsub as unknown as GossipRouter
  for (const method of METHODS) {
    if (typeof router[method] !== 'function')
      throw new Error(
        `gossipsub has no method "${method}" in this release: the adapter relies on it; install the version of package-lock.json`,
      )
  }
  return router
}
