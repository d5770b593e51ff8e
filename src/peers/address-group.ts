/** Which addresses count as one: an IPv4 address for itself, an IPv6 address with its /64, which one customer gets as a whole. */

/** The IP address inside a multiaddr in text form, or null where there is none. */
export function ipOf(address: string): string | null {
  const match = /^\/ip[46]\/([0-9a-fA-F.:]+)(?:\/|$)/.exec(address)
  return match?.[1] ?? null
}

/** The group that an IP address belongs to. */
export function addressGroup(ip: string): string {
  if (!ip.includes(':')) return ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped?.[1] !== undefined) return mapped[1]
  return `${expandIpv6(ip).slice(0, 4).join(':')}::/64`
}

/**
 * Whether the address is the machine's own, 127.0.0.0/24 or ::1. All nodes of a local testnet share it, so a ban would hit honest ones.
 * The rest of 127.0.0.0/8 counts as foreign: attack tests come from 127.66.0.x.
 */
export function isSharedLoopback(ip: string): boolean {
  return /^127\.0\.0\.\d+$/.test(ip) || ip === '::1' || /^::ffff:127\.0\.0\.\d+$/i.test(ip)
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
