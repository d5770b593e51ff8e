/**
 * What takes the place of dial-targets.ts in a page (scripts/build.js): names are the browser's to resolve, and what a
 * page may reach is said by the policy that it came with. It dials what it was given, and nothing that a stranger
 * names.
 */
import { asNetAddress, type NetAddress } from '../../domain/ids.ts'
import { splitIdentity } from '../../lib/endpoint.ts'
import type { DialledFor } from '../../ports/connections.ts'
import type { DialTargets, Resolver } from './dial-targets.ts'

export const SYSTEM_RESOLVER: Resolver = {
  addresses: async () => [],
  texts: async () => [],
}

export async function dialTargets(address: NetAddress, namedBy: DialledFor): Promise<DialTargets> {
  return namedBy === 'operator' && /\/ws(\/p2p\/[^/]+)?$/.test(address)
    ? { kind: 'found', targets: [asNetAddress(address)] }
    : { kind: 'refused', failure: { kind: 'other', detail: 'a page dials the node that it was given' } }
}

export class DialPermits {
  readonly #places = new Set<string>()

  open(targets: readonly NetAddress[]): () => void {
    const places = targets.map((target) => splitIdentity(target).place)
    for (const place of places) this.#places.add(place)
    return () => {
      for (const place of places) this.#places.delete(place)
    }
  }

  allows(address: string): boolean {
    return this.#places.has(splitIdentity(address).place)
  }
}
