/**
 * Few peers of one network in the mesh (SECURITY.md A9, A10): identities that were there first fill every mesh of a
 * network that is just being born, and the router's answer to a full mesh is to refuse whoever comes later, for a
 * minute.
 *
 * Tracked: of each network (IPv4 /16, IPv6 /32) the mesh peers that were in the mesh first, at most
 * MESH_PEERS_PER_NETWORK of them, and those outside that may come in until the next review: as many as are missing.
 *
 * Rules.
 * - While a network has its share, its other peers crowd: their score is negative, so that the router prunes those that
 *   are in the mesh and takes in no more. *Rationale*: identities are free and addresses of one network are cheap;
 *   those of many networks are not.
 * - While it has not, as many of its other peers may come in as are missing, others at each review. *Rationale*: the
 *   router takes all that it needs at one heartbeat, and would take them from one network, again and again as they are
 *   pruned.
 * - Peers that we dialled belong to no network. *Rationale*: an attacker chooses whom he dials, not whom we do.
 *
 * The attacker's best move is to have addresses in three networks, for a mesh of twelve. What he says nothing in, he
 * loses as a silent peer.
 *
 * Invariants: kept are only peers that were in the mesh at the last review or came into it since; those that are kept
 * and those that may come in are together at most MESH_PEERS_PER_NETWORK of a network. Cost: O(subscribers) a
 * heartbeat, O(1) a score.
 */
import type { PeerId } from '../../domain/ids.ts'
import { MESH_PEERS_PER_NETWORK } from './limits.ts'

interface Share {
  readonly kept: Set<PeerId>
  /** Outside of the mesh: they may come in. */
  readonly called: Set<PeerId>
}

export class MeshDiversity {
  readonly #networkOf: (peer: PeerId) => string | null
  readonly #shares = new Map<string, Share>()
  #round = 0

  /** @param networkOf null where the peer counts for no network */
  constructor(networkOf: (peer: PeerId) => string | null) {
    this.#networkOf = networkOf
  }

  /**
   * Looks at the mesh, once a heartbeat; its peers in the order in which they came. @param subscribers those of the
   * topic, in the mesh or not
   */
  review(mesh: readonly PeerId[], subscribers: readonly PeerId[] = []): void {
    this.#round++
    this.#shares.clear()
    for (const peer of mesh) this.entered(peer)
    const inside = new Set(mesh)
    const outside = new Map<string, PeerId[]>()
    for (const peer of subscribers) {
      const network = inside.has(peer) ? null : this.#networkOf(peer)
      if (network === null) continue
      const others = outside.get(network) ?? []
      outside.set(network, others)
      others.push(peer)
    }
    for (const [network, peers] of outside) this.#call(network, peers)
  }

  /** The peer came into the mesh, since the last review. */
  entered(peer: PeerId): void {
    const network = this.#networkOf(peer)
    if (network === null) return
    const { kept, called } = this.#shareOf(network)
    called.delete(peer)
    if (kept.size < MESH_PEERS_PER_NETWORK) kept.add(peer)
  }

  /** Whether others of its network have the share of all of them, or come before it. */
  isCrowding(peer: PeerId): boolean {
    const network = this.#networkOf(peer)
    if (network === null) return false
    const { kept, called } = this.#shareOf(network)
    if (kept.has(peer) || called.has(peer)) return false
    if (kept.size + called.size >= MESH_PEERS_PER_NETWORK) return true
    // It came since the last review.
    called.add(peer)
    return false
  }

  /** Others at each review: who is called first may not want to come. */
  #call(network: string, peers: readonly PeerId[]): void {
    const { kept, called } = this.#shareOf(network)
    const missing = Math.min(MESH_PEERS_PER_NETWORK - kept.size, peers.length)
    for (let at = 0; at < missing; at++) {
      const peer = peers[(this.#round * missing + at) % peers.length]
      if (peer !== undefined) called.add(peer)
    }
  }

  #shareOf(network: string): Share {
    const share = this.#shares.get(network) ?? { kept: new Set(), called: new Set() }
    this.#shares.set(network, share)
    return share
  }
}
