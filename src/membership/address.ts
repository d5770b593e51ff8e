/**
 * What kind of address a multiaddr names, and which group it belongs to. A group is what one owner gets in one piece and an attacker
 * needs many of: the /16 of an IPv4 address, the /32 of an IPv6 address. Names have their last two labels.
 */

export type Reach = 'public' | 'private' | 'loopback' | 'unusable'

export interface AddressKind {
  readonly reach: Reach
  readonly group: string
}

const UNUSABLE: AddressKind = { reach: 'unusable', group: '' }

/** @param address multiaddr in text form */
export function addressKind(address: string): AddressKind {
  const match = /^\/(ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(\d{1,5})(?:\/|$)/.exec(address)
  const [, protocol, host = '', port] = match ?? []
  if (protocol === undefined || Number(port) < 1 || Number(port) > 65_535) return UNUSABLE
  if (protocol === 'ip4') return ipv4Kind(host)
  if (protocol === 'ip6') return ipv6Kind(host)
  if (!/^[a-z0-9.-]+$/i.test(host)) return UNUSABLE
  if (/(^|\.)localhost$/i.test(host)) return { reach: 'loopback', group: 'loopback' }
  return { reach: 'public', group: host.toLowerCase().split('.').slice(-2).join('.') }
}

function ipv4Kind(host: string): AddressKind {
  const parts = host.split('.').map(Number)
  const [a, b] = parts
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(host) || a === undefined || b === undefined || parts.some((part) => part > 255))
    return UNUSABLE
  const group = `${a}.${b}`
  if (a === 127) return { reach: 'loopback', group: host }
  // "This" network, multicast and what is reserved above (RFC 6890).
  if (a === 0 || a >= 224) return UNUSABLE
  const isPrivate =
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 198 && (b === 18 || b === 19))
  return { reach: isPrivate ? 'private' : 'public', group }
}

function ipv6Kind(host: string): AddressKind {
  if (!/^[0-9a-f:.]{2,45}$/i.test(host) || !host.includes(':')) return UNUSABLE
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)
  if (mapped?.[1] !== undefined) return ipv4Kind(mapped[1])
  const words = expand(host)
  if (words === null || words.every((word) => word === 0)) return UNUSABLE
  if (words.slice(0, 7).every((word) => word === 0) && words[7] === 1) return { reach: 'loopback', group: '::1' }
  const [first = 0, second = 0] = words
  if (first >= 0xff00) return UNUSABLE
  const group = `${first.toString(16)}:${second.toString(16)}`
  // Unique local fc00::/7 and link-local fe80::/10; only 2000::/3 is given out.
  if ((first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80) return { reach: 'private', group }
  return (first & 0xe000) === 0x2000 ? { reach: 'public', group } : UNUSABLE
}

/** The eight words of an IPv6 address, null where the text is none. */
function expand(host: string): number[] | null {
  const halves = host.split('::')
  if (halves.length > 2) return null
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - left.length - right.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null
  const words = [...left, ...new Array<string>(halves.length === 1 ? 0 : missing).fill('0'), ...right]
  const numbers = words.map((word) => (/^[0-9a-f]{1,4}$/i.test(word) ? Number.parseInt(word, 16) : Number.NaN))
  return numbers.some(Number.isNaN) ? null : numbers
}
