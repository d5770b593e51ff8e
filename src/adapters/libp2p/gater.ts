/**
 * Whom libp2p lets in and dials. By address before the handshake, so that a banned one costs us no cryptography; by
 * proven identity after it, both ways. The node's own table decides, since the library's scores forget a peer that
 * reconnects (SECURITY.md L2).
 */
import type { ConnectionGater, MultiaddrConnection, PeerId as Libp2pPeerId } from '@libp2p/interface'
import { asPeerId } from '../../domain/ids.ts'
import { addressGroup, ipOf } from '../../lib/address-group.ts'
import type { Gatekeeper } from '../../ports/connections.ts'
import type { DialPermits } from './dial-targets.ts'
import { SOCKETS_PER_ADDRESS_MAX } from './limits.ts'
import type { Libp2pProfile } from './profile.ts'

/**
 * Makes the gater. Counts of open sockets live in it: use one for each node.
 * @param permits what may be dialled now
 * @param onHandshake somebody of an address group begins a handshake
 */
export function createGater(
  gatekeeper: Gatekeeper,
  profile: Libp2pProfile,
  permits: DialPermits,
  onHandshake: (group: string) => void = () => {},
): ConnectionGater {
  const sockets = new Map<string, number>()

  const countSocket = (group: string, connection: MultiaddrConnection): void => {
    sockets.set(group, (sockets.get(group) ?? 0) + 1)
    connection.addEventListener('close', () => {
      const left = (sockets.get(group) ?? 1) - 1
      if (left === 0) sockets.delete(group)
      else sockets.set(group, left)
    })
  }

  const deniesPeer = (peer: Libp2pPeerId): boolean =>
    // Other key types bring their own parsers, and with them their bugs (SECURITY.md A31).
    peer.type !== 'Ed25519' || !gatekeeper.admitsPeer(asPeerId(peer.toString()))

  return {
    denyInboundConnection: (connection) => {
      const ip = ipOf(connection.remoteAddr.toString())
      if (ip === null || !gatekeeper.admitsAddress(ip)) return true
      if (isUncounted(ip, profile)) return false
      const group = addressGroup(ip)
      if ((sockets.get(group) ?? 0) >= SOCKETS_PER_ADDRESS_MAX) return true
      countSocket(group, connection)
      onHandshake(group)
      return false
    },
    denyDialPeer: deniesPeer,
    denyInboundEncryptedConnection: deniesPeer,
    denyOutboundEncryptedConnection: deniesPeer,
    // Asked last, with what is handed to the transport. Whatever a part of the library finds elsewhere, such as what a
    // peer says of its own addresses, is not dialled.
    denyDialMultiaddr: (address) => !permits.allows(address.toString()),
  }
}

/** All nodes of a local testnet share one loopback address; attackers in tests come from others (127.66.0.x). */
export function isUncounted(ip: string, profile: Libp2pProfile): boolean {
  return profile !== 'node' && (ip === '127.0.0.1' || ip === '::1')
}
