/**
 * Which addresses count as one. Everything that is shared out by address asks here: bans, sockets, meshes, outbound
 * places, shares of what is told.
 */
import { ipText, parseIp, wordsOf } from './ip-address.ts'

/**
 * The IP address inside a multiaddr in text form, in its one spelling; null where there is none, such as where a name
 * stands.
 */
export function ipOf(address: string): string | null {
  const ip = /^\/ip[46]\/([0-9a-fA-F.:]+)(?:\/|$)/.exec(address)?.[1]
  const bytes = ip === undefined ? null : parseIp(ip)
  return bytes === null ? null : ipText(bytes)
}

/**
 * The group that an IP address belongs to: an IPv4 address for itself, an IPv6 address with its /64, which one customer
 * gets as a whole.
 */
export function addressGroup(ip: string): string {
  const bytes = parseIp(ip)
  if (bytes === null) return ip
  return bytes.byteLength === 4 ? ipText(bytes) : `${hexWords(bytes, 4)}::/64`
}

/** The network that an IP address belongs to, as operators hand them out: an IPv4 /16, an IPv6 /32. */
export function networkGroup(ip: string): string {
  const bytes = parseIp(ip)
  if (bytes === null) return ip
  return bytes.byteLength === 4 ? bytes.subarray(0, 2).join('.') : hexWords(bytes, 2)
}

/**
 * Whether the address is the machine's own, 127.0.0.0/24 or ::1. All nodes of a local testnet share it, so a ban would
 * hit honest ones. The rest of 127.0.0.0/8 counts as foreign: attack tests come from 127.66.0.x.
 */
export function isSharedLoopback(ip: string): boolean {
  const bytes = parseIp(ip)
  if (bytes === null) return false
  if (bytes.byteLength === 4) return bytes[0] === 127 && bytes[1] === 0 && bytes[2] === 0
  return ipText(bytes) === '::1'
}

function hexWords(bytes: Uint8Array, count: number): string {
  return wordsOf(bytes)
    .slice(0, count)
    .map((word) => word.toString(16))
    .join(':')
}
