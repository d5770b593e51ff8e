/**
 * What an address in a record is worth: how far it reaches and which network it belongs to. A network is what one owner
 * gets in one piece and an attacker needs many of (lib/address-group.ts). Names are worth nothing: what they lead to
 * changes after they were judged, and no node writes one.
 */
import { networkGroup } from '../lib/address-group.ts'
import { endpointOf } from '../lib/endpoint.ts'
import { isOneOwners, reachOf, type Reach } from '../lib/reach.ts'

export interface AddressKind {
  readonly reach: Reach
  readonly group: string
  /** Whether two addresses of its group are one owner's (lib/reach.ts). */
  readonly isOneOwner: boolean
}

const UNUSABLE: AddressKind = { reach: 'unusable', group: '', isOneOwner: false }

/** @param address multiaddr in text form */
export function addressKind(address: string): AddressKind {
  const endpoint = endpointOf(address)
  if (endpoint?.kind !== 'ip') return UNUSABLE
  return ipKind(endpoint.ip)
}

/** The same of an IP address. */
export function ipKind(ip: string): AddressKind {
  const reach = reachOf(ip)
  if (reach === 'unusable') return UNUSABLE
  return { reach, group: networkGroup(ip), isOneOwner: isOneOwners(ip) }
}
