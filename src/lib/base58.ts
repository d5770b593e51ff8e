/**
 * Base58 with Bitcoin's alphabet (base58btc), the text form of libp2p peer ids, by @scure/base. Quadratic in the
 * length: for names, never for bodies; hence the bound.
 */
import { base58 } from '@scure/base'

/** Longest text that is read: peer ids have 46 to 52 characters. */
const TEXT_LENGTH_MAX = 128

/** Text of `bytes`: one leading '1' for each leading zero byte, then the number in base 58. A peer id takes 2 µs. */
export function encodeBase58(bytes: Uint8Array): string {
  return base58.encode(bytes)
}

/**
 * The bytes that `text` stands for, or null where it is no base58 or too long. Each byte string has exactly one text.
 */
export function decodeBase58(text: string): Uint8Array | null {
  if (text.length > TEXT_LENGTH_MAX) return null
  try {
    return base58.decode(text)
  } catch {
    return null
  }
}
