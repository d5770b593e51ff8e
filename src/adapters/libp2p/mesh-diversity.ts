/**
 * Few peers of one network in the mesh (SECURITY.md A9, A10): identities that were there first fill every mesh of a network that is just being
 * born, and the router's answer to a full mesh is to refuse whoever comes later, for a minute.
 *
 * Tracked: of each network (IPv4 /16, IPv6 /32) the mesh peers that were in the mesh first, at most MESH_PEERS_PER_NETWORK of them.
 *
 * Rules.
 * - While a network has its share, its other peers crowd: their score is negative, so that the router prunes those that are in the mesh and
 *   takes in no more. *Rationale*: identities are free and addresses of one network are cheap; those of many networks are not.
 * - Peers that we dialled belong to no network. *Rationale*: an attacker chooses whom he dials, not whom we do.
 *
 * The attacker's best move is to have addresses in three networks, for a mesh of twelve. What he says nothing in, he loses as a silent peer.
 *
 * Invariants: kept are only peers that were in the mesh at the last review or came into it since. Cost: O(mesh) a heartbeat, O(1) a score.
 */
import type { PeerId } from '../../domain/ids.ts'
import { MESH_PEERS_PER_NETWORK } from './limits.ts'

export class MeshDiversity {
  readonly #networkOf: (peer: PeerId) => string | null
  readonly #kept = new Map<string, Set<PeerId>>()

  /** @param networkOf null where the peer counts for no network */
  constructor(networkOf: (peer: PeerId) => string | null) {
    this.#networkOf = networkOf
  }

  /** Looks at the mesh, once a heartbeat; its peers in the order in which they came. */
  review(mesh: readonly PeerId[]): void {
    this.#kept.clear()
    for (const peer of mesh) this.entered(peer)
  }

  /** The peer came into the mesh, since the last review. */
  entered(peer: PeerId): void {
    const network = this.#networkOf(peer)
    if (network !== null) this.#keep(network, peer)
  }

  /** Whether others of its network have the share of all of them. */
  isCrowding(peer: PeerId): boolean {
    const network = this.#networkOf(peer)
    const share = network === null ? undefined : this.#kept.get(network)
    return share !== undefined && share.size >= MESH_PEERS_PER_NETWORK && !share.has(peer)
  }

  #keep(network: string, peer: PeerId): void {
    const share = this.#kept.get(network) ?? new Set()
    this.#kept.set(network, share)
    if (share.size < MESH_PEERS_PER_NETWORK) share.add(peer)
  }
}
