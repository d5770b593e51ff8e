/**
 * SSZ of `Hello{version u16, networkId B32, headHeight u64, headHash B32, settledHeight u64, mempoolCount u64,
 * mempoolFingerprint B32, name list[byte, 64]}`.
 */
import { concatBytes, fromHex, toHex, utf8 } from '../../lib/bytes.ts'
import { assert } from '../../lib/assert.ts'
import { asBlockHash, asNetworkId } from '../ids.ts'
import type { Hello } from '../hello.ts'

const FIXED_BYTES = 2 + 32 + 8 + 32 + 8 + 8 + 32 + 4
const NAME_BYTES_MAX = 64
const HEIGHT_MAX = BigInt(Number.MAX_SAFE_INTEGER)

export function encodeHello(hello: Hello): Uint8Array {
  const fixed = new Uint8Array(FIXED_BYTES)
  const view = new DataView(fixed.buffer)
  view.setUint16(0, hello.version, true)
  fixed.set(hashBytes(hello.networkId), 2)
  view.setBigUint64(34, hello.headHeight, true)
  fixed.set(hashBytes(hello.headHash), 42)
  view.setBigUint64(74, hello.settledHeight, true)
  view.setBigUint64(82, hello.mempoolCount, true)
  fixed.set(hashBytes(hello.mempoolFingerprint), 90)
  view.setUint32(122, FIXED_BYTES, true)
  return concatBytes(fixed, utf8(hello.name))
}

/** Null where the bytes are not a hello. The version may be one that this node does not speak. */
export function decodeHello(bytes: Uint8Array): Hello | null {
  if (bytes.byteLength < FIXED_BYTES || bytes.byteLength > FIXED_BYTES + NAME_BYTES_MAX) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(122, true) !== FIXED_BYTES) return null
  const name = String.fromCharCode(...bytes.subarray(FIXED_BYTES))
  if (!/^[\x20-\x7e]*$/.test(name)) return null
  const [headHeight, settledHeight] = [view.getBigUint64(34, true), view.getBigUint64(74, true)]
  // No block has a greater height; beyond 2^53 two heights could become one where they are compared.
  if (headHeight > HEIGHT_MAX || settledHeight > HEIGHT_MAX) return null
  return {
    version: view.getUint16(0, true),
    networkId: asNetworkId(toHex(bytes.subarray(2, 34))),
    headHeight,
    headHash: asBlockHash(toHex(bytes.subarray(42, 74))),
    settledHeight,
    mempoolCount: view.getBigUint64(82, true),
    mempoolFingerprint: toHex(bytes.subarray(90, 122)),
    name,
  }
}

function hashBytes(hex: string): Uint8Array {
  const bytes = fromHex(hex)
  assert(bytes !== null && bytes.byteLength === 32, 'a hash is 32 bytes')
  return bytes
}
