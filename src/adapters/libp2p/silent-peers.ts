/**
 * Mesh peers that give us nothing (SECURITY.md A11): they behaved for a while and then keep what they get, or never did
 * anything else. The router's own count of missing deliveries (P3) is off, since it punishes honest peers of quiet
 * networks (L12).
 *
 * Tracked: for each peer in the mesh of transactions, how many messages have come in since it last gave us one, first
 * or nearly so.
 *
 * Rules.
 * - Only accepted messages count, and only those so short that we don't ask peers to keep their copies (IDONTWANT).
 *   *Rationale*: what is not accepted no honest peer hands on, so anybody could make honest peers look silent with it.
 * - Any message gives credit that comes within NEARLY_FIRST_MS of its first copy. *Rationale*: a slow peer is not a
 *   silent one.
 * - A peer that we told that its copies come too late (routes.ts) announces messages instead, and announcing is then
 *   giving. *Rationale*: it does what we asked of it. To be told so it must have handed on.
 * - After SILENT_MESSAGES a peer is silent: its score is negative for SILENT_MS, so that the router prunes it and takes
 *   it into no mesh.
 * - Peers that we dialled are spared, and everybody while nobody outside of the mesh could take a place. *Rationale*:
 *   an honest peer that hears all from us first gives us nothing either; on a star each leaf is such a one. At most one
 *   a review, for the same reason: a mesh never turns over at once.
 *
 * The attacker's best move is to hand on one message in a hundred; then he is a bad peer and no silent one, and what he
 * withholds comes from the peers that we dialled and by IHAVE. Or he sends us a hundred valid transactions that he
 * alone has: that costs him their fees and honest inbound peers a minute outside of our mesh, one a heartbeat.
 *
 * Invariants: tracked are only peers that were in the mesh at the last review. Cost: O(1) a message, O(mesh) a
 * heartbeat.
 */
import { ExpiringMap } from '../../lib/expiring-map.ts'
import type { PeerId } from '../../domain/ids.ts'
import { SILENT_MESSAGES, SILENT_MS, SILENT_PEERS_MAX } from './limits.ts'
import { REST_MS } from './route-limits.ts'

export interface MeshState {
  readonly mesh: readonly PeerId[]
  /** Those of the topic, in the mesh or not. */
  readonly subscribers: readonly PeerId[]
  /** Whether we dialled it. */
  readonly isOurs: (peer: PeerId) => boolean
}

export class SilentPeers {
  /** Value of `#accepted` when the peer last gave us something, or came into the mesh. */
  readonly #gaveAt = new Map<PeerId, number>()
  readonly #silent = new ExpiringMap<PeerId, true>({ ttlMs: SILENT_MS, capacity: SILENT_PEERS_MAX })
  /** Told that their copies come too late, for as long as their routes to us rest. */
  readonly #announcers = new ExpiringMap<PeerId, true>({ ttlMs: REST_MS, capacity: SILENT_PEERS_MAX })
  #accepted = 0

  /** The peer gave us a message, first or nearly so. */
  gave(peer: PeerId): void {
    if (this.#gaveAt.has(peer)) this.#gaveAt.set(peer, this.#accepted)
  }

  /** We told the peer that a copy of it came too late. */
  toldLate(peer: PeerId, nowMs: number): void {
    this.#announcers.set(peer, true, nowMs)
    this.gave(peer)
  }

  /** The peer announced messages. */
  announced(peer: PeerId, nowMs: number): void {
    if (this.#announcers.has(peer, nowMs)) this.gave(peer)
  }

  /** A message was accepted of which every mesh peer would send us a copy. */
  accepted(): void {
    this.#accepted++
  }

  /** Looks at the mesh, once a heartbeat; returns the peer that counts as silent from now on, or null. */
  review({ mesh, subscribers, isOurs }: MeshState, nowMs: number): PeerId | null {
    const present = new Set(mesh)
    for (const peer of this.#gaveAt.keys()) if (!present.has(peer)) this.#gaveAt.delete(peer)
    let worst: PeerId | null = null
    let longest = SILENT_MESSAGES
    for (const peer of mesh) {
      const gaveAt = this.#gaveAt.get(peer)
      if (gaveAt === undefined) this.#gaveAt.set(peer, this.#accepted)
      else if (this.#accepted - gaveAt >= longest && !this.#silent.has(peer, nowMs) && !isOurs(peer)) {
        longest = this.#accepted - gaveAt
        worst = peer
      }
    }
    if (worst === null || !subscribers.some((peer) => !present.has(peer) && !this.#silent.has(peer, nowMs))) return null
    this.#silent.set(worst, true, nowMs)
    return worst
  }

  isSilent(peer: PeerId, nowMs: number): boolean {
    return this.#silent.has(peer, nowMs)
  }

  /** Of silent ones and of those whose silence is counted. */
  get size(): { readonly silent: number; readonly tracked: number } {
    return { silent: this.#silent.size, tracked: this.#gaveAt.size }
  }
}
