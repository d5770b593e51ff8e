/** Which addresses count as one: an IPv4 address for itself, an IPv6 address with its /64, which one customer gets as a whole. */

/** The IP address inside a multiaddr in text form, or null where there is none. An IPv4-mapped IPv6 address is the IPv4 one. */
export function ipOf(address: string): string | null {
  const ip = /^\/ip[46]\/([0-9a-fA-F.:]+)(?:\/|$)/.exec(address)?.[1]
  return ip === undefined ? null : unmapped(ip)
}

/** The group that an IP address belongs to. */
export function addressGroup(ip: string): string {
  const plain = unmapped(ip)
  return plain.includes(':') ? `${expandIpv6(plain).slice(0, 4).join(':')}::/64` : plain
}

/** `::ffff:192.0.2.7`, also written `::ffff:c000:207`, is 192.0.2.7. */
function unmapped(ip: string): string {
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (dotted !== undefined) return dotted
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(ip)
  if (hex === null) return ip
  const bits = Number.parseInt(hex[1] ?? '0', 16) * 65_536 + Number.parseInt(hex[2] ?? '0', 16)
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.')
}

/**
 * Whether the address is the machine's own, 127.0.0.0/24 or ::1. All nodes of a local testnet share it, so a ban would hit honest ones.
 * The rest of 127.0.0.0/8 counts as foreign: attack tests come from 127.66.0.x.
 */
export function isSharedLoopback(ip: string): boolean {
  return ip === '::1' || /^127\.0\.0\.\d+$/.test(unmapped(ip))
}

function expandIpv6(ip: string): string[] {
  const [head = '', tail = ''] = ip.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = !ip.includes('::') || tail === '' ? [] : tail.split(':')
  const zeros = new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...(ip.includes('::') ? zeros : []), ...right].map((part) =>
    Number.parseInt(part || '0', 16).toString(16),
  )
}

/** The network that an IP address belongs to, as operators hand them out: an IPv4 /16, an IPv6 /32. */
export function networkGroup(ip: string): string {
  const group = addressGroup(ip)
  return group.includes(':') ? group.split(':').slice(0, 2).join(':') : group.split('.').slice(0, 2).join('.')
}
