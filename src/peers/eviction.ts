/**
 * Which inbound peer goes when another one wants its place, after Bitcoin's AttemptToEvictConnection: whoever is hard
 * to fake stays.
 *
 * Rules.
 * - Peers that we dialled never go. *Rationale*: an attacker chooses whom he dials, not whom we do (A9).
 * - The peers that lately gave us something new first stay, and of the others those that have been here longest.
 *   *Rationale*: work and time are what a swarm of idle identities lacks (A27).
 * - Of the rest goes one of the network (IPv4 /16, IPv6 /32) with most of them, the least useful, then the youngest.
 *   *Rationale*: addresses of one network are cheap.
 *
 * The attacker's best move is to relay for us, first and from many networks: then he is a good peer.
 */
import type { PeerId } from '../domain/ids.ts'
import { networkGroup } from '../lib/address-group.ts'
import { OLDEST_KEPT_SHARE, USEFUL_KEPT_MAX, USEFUL_WINDOW_MS } from './limits.ts'
import type { ConnectedPeer } from './peer-table.ts'

/** The peer to disconnect, or null where there is none: all are outbound or `spared` (the newcomer). */
export function chooseEviction(
  peers: Iterable<ConnectedPeer>,
  spared: PeerId | null,
  nowMonoMs: number,
): PeerId | null {
  const inbound = [...peers].filter(({ direction, peer }) => direction === 'inbound' && peer !== spared)
  const isUseful = (peer: ConnectedPeer): boolean => nowMonoMs - peer.usefulMonoMs <= USEFUL_WINDOW_MS
  const useful = inbound.filter(isUseful).sort((a, b) => b.usefulCount - a.usefulCount)
  const kept = new Set(useful.slice(0, USEFUL_KEPT_MAX))
  const others = inbound.filter((peer) => !kept.has(peer)).sort((a, b) => a.sinceMonoMs - b.sinceMonoMs)
  const exposed = others.slice(Math.floor(others.length * OLDEST_KEPT_SHARE))
  const groups = new Map<string, ConnectedPeer[]>()
  // Without an address they count as one network.
  for (const peer of exposed) {
    const group = peer.ip === null ? '' : networkGroup(peer.ip)
    groups.set(group, [...(groups.get(group) ?? []), peer])
  }
  const [largest = []] = [...groups.values()].sort((a, b) => b.length - a.length)
  const [worst] = largest.sort((a, b) => a.usefulCount - b.usefulCount || b.sinceMonoMs - a.sinceMonoMs)
  return worst?.peer ?? null
}
