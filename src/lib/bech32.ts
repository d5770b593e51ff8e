/**
 * Bech32m, text for bytes that people copy: a readable prefix, a separator, 5-bit characters, and a checksum that finds
 * every error of up to four characters (BIP-350; the format is BIP-173's with another constant).
 */

const CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const SEPARATOR = '1'
const CHECKSUM_LENGTH = 6
/** BIP-173: the code's guarantee ends at 90 characters. */
const TEXT_LENGTH_MAX = 90
/** BIP-350; with 1 in its place it would be the older Bech32, in which q may be slipped in before a final p. */
const BECH32M_CONSTANT = 0x2bc830a3
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

export type Bech32mFailure = 'too-long' | 'mixed-case' | 'no-prefix' | 'too-short' | 'bad-character' | 'bad-checksum'

export type DecodedBech32m =
  | { readonly ok: true; readonly prefix: string; readonly words: readonly number[] }
  | { readonly ok: false; readonly reason: Bech32mFailure }

/**
 * The text of `words` (numbers below 32) under `prefix` (1 to 83 lower-case printable ASCII characters). The result has
 * at most 90 characters; anything else is a programmer's mistake and throws.
 */
export function encodeBech32m(prefix: string, words: readonly number[]): string {
  if (!/^[\x21-\x40\x5b-\x7e]{1,83}$/.test(prefix))
    throw new Error('assertion failed: the prefix is printable and lower-case')
  if (prefix.length + 1 + words.length + CHECKSUM_LENGTH > TEXT_LENGTH_MAX) {
    throw new Error('assertion failed: a Bech32m text has at most 90 characters')
  }
  const checksum = polymod([...expandPrefix(prefix), ...words, 0, 0, 0, 0, 0, 0]) ^ BECH32M_CONSTANT
  let text = prefix + SEPARATOR
  for (const word of words) text += characterOf(word)
  for (let i = 0; i < CHECKSUM_LENGTH; i++) text += characterOf((checksum >>> (5 * (5 - i))) & 31)
  return text
}

/**
 * Reads Bech32m text, all lower or all upper case; the prefix comes back in lower case, the words without the checksum.
 */
export function decodeBech32m(text: string): DecodedBech32m {
  if (text.length > TEXT_LENGTH_MAX) return { ok: false, reason: 'too-long' }
  if (!/^[\x21-\x7e]*$/.test(text)) return { ok: false, reason: 'bad-character' }
  const lower = text.toLowerCase()
  if (text !== lower && text !== text.toUpperCase()) return { ok: false, reason: 'mixed-case' }
  const separatorAt = lower.lastIndexOf(SEPARATOR)
  if (separatorAt < 1) return { ok: false, reason: 'no-prefix' }
  const prefix = lower.slice(0, separatorAt)
  const words: number[] = []
  for (const character of lower.slice(separatorAt + 1)) {
    const word = CHARSET.indexOf(character)
    if (word === -1) return { ok: false, reason: 'bad-character' }
    words.push(word)
  }
  if (words.length < CHECKSUM_LENGTH) return { ok: false, reason: 'too-short' }
  if (polymod([...expandPrefix(prefix), ...words]) !== BECH32M_CONSTANT) return { ok: false, reason: 'bad-checksum' }
  return { ok: true, prefix, words: words.slice(0, -CHECKSUM_LENGTH) }
}

/** 8-bit bytes as 5-bit words, the last one filled up with zero bits. */
export function bytesToWords(bytes: Uint8Array): number[] {
  const words: number[] = []
  let held = 0
  let heldBits = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    heldBits += 8
    while (heldBits >= 5) {
      heldBits -= 5
      words.push((held >>> heldBits) & 31)
    }
    held &= (1 << heldBits) - 1
  }
  if (heldBits > 0) words.push((held << (5 - heldBits)) & 31)
  return words
}

/**
 * The bytes that `words` came from, or null where no bytes give these words: a whole word of padding, or padding that
 * isn't zero.
 */
export function wordsToBytes(words: readonly number[]): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((words.length * 5) / 8))
  let length = 0
  let held = 0
  let heldBits = 0
  for (const word of words) {
    held = (held << 5) | word
    heldBits += 5
    if (heldBits >= 8) {
      heldBits -= 8
      bytes[length++] = held >>> heldBits
    }
    held &= (1 << heldBits) - 1
  }
  return heldBits < 5 && held === 0 ? bytes : null
}

function characterOf(word: number): string {
  const character = CHARSET[word]
  if (character === undefined) throw new Error('assertion failed: a word is an integer below 32')
  return character
}

function expandPrefix(prefix: string): number[] {
  const codes = Array.from(prefix, (character) => character.charCodeAt(0))
  return [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31)]
}

/** The BCH checksum over GF(32), 30 bits. */
function polymod(words: readonly number[]): number {
  let checksum = 1
  for (const word of words) {
    const top = checksum >>> 25
    checksum = ((checksum & 0x1ffffff) << 5) ^ word
    GENERATORS.forEach((generator, i) => {
      if (((top >>> i) & 1) === 1) checksum ^= generator
    })
  }
  return checksum
}
