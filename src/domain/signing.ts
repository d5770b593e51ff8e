/**
 * What is signed: ASCII tag ‖ 0x00 ‖ networkId ‖ SSZ(body) (PROTOCOL.md, Signatures). The tag keeps kinds apart, the
 * network id networks, so that no signature can be used for anything but what its maker saw.
 */
import { concatBytes, fromHex, utf8 } from '../lib/bytes.ts'
import { assert } from '../lib/assert.ts'
import type { NetworkId } from './ids.ts'

export type SigningTag = 'hearsay/tx/1' | 'hearsay/block/1' | 'hearsay/record/1' | 'hearsay/suspicion/1'

/** The bytes before the body: made once for a network and kind. */
export function signingPrefix(tag: SigningTag, network: NetworkId): Uint8Array {
  const id = fromHex(network)
  assert(id !== null && id.byteLength === 32, 'a network id is 32 bytes')
  return concatBytes(utf8(tag), Uint8Array.of(0), id)
}
