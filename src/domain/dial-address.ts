/**
 * Which addresses can ever be dialled or listened on: TCP over IPv4, IPv6 or a name, or WebSockets on it (`/ws`), with
 * an Ed25519 peer id at the end or none. What can never work is said at the start, with the address that was probably
 * meant, rather than tried for ever.
 */
import { asPeerId } from './ids.ts'
import { endpointOf, splitWeb } from '../lib/endpoint.ts'
import { mayDial, reachOf } from '../lib/reach.ts'
import { keyOfPeerId } from './record.ts'

export interface AddressFault {
  readonly message: string
  readonly hint: string
}

const FORM = 'an address is written like /ip4/192.0.2.7/tcp/4601/p2p/12D3Koo… or /dns4/node.example/tcp/4601'
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/
const IPV6 = /^[0-9a-f:]{2,39}$|^[0-9a-f:]{2,30}(?:\d{1,3}\.){3}\d{1,3}$/i
const NAME =
  /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i

/** What keeps an address from ever being dialled, or null. */
export function dialAddressFault(text: string): AddressFault | null {
  const parts = partsOf(text)
  if (!Array.isArray(parts)) return parts
  const [host = '', value = ''] = parts
  const rest = parts.slice(2)
  if (host === 'dnsaddr') return hostFault(text, host, value) ?? peerFault(text, rest)
  const fault = hostFault(text, host, value) ?? portFault(text, rest)
  if (fault !== null) return fault
  if (isEverywhere(value))
    return bad(text, `${value} is where a node listens, not where one is reached`, "put the peer's own address there")
  if (rest[1] === '0') return bad(text, 'port 0 is for listening', "put the peer's own port there")
  return peerFault(text, rest.slice(rest[2] === 'ws' ? 3 : 2))
}

/** What keeps an address from ever being listened on, or null. A peer id at the end is the node's own, and left out. */
export function listenAddressFault(text: string): AddressFault | null {
  const parts = partsOf(text)
  if (!Array.isArray(parts)) return parts
  const [host = '', value = ''] = parts
  const rest = parts.slice(2)
  if (host !== 'ip4' && host !== 'ip6')
    return bad(
      text,
      `a node can't listen on /${host}`,
      'listen on /ip4/0.0.0.0/tcp/4601, or on one address of this machine',
    )
  const fault = hostFault(text, host, value) ?? portFault(text, rest)
  if (fault !== null) return fault
  const after = rest.slice(rest[2] === 'ws' ? 3 : 2)
  return after.length > 0 ? bad(text, `/${after.join('/')} is too much`, 'end it after the port, or with /ws') : null
}

/**
 * What keeps an address from being announced, or null. Others dial no names that a stranger tells them, and on an open
 * network public addresses alone.
 */
export function announceFault(text: string, isOpen: boolean): AddressFault | null {
  const fault = dialAddressFault(text)
  if (fault !== null) return fault
  if (splitWeb(text).isWeb) return bad(text, 'nodes find one another over TCP', 'announce where it listens without /ws')
  const endpoint = endpointOf(text)
  if (endpoint?.kind !== 'ip') return bad(text, 'others dial no name that they are told', 'announce its IP address')
  const reach = reachOf(endpoint.ip)
  return mayDial(reach, 'stranger', isOpen)
    ? null
    : bad(text, `it is ${reach}, and others dial no such address of a stranger`, 'announce one that they can reach')
}

/** The parts between slashes, or what is wrong. */
function partsOf(text: string): string[] | AddressFault {
  if (text.startsWith('/')) return text.slice(1).replace(/\/$/, '').split('/')
  const [, host, port] = /^\[?([^[\]/\s]+?)\]?:(\d{1,5})$/.exec(text) ?? []
  if (host === undefined) return bad(text, 'it is no multiaddr', FORM)
  const protocol = IPV4.test(host) ? 'ip4' : host.includes(':') ? 'ip6' : 'dns4'
  return bad(text, 'it is no multiaddr', `write it as /${protocol}/${host}/tcp/${port}`)
}

function hostFault(text: string, protocol: string, value: string): AddressFault | null {
  switch (protocol) {
    case 'ip4':
      return IPV4.test(value) ? null : bad(text, `"${value}" is no IPv4 address`, FORM)
    case 'ip6':
      return IPV6.test(value) && value.includes(':') ? null : bad(text, `"${value}" is no IPv6 address`, FORM)
    case 'dns':
    case 'dns4':
    case 'dns6':
    case 'dnsaddr':
      return NAME.test(value) ? null : bad(text, `"${value}" is no name`, FORM)
    default:
      return bad(text, `/${protocol} is not something that a node here can reach`, FORM)
  }
}

function portFault(text: string, [transport, port, ...after]: readonly string[]): AddressFault | null {
  if (transport === undefined) return bad(text, 'it has no port', `${FORM}; nodes listen on 4601 unless told otherwise`)
  if (transport !== 'tcp') return bad(text, `nodes speak TCP only, not ${[transport, ...after].join(' and ')}`, FORM)
  if (port === undefined || !/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    return bad(text, `"${port ?? ''}" is no port`, 'a port is a number from 1 to 65535')
  const [next] = after
  if (next !== undefined && next !== 'ws' && next !== 'p2p' && next !== 'ipfs')
    return bad(
      text,
      `nodes speak plain TCP, or WebSockets on it as /ws, not ${next}`,
      'end it after the port, or with /p2p/ and the peer id',
    )
  return null
}

function peerFault(text: string, [p2p, id, ...after]: readonly string[]): AddressFault | null {
  if (p2p === undefined) return null
  if ((p2p !== 'p2p' && p2p !== 'ipfs') || id === undefined || after.length > 0)
    return bad(text, `/${[p2p, id ?? '', ...after].join('/')} is not /p2p/ and a peer id`, FORM)
  // The other way to write one, as a CID, is left to whoever dials.
  if (keyOfPeerId(asPeerId(id)) !== null || /^(bafz|k51)[a-z0-9]{30,}$/.test(id)) return null
  return bad(
    text,
    `"${id}" is no peer id of a hearsay node`,
    'they begin with 12D3Koo: the node prints its own when it starts',
  )
}

/** Whether it means every address of a machine. */
export function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || /^[0:]+$/.test(host)
}

function bad(text: string, why: string, hint: string): AddressFault {
  return { message: `${text.slice(0, 200)} can never be used: ${why}`, hint }
}
