/**
 * How far an IP address reaches (RFC 6890), and where a dial may go by who named the address (SECURITY.md A39).
 *
 * A stranger who may name any address makes every node of a network knock where he wants: at services on the node's own
 * machine, behind its firewall, at the provider's metadata. So on the open network a stranger's address must be public,
 * and an operator's name may lead into a private network, which he may have, but not to the machine itself or its link.
 */
import { isSharedLoopback } from './address-group.ts'
import { parseIp, wordsOf } from './ip-address.ts'

export type Reach =
  | 'public'
  /** Of a private network or a provider's inside: RFC 1918, shared (100.64/10), benchmarks, unique local. */
  | 'private'
  | 'link-local'
  | 'loopback'
  /** Nobody's: unspecified, multicast, reserved, and IPv6 that carries an IPv4 address through a gateway. */
  | 'unusable'

/** Who named an address: the operator an address or a name; or a stranger, in a record. */
export type NamedBy = 'operator' | 'operators-name' | 'stranger'

/** @param ip in text form; what is no address is unusable */
export function reachOf(ip: string): Reach {
  const bytes = parseIp(ip)
  if (bytes === null) return 'unusable'
  return bytes.byteLength === 4 ? ipv4Reach(bytes) : ipv6Reach(wordsOf(bytes))
}

/**
 * Whether a dial may go there. @param isOpen on an open network; development networks live on loopback and in private
 * networks
 */
export function mayDial(reach: Reach, namedBy: NamedBy, isOpen: boolean): boolean {
  if (namedBy === 'operator') return true
  if (!isOpen) return reach !== 'unusable'
  return reach === 'public' || (namedBy === 'operators-name' && reach === 'private')
}

/**
 * Whether all addresses of this one's network (lib/address-group.ts) count as one owner's, as far as places beside us
 * go. On private networks and on the loopback that a testnet shares they are neighbours.
 */
export function isOneOwners(ip: string): boolean {
  const reach = reachOf(ip)
  // The rest of 127.0.0.0/8 stands for machines of others in attacks.
  return reach === 'public' || (reach === 'loopback' && !isSharedLoopback(ip))
}

function ipv4Reach(bytes: Uint8Array): Reach {
  const [a = 0, b = 0, c = 0] = bytes
  if (a === 127) return 'loopback'
  if (a === 169 && b === 254) return 'link-local'
  // "This" network, multicast and what is reserved above; protocol assignments; the relays of 6to4.
  if (a === 0 || a >= 224 || (a === 192 && b === 0 && c === 0) || (a === 192 && b === 88 && c === 99)) return 'unusable'
  const isPrivate =
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 198 && (b === 18 || b === 19))
  return isPrivate ? 'private' : 'public'
}

function ipv6Reach(words: readonly number[]): Reach {
  const [first = 0, second = 0] = words
  if (words.slice(0, 7).every((word) => word === 0) && words[7] === 1) return 'loopback'
  if ((first & 0xffc0) === 0xfe80) return 'link-local'
  if ((first & 0xfe00) === 0xfc00) return 'private'
  // Only 2000::/3 is given out; of that Teredo and its neighbours (2001::/23) and 6to4 (2002::/16) lead to IPv4
  // addresses. NAT64 lies outside.
  if ((first & 0xe000) !== 0x2000 || first === 0x2002 || (first === 0x2001 && second < 0x200)) return 'unusable'
  return 'public'
}
