/** The document of a network as bytes (NETWORK in formats.ts): those that networkId is the hash of. */
import { toHex } from '../../lib/bytes.ts'
import { sha256Hex } from '../../lib/hash.ts'
import { asNetworkId, type NetworkId } from '../ids.ts'
import { parseNetwork, type ParsedNetwork } from '../params.ts'
import { NETWORK } from './formats.ts'

/** The hash of the document that these bytes claim to be. */
export function networkIdOfBytes(bytes: Uint8Array): NetworkId {
  return asNetworkId(sha256Hex(bytes))
}

/** The parameters in the bytes, under the rules of the JSON document. */
export function decodeNetwork(bytes: Uint8Array): ParsedNetwork {
  const read = NETWORK.decode(bytes)
  if (read === null) return { ok: false, message: 'the bytes are no network document' }
  return parseNetwork({
    name: String.fromCharCode(...read.name),
    genesisTime: Number(read.genesisTime),
    slotMs: Number(read.slotMs),
    validators: read.validators.map(toHex),
    accounts: read.accounts.map(({ key, balance }) => ({ key: toHex(key), balance: balance.toString() })),
    txLifetimeMs: Number(read.txLifetimeMs),
    feeFloor: read.feeFloor.toString(),
  })
}
