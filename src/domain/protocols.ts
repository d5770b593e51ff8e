/** Names on the wire (PROTOCOL.md, Gossip and Request protocols). */
import type { NetworkId } from './ids.ts'
import { shortNetworkId } from './params.ts'

/** The closed list of gossip topics. */
export const TOPICS = ['transactions', 'blocks', 'records'] as const
export type Topic = (typeof TOPICS)[number]

/** The closed list of request protocols. */
export const PROTOCOLS = ['hello', 'objects', 'chain', 'reconcile', 'probe', 'observe', 'invite', 'reach'] as const
export type Protocol = (typeof PROTOCOLS)[number]

/** `/hearsay/<first 8 hex digits of networkId>/<topic>` */
export function topicName(network: NetworkId, topic: Topic): string {
  return `/hearsay/${shortNetworkId(network)}/${topic}`
}

/**
 * `/hearsay/<id8>/<name>/1`; only hello's name is the same on all networks, `/hearsay/hello/1`: two nodes of different
 * networks must be able to tell each other so, and with the network in the name they would only learn that a protocol
 * is missing.
 */
export function protocolName(network: NetworkId, protocol: Protocol): string {
  return protocol === 'hello' ? '/hearsay/hello/1' : `/hearsay/${shortNetworkId(network)}/${protocol}/1`
}

/** The version that hello carries; a node with another one is refused. */
export const PROTOCOL_VERSION = 1
