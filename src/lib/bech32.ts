/**
 * Bech32m, text for bytes that people copy: a readable prefix, a separator, 5-bit characters, and a checksum that finds
 * every error of up to four characters (BIP-350; the format is BIP-173's with another constant). By @scure/base; here
 * stands which fault a text has, so that whoever mistyped one is told.
 */
import { bech32m } from '@scure/base'
import { assert } from './assert.ts'

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const CHARACTERS = new RegExp(`^[${ALPHABET}]*$`)
const SEPARATOR = '1'
const CHECKSUM_LENGTH = 6
/** BIP-173: of up to four errors the code's guarantee ends at 90 characters. */
const TEXT_LENGTH_MAX = 90
/** Up to here it finds each single error, and two: the length of the code (BIP-173, Checksum design). */
export const LONG_TEXT_LENGTH_MAX = 1_023

export type Bech32mFailure = 'too-long' | 'mixed-case' | 'no-prefix' | 'too-short' | 'bad-character' | 'bad-checksum'

export type DecodedBech32m =
  | { readonly ok: true; readonly prefix: string; readonly words: readonly number[] }
  | { readonly ok: false; readonly reason: Bech32mFailure }

/**
 * The text of `words` (numbers below 32) under `prefix` (1 to 83 lower-case printable ASCII characters). The result has
 * at most `lengthMax` characters; anything else is a programmer's mistake and throws.
 */
export function encodeBech32m(prefix: string, words: readonly number[], lengthMax = TEXT_LENGTH_MAX): string {
  assert(/^[\x21-\x40\x5b-\x7e]{1,83}$/.test(prefix), 'the prefix is printable and lower-case')
  return bech32m.encode(prefix, [...words], lengthMax)
}

/**
 * Reads Bech32m text, all lower or all upper case; the prefix comes back in lower case, the words without the checksum.
 */
export function decodeBech32m(text: string, lengthMax = TEXT_LENGTH_MAX): DecodedBech32m {
  if (text.length > lengthMax) return { ok: false, reason: 'too-long' }
  if (!/^[\x21-\x7e]*$/.test(text)) return { ok: false, reason: 'bad-character' }
  const lower = text.toLowerCase()
  if (text !== lower && text !== text.toUpperCase()) return { ok: false, reason: 'mixed-case' }
  const separatorAt = lower.lastIndexOf(SEPARATOR)
  if (separatorAt < 1) return { ok: false, reason: 'no-prefix' }
  if (!CHARACTERS.test(lower.slice(separatorAt + 1))) return { ok: false, reason: 'bad-character' }
  if (lower.length - separatorAt - 1 < CHECKSUM_LENGTH) return { ok: false, reason: 'too-short' }
  const decoded = bech32m.decodeUnsafe(lower, lengthMax)
  return decoded === undefined ? { ok: false, reason: 'bad-checksum' } : { ok: true, ...decoded }
}

/** 8-bit bytes as 5-bit words, the last one filled up with zero bits. */
export function bytesToWords(bytes: Uint8Array): number[] {
  return bech32m.toWords(bytes)
}

/**
 * The bytes that `words` came from, or null where no bytes give these words: a whole word of padding, or padding that
 * isn't zero.
 */
export function wordsToBytes(words: readonly number[]): Uint8Array | null {
  return bech32m.fromWordsUnsafe([...words]) ?? null
}

/** What lower-case characters of the data part stand for, checksum included and unchecked; null where one is none. */
export function looseWords(text: string): readonly number[] | null {
  return CHARACTERS.test(text) ? [...text].map((character) => ALPHABET.indexOf(character)) : null
}
