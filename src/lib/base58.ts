/**
 * Base58 with Bitcoin's alphabet (base58btc), the text form of libp2p peer ids. Quadratic in the length: for names, never for bodies; hence
 * the bound.
 */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const BASE = 58
/** Longest text that is read: peer ids have 46 to 52 characters. */
const TEXT_LENGTH_MAX = 128

const VALUES: ReadonlyMap<string, number> = new Map([...ALPHABET].map((character, value) => [character, value]))

/** Text of `bytes`: one leading '1' for each leading zero byte, then the number in base 58. */
export function encodeBase58(bytes: Uint8Array): string {
  let zeros = 0
  while (zeros < bytes.byteLength && bytes[zeros] === 0) zeros++
  const digits: number[] = []
  for (const byte of bytes.subarray(zeros)) {
    let carry = byte
    for (let index = 0; index < digits.length; index++) {
      carry += (digits[index] as number) * 256
      digits[index] = carry % BASE
      carry = Math.floor(carry / BASE)
    }
    for (; carry > 0; carry = Math.floor(carry / BASE)) digits.push(carry % BASE)
  }
  const text = digits.reverse().map((digit) => ALPHABET.charAt(digit))
  return '1'.repeat(zeros) + text.join('')
}

/** The bytes that `text` stands for, or null where it is no base58 or too long. Each byte string has exactly one text. */
export function decodeBase58(text: string): Uint8Array | null {
  if (text.length > TEXT_LENGTH_MAX) return null
  let zeros = 0
  while (zeros < text.length && text[zeros] === '1') zeros++
  const bytes: number[] = []
  for (const character of text.slice(zeros)) {
    let carry = VALUES.get(character)
    if (carry === undefined) return null
    for (let index = 0; index < bytes.length; index++) {
      carry += (bytes[index] as number) * BASE
      bytes[index] = carry & 0xff
      carry >>= 8
    }
    for (; carry > 0; carry >>= 8) bytes.push(carry & 0xff)
  }
  return Uint8Array.from([...new Array<number>(zeros).fill(0), ...bytes.reverse()])
}
