/**
 * From an address to the IP addresses that are dialled (SECURITY.md A39). Names are resolved here, once: what is judged
 * is what is dialled, and nobody asks the resolver a second time. libp2p is given IP addresses alone, and the gater
 * lets it dial no others.
 */
import { lookup, resolveTxt } from 'node:dns/promises'
import type { DialFailure } from '../../domain/dial.ts'
import { asNetAddress, type NetAddress } from '../../domain/ids.ts'
import { endpointOf, multiaddrOf, splitIdentity, splitWeb, type Endpoint } from '../../lib/endpoint.ts'
import { mayDial, reachOf, type NamedBy } from '../../lib/reach.ts'
import type { DialledFor } from '../../ports/connections.ts'
import { dialFailureOf } from './dial-failure.ts'
import { DIAL_TARGETS_MAX } from './limits.ts'

export interface Resolver {
  /** IP addresses of a name, those of one family where it is not 0. Rejects where there are none. */
  addresses(name: string, family: 0 | 4 | 6): Promise<readonly string[]>
  /** Texts of a name (TXT records). Rejects where there are none. */
  texts(name: string): Promise<readonly string[]>
}

export type DialTargets =
  /** Multiaddrs of IP addresses, with the identity that the address expects. */
  | { readonly kind: 'found'; readonly targets: readonly NetAddress[] }
  | { readonly kind: 'refused'; readonly failure: DialFailure }

export interface TargetRules {
  /** Whether it is an open network. */
  readonly isOpen: boolean
  readonly resolver: Resolver
}

/** What the system says, its hosts file included. */
export const SYSTEM_RESOLVER: Resolver = {
  async addresses(name, family) {
    const found = await lookup(name, { all: true, family })
    return found.map(({ address }) => address)
  },
  async texts(name) {
    return (await resolveTxt(name)).map((parts) => parts.join(''))
  },
}

/** Never rejects. */
export async function dialTargets(address: NetAddress, namedBy: DialledFor, rules: TargetRules): Promise<DialTargets> {
  const plain = address.replace(/\/$/, '').replace(/\/ipfs\/([^/]+)$/, '/p2p/$1')
  try {
    const [, name] = /^\/dnsaddr\/([^/]+)(?:\/p2p\/[^/]+)?$/.exec(plain) ?? []
    if (name === undefined) return await placesOf(plain, namedBy, rules)
    if (namedBy === 'stranger') return refused('inside', 'a name in a record')
    return await placesOf(await linkOf(name, splitIdentity(plain).identity, rules), 'text', rules)
  } catch (error) {
    return { kind: 'refused', failure: dialFailureOf(error) }
  }
}

/** Where one address leads. @param namedBy `text`: what an operator's name says in a text */
async function placesOf(address: string, namedBy: DialledFor | 'text', rules: TargetRules): Promise<DialTargets> {
  const { plain, isWeb } = splitWeb(address)
  const endpoint = endpointOf(plain)
  // Nodes find one another over TCP: WebSockets are for whom an operator names.
  if (endpoint === null || (isWeb && namedBy !== 'operator'))
    return refused('other', `${address} is not what a node dials: an IP address or a name with a /tcp port`)
  if (endpoint.kind === 'name' && namedBy === 'stranger') return refused('inside', 'a name in a record')
  const ips = endpoint.kind === 'ip' ? [endpoint.ip] : await rules.resolver.addresses(endpoint.name, endpoint.family)
  const namer = namerOf(endpoint, namedBy)
  const allowed = ips.filter((ip) => mayDial(reachOf(ip), namer, rules.isOpen))
  const { place, identity } = splitIdentity(address)
  const web = isWeb ? '/ws' : ''
  if (allowed.length === 0) {
    const found = ips.map((ip) => `${ip}, ${reachOf(ip)}`).join('; ')
    return refused('inside', `${place} leads to ${found || 'nothing'}`)
  }
  const tail = identity === null ? '' : `/p2p/${identity}`
  const targets = allowed.map((ip) => asNetAddress(`${multiaddrOf(ip, endpoint.port)}${web}${tail}`))
  return { kind: 'found', targets: targets.slice(0, DIAL_TARGETS_MAX) }
}

/**
 * One of the addresses that a name has in its texts (`dnsaddr=…`), of the wanted peer where one is wanted. Rejects
 * where there is none.
 */
async function linkOf(name: string, identity: string | null, { resolver }: TargetRules): Promise<string> {
  const texts = await resolver.texts(`_dnsaddr.${name}`)
  const links = texts
    .flatMap((text) => /^dnsaddr=(.+)$/.exec(text)?.[1] ?? [])
    .filter((link) => endpointOf(link) !== null)
  const link = links.find((each) => identity === null || splitIdentity(each).identity === identity)
  if (link === undefined) throw new Error(`ENODATA: ${name} names no address that a node dials`)
  return link
}

/**
 * An operator who writes `localhost` means the machine itself; behind every other name somebody else may write what it
 * leads to.
 */
function namerOf(endpoint: Endpoint, namedBy: DialledFor | 'text'): NamedBy {
  if (namedBy === 'text') return 'operators-name'
  if (endpoint.kind === 'ip' || namedBy === 'stranger') return namedBy
  return /^localhost\.?$/i.test(endpoint.name) ? 'operator' : 'operators-name'
}

function refused(kind: DialFailure['kind'], detail: string): DialTargets {
  return { kind: 'refused', failure: { kind, detail } }
}

/** The places that may be dialled now: those of dials that the node asked for. */
export class DialPermits {
  readonly #places = new Map<string, number>()

  /** Permits these until the returned function is called. */
  open(targets: readonly NetAddress[]): () => void {
    const places = targets.map(placeOf)
    for (const place of places) this.#places.set(place, (this.#places.get(place) ?? 0) + 1)
    return () => {
      for (const place of places) {
        const left = (this.#places.get(place) ?? 1) - 1
        if (left === 0) this.#places.delete(place)
        else this.#places.set(place, left)
      }
    }
  }

  /** @param address multiaddr in text form */
  allows(address: string): boolean {
    return this.#places.has(placeOf(address))
  }
}

/** In its one spelling, without an identity; a name has none and is never permitted. */
function placeOf(address: string): string {
  const { plain, isWeb } = splitWeb(address)
  const endpoint = endpointOf(plain)
  return endpoint?.kind === 'ip' ? `${multiaddrOf(endpoint.ip, endpoint.port)}${isWeb ? '/ws' : ''}` : ''
}
