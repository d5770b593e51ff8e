/**
 * Addresses: a public key as people copy it. Bech32m of the 32 bytes, with the prefix `hs` on production networks and
 * `ths` on development ones, so that money of the one is never sent to an address of the other by mistake (README.md).
 */
import { isDevNetwork } from './params.ts'
import { assert } from '../lib/assert.ts'
import { bytesToWords, decodeBech32m, encodeBech32m, wordsToBytes, type Bech32mFailure } from '../lib/bech32.ts'

const PUBLIC_KEY_BYTES = 32

/** Networks whose name begins with `dev-` are for development (PROTOCOL.md, Network). */
export type NetworkKind = 'production' | 'development'

const PREFIXES: Readonly<Record<NetworkKind, string>> = { production: 'hs', development: 'ths' }

/**
 * Why a text is not an address of this network: `wrong-network` is a good address of the other kind, `wrong-prefix` a
 * good Bech32m text of something else, `wrong-length` one whose content isn't 32 bytes; the others are those of
 * Bech32m.
 */
export type AddressFailure = Bech32mFailure | 'wrong-network' | 'wrong-prefix' | 'wrong-length'

export type DecodedAddress =
  { readonly ok: true; readonly publicKey: Uint8Array } | { readonly ok: false; readonly reason: AddressFailure }

/** The kind of the network with this name. */
export function networkKindOf(networkName: string): NetworkKind {
  return isDevNetwork(networkName) ? 'development' : 'production'
}

/** The address of a public key of exactly 32 bytes: 61 characters on a production network, 62 on a development one. */
export function encodeAddress(publicKey: Uint8Array, kind: NetworkKind): string {
  assert(publicKey.byteLength === PUBLIC_KEY_BYTES, 'a public key has 32 bytes')
  return encodeBech32m(PREFIXES[kind], bytesToWords(publicKey))
}

/**
 * The public key of an address on a network of this kind, in lower or upper case. The checksum says that it was copied
 * well; whether the 32 bytes are a key that anybody can sign for is the verifier's to say.
 */
export function decodeAddress(text: string, kind: NetworkKind): DecodedAddress {
  const decoded = decodeBech32m(text)
  if (!decoded.ok) return decoded
  if (decoded.prefix !== PREFIXES[kind]) {
    const known = Object.values(PREFIXES).includes(decoded.prefix)
    return { ok: false, reason: known ? 'wrong-network' : 'wrong-prefix' }
  }
  const publicKey = wordsToBytes(decoded.words)
  if (publicKey?.byteLength !== PUBLIC_KEY_BYTES) return { ok: false, reason: 'wrong-length' }
  return { ok: true, publicKey }
}
