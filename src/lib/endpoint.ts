/** Where a multiaddr leads: an IP address or a name, and a TCP port. Other forms are no place that a node dials. */
import { ipText, parseIp } from './ip-address.ts'

export type Endpoint =
  | { readonly kind: 'ip'; readonly ip: string; readonly port: number }
  | { readonly kind: 'name'; readonly name: string; readonly family: 0 | 4 | 6; readonly port: number }

const FAMILIES = { dns: 0, dns4: 4, dns6: 6 } as const

/**
 * Null where the text is no such address. Nothing may follow but `/p2p/` and an identity: what stands behind would be
 * dialled too.
 */
export function endpointOf(address: string): Endpoint | null {
  const match = /^\/(ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/([1-9][0-9]{0,4})(?:\/p2p\/[^/]+)?$/.exec(address)
  const [, protocol, host = '', digits] = match ?? []
  const port = Number(digits)
  if (protocol === undefined || port > 65_535) return null
  if (protocol === 'ip4' || protocol === 'ip6') {
    const bytes = host.includes(':') === (protocol === 'ip6') ? parseIp(host) : null
    return bytes === null ? null : { kind: 'ip', ip: ipText(bytes), port }
  }
  if (!/^[a-z0-9_.-]{1,253}$/i.test(host)) return null
  return { kind: 'name', name: host, family: FAMILIES[protocol as keyof typeof FAMILIES], port }
}

/** The multiaddr of an IP address and a port, without an identity. */
export function multiaddrOf(ip: string, port: number): string {
  return `/ip${ip.includes(':') ? 6 : 4}/${ip}/tcp/${port}`
}

/** The identity that a multiaddr expects, and null; and the address without it. */
export function splitIdentity(address: string): { readonly place: string; readonly identity: string | null } {
  const match = /^(.*)\/p2p\/([^/]+)$/.exec(address)
  return { place: match?.[1] ?? address, identity: match?.[2] ?? null }
}

/** An address without `/ws` behind its port, and whether it was there: WebSockets instead of TCP alone. */
export function splitWeb(address: string): { readonly plain: string; readonly isWeb: boolean } {
  const plain = address.replace(/^(.*\/tcp\/\d+)\/ws(\/p2p\/[^/]+)?$/, '$1$2')
  return { plain, isWeb: plain !== address }
}
