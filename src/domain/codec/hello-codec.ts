/** The hello (HELLO in formats.ts), with the rules for its values. */
import { fromHex, toHex, utf8 } from '../../lib/bytes.ts'
import { assert } from '../../lib/assert.ts'
import { asBlockHash, asNetworkId } from '../ids.ts'
import type { Hello } from '../hello.ts'
import { HELLO } from './formats.ts'

const HEIGHT_MAX = BigInt(Number.MAX_SAFE_INTEGER)

export function encodeHello(hello: Hello): Uint8Array {
  return HELLO.encode({
    ...hello,
    networkId: hashBytes(hello.networkId),
    headHash: hashBytes(hello.headHash),
    mempoolFingerprint: hashBytes(hello.mempoolFingerprint),
    name: utf8(hello.name),
  })
}

/** Null where the bytes are not a hello. The version may be one that this node does not speak. */
export function decodeHello(bytes: Uint8Array): Hello | null {
  if (bytes.byteLength > HELLO.bytesMax) return null
  const read = HELLO.decode(bytes)
  if (read === null) return null
  const name = String.fromCharCode(...read.name)
  if (!/^[\x20-\x7e]*$/.test(name)) return null
  // No block has a greater height; beyond 2^53 two heights could become one where they are compared.
  if (read.headHeight > HEIGHT_MAX || read.settledHeight > HEIGHT_MAX) return null
  return {
    ...read,
    networkId: asNetworkId(toHex(read.networkId)),
    headHash: asBlockHash(toHex(read.headHash)),
    mempoolFingerprint: toHex(read.mempoolFingerprint),
    name,
  }
}

function hashBytes(hex: string): Uint8Array {
  const bytes = fromHex(hex)
  assert(bytes !== null && bytes.byteLength === 32, 'a hash is 32 bytes')
  return bytes
}
