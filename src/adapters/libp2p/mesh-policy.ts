/**
 * Who shall not be in our meshes, though the router would take it: peers that give us nothing, that do not take what
 * they are sent, and too many of one network; and whose announcements are not listened to. The router is told by their
 * score: negative, so that it prunes them and refuses their GRAFT, and far from the thresholds below which a peer is
 * not heard, but for the loud ones.
 */
import type { PeerId } from '../../domain/ids.ts'
import { LOUD_SCORE, UNWANTED_SCORE } from './limits.ts'
import { LoudPeers } from './loud-peers.ts'
import { MeshDiversity } from './mesh-diversity.ts'
import { SilentPeers } from './silent-peers.ts'

export interface MeshPolicyParts {
  /** Whether we dialled the peer. */
  readonly isOurs: (peer: PeerId) => boolean
  /** The network that a peer which dialled us comes from; null where it counts for none. */
  readonly networkOf: (peer: PeerId) => string | null
  /** Whether the peer keeps ending what we say to it. */
  readonly isDeaf: (peer: PeerId) => boolean
  readonly now: () => number
}

export class MeshPolicy {
  readonly silent = new SilentPeers()
  readonly loud = new LoudPeers()
  readonly #diversity: MeshDiversity
  readonly #parts: MeshPolicyParts

  constructor(parts: MeshPolicyParts) {
    this.#parts = parts
    this.#diversity = new MeshDiversity((peer) => (parts.isOurs(peer) ? null : parts.networkOf(peer)))
  }

  /** Looks at the mesh of transactions, once a heartbeat. @param subscribers those of the topic, in the mesh or not */
  review(mesh: readonly PeerId[], subscribers: readonly PeerId[]): void {
    this.silent.review({ mesh, subscribers, isOurs: this.#parts.isOurs }, this.#parts.now())
    this.#diversity.review(mesh, subscribers)
  }

  /** The peer came into the mesh of transactions: between two reviews a crowd would fill it. */
  entered(peer: PeerId): void {
    this.#diversity.entered(peer)
  }

  isDeaf(peer: PeerId): boolean {
    return this.#parts.isDeaf(peer)
  }

  /** What the node itself adds to the score of a peer. */
  score(peer: PeerId): number {
    const now = this.#parts.now()
    if (this.loud.isLoud(peer, now)) return LOUD_SCORE
    const isUnwanted = this.isDeaf(peer) || this.silent.isSilent(peer, now) || this.#diversity.isCrowding(peer)
    return isUnwanted ? UNWANTED_SCORE : 0
  }
}
