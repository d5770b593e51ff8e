/**
 * Fingerprints of sets as PROTOCOL.md (reconcile) has them, written once more from the text: a node's own sums are
 * what is under test.
 */
import type { NetworkId } from '../domain/ids.ts'
import type { ItemKey } from '../domain/item-key.ts'
import { concatBytes, fromHex, utf8 } from '../lib/bytes.ts'
import { sha256 } from '../lib/hash.ts'

const EPOCH_MS = 600_000
const MODULUS = 2n ** 256n

export function epochAt(nowMs: number): number {
  return Math.floor(nowMs / EPOCH_MS)
}

/** The fingerprint, 16 bytes, of these keys in an epoch. */
export function fingerprintOf(
  network: NetworkId,
  set: 'transactions' | 'records',
  epoch: number,
  keys: readonly ItemKey[],
): Uint8Array {
  const context = concatBytes(utf8(network), Uint8Array.of(0), utf8(set))
  const salt = sha256(concatBytes(utf8('hearsay/fingerprint/1'), Uint8Array.of(0), context, u32(epoch)))
  let sum = 0n
  for (const key of keys)
    sum = (sum + littleEndian(sha256(concatBytes(salt, fromHex(key) ?? new Uint8Array(0))))) % MODULUS
  const sumBytes = Uint8Array.from({ length: 32 }, (_, at) => Number((sum >> BigInt(8 * at)) & 0xffn))
  return sha256(concatBytes(sumBytes, u32(keys.length))).subarray(0, 16)
}

function u32(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value, true)
  return out
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n)
}
