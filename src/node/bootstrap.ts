/**
 * Whom a node may dial of the addresses that it was given: what can never work ends the start, and itself it does not
 * dial.
 */
import { dialAddressFault, isEverywhere, listenAddressFault, type AddressFault } from '../domain/dial-address.ts'
import { asNetAddress, type NetAddress, type PeerId } from '../domain/ids.ts'
import type { NodeConfig } from './config.ts'

export type BootstrapReading =
  | { readonly ok: true; readonly bootstrap: readonly NetAddress[]; readonly own: readonly string[] }
  | ({ readonly ok: false } & AddressFault)

/**
 * @param self this node's own peer id
 * @param hosts IP addresses of this machine
 */
export function readBootstrap(
  { bootstrap, listen, bootstrapIsShared = false }: Pick<NodeConfig, 'bootstrap' | 'listen' | 'bootstrapIsShared'>,
  self: PeerId,
  hosts: readonly string[],
): BootstrapReading {
  for (const address of listen) {
    const fault = listenAddressFault(address)
    if (fault !== null) return { ok: false, ...fault }
  }
  for (const address of bootstrap) {
    const fault = dialAddressFault(address)
    if (fault !== null) return { ok: false, ...fault }
  }
  const own = bootstrap.filter((address) => isOwn(address, listen, self, hosts))
  const [first] = own
  if (first !== undefined && !bootstrapIsShared)
    return {
      ok: false,
      message: `${first} is the address of this node itself, or of one with a copy of its data directory`,
      hint: 'give addresses of other nodes; a copy needs its own identity: remove the file `identity` from its data directory',
    }
  const others = new Set(bootstrap.filter((address) => !own.includes(address)).map(asNetAddress))
  return { ok: true, bootstrap: [...others], own }
}

function isOwn(address: string, listen: readonly string[], self: PeerId, hosts: readonly string[]): boolean {
  const named = /\/(?:p2p|ipfs)\/([^/]+)\/?$/.exec(address)?.[1]
  if (named !== undefined) return named === self
  const [, host = '', port = ''] = /^\/ip[46]\/([^/]+)\/tcp\/(\d+)/.exec(address) ?? []
  return listen.some((place) => {
    const [, at = '', atPort = ''] = /^\/ip[46]\/([^/]+)\/tcp\/(\d+)/.exec(place) ?? []
    return port !== '' && port === atPort && (isEverywhere(at) ? hosts.includes(host) : at === host)
  })
}
