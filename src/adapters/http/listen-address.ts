import { isIP } from 'node:net'

export interface ListenAddress {
  readonly host: string
  readonly port: number
  /** Only this machine can connect. */
  readonly loopback: boolean
}

/** Reads `host:port` with an IP address (IPv6 in brackets) or `localhost`; null where it is anything else. */
export function parseListenAddress(text: string): ListenAddress | null {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535) return null
  // One address, not all that the name resolves to: the guard must know where it listens.
  const host = bracketed ?? (plain === 'localhost' ? '127.0.0.1' : plain)
  if (host === undefined || isIP(host) !== (bracketed === undefined ? 4 : 6)) return null
  return { host, port, loopback: host === '::1' || host.startsWith('127.') }
}
