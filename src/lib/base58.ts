/**
 * Base58 with Bitcoin's alphabet (base58btc), the text form of libp2p peer ids. Quadratic in the length: for names,
 * never for bodies; hence the bound.
 */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const BASE = 58
const LIMB_DIGITS = 5
const LIMB = BASE ** LIMB_DIGITS
/** Longest text that is read: peer ids have 46 to 52 characters. */
const TEXT_LENGTH_MAX = 128

const VALUES: ReadonlyMap<string, number> = new Map([...ALPHABET].map((character, value) => [character, value]))

/** Text of `bytes`: one leading '1' for each leading zero byte, then the number in base 58. */
export function encodeBase58(bytes: Uint8Array): string {
  let zeros = 0
  while (zeros < bytes.byteLength && bytes[zeros] === 0) zeros++
  // Two bytes at a time into limbs of five digits, the lowest first: 2^16 · 58^5 is exact in a double, and a peer id
  // takes 2 µs.
  const limbs: number[] = []
  for (let at = zeros; at < bytes.byteLength;) {
    const isSingle = at === zeros && (bytes.byteLength - zeros) % 2 === 1
    let carry = isSingle ? (bytes[at] as number) : (bytes[at] as number) * 256 + (bytes[at + 1] as number)
    const scale = isSingle ? 256 : 65_536
    for (let index = 0; index < limbs.length; index++) {
      carry += (limbs[index] as number) * scale
      limbs[index] = carry % LIMB
      carry = Math.floor(carry / LIMB)
    }
    if (carry > 0) limbs.push(carry)
    at += isSingle ? 1 : 2
  }
  let text = ''
  for (const limb of limbs) {
    for (let digit = 0, rest = limb; digit < LIMB_DIGITS; digit++, rest = Math.floor(rest / BASE))
      text = ALPHABET.charAt(rest % BASE) + text
  }
  return '1'.repeat(zeros) + text.replace(/^1+/, '')
}

/**
 * The bytes that `text` stands for, or null where it is no base58 or too long. Each byte string has exactly one text.
 */
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
