/**
 * Texts of the command line to values: pure, one reader a kind. A reader answers with the value or with what is wrong,
 * in words that follow the flag's name: `--amount: "1e3" is not …`.
 */
import { U64_MAX } from '../domain/params.ts'
import { parseDuration } from '../lib/duration.ts'

export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string }
export type Reader<T> = (text: string) => Reading<T>

const U64_DIGITS_MAX = 20
const BYTES_PER: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1_000,
  mb: 1_000_000,
  gb: 1_000_000_000,
  kib: 1_024,
  mib: 1_048_576,
  gib: 1_073_741_824,
}

function good<T>(value: T): Reading<T> {
  return { ok: true, value }
}

function bad(text: string, why: string): { readonly ok: false; readonly message: string } {
  const shown = text.length > 80 ? `${text.slice(0, 77)}…` : text
  return { ok: false, message: `"${shown}" ${why}` }
}

/** Any text that is not empty. */
export function readText(text: string): Reading<string> {
  return text === '' ? bad(text, 'is empty') : good(text)
}

/**
 * An unsigned 64-bit integer in decimal digits: amounts, fees and nonces are exact, so no sign, fraction, exponent or
 * base.
 */
export function readAmount(text: string): Reading<bigint> {
  if (text === '') return bad(text, 'is empty: give a whole number')
  if (/^-\d/.test(text)) return bad(text, 'is negative')
  if (/^\+\d/.test(text)) return bad(text, 'has a sign: write the digits alone')
  if (/^0x/i.test(text)) return bad(text, 'is hexadecimal: write it in decimal digits')
  if (/^\d*[.,]\d*$/.test(text)) return bad(text, 'has a fraction: amounts are whole numbers')
  if (/^\d+(\.\d+)?e[+-]?\d+$/i.test(text)) return bad(text, 'has an exponent: write all digits')
  if (!/^\d+$/.test(text)) return bad(text, 'is not a whole number in decimal digits')
  if (text.length > 1 && text.startsWith('0')) return bad(text, 'has leading zeros')
  if (text.length > U64_DIGITS_MAX || BigInt(text) > U64_MAX) return bad(text, `is more than 64 bits hold (${U64_MAX})`)
  return good(BigInt(text))
}

/** A whole number between `min` and `max`. */
export function readCount(min: number, max: number): Reader<number> {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= min && value <= max)) return bad(text, `is not a whole number from ${min} to ${max}`)
    return good(value)
  }
}

/** `500ms`, `30s`, `2m`, `1h`, also with a fraction; milliseconds. */
export function readDuration(text: string): Reading<number> {
  const parsed = parseDuration(text)
  return parsed.ok ? good(parsed.ms) : bad(text, parsed.why)
}

/** `250`, `16KiB`, `1MiB`, `5kB`; bytes. */
export function readSize(text: string): Reading<number> {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\s?([kmg]?i?b)?$/i.exec(text)
  const factor = match === null ? undefined : BYTES_PER[(match[2] ?? '').toLowerCase()]
  if (match === null || factor === undefined) return bad(text, 'is not a size such as 250, 16KiB or 1MiB')
  const bytes = Number(match[1]) * factor
  if (!Number.isSafeInteger(bytes)) return bad(text, 'is not a whole number of bytes')
  return good(bytes)
}

/** `100%`, `99.5%`; a share above 0 and up to 1. */
export function readShare(text: string): Reading<number> {
  const match = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(text)
  if (match === null) return bad(text, 'is not a percentage such as 100% or 99.5%')
  const share = Number(match[1]) / 100
  if (share <= 0 || share > 1) return bad(text, 'is not above 0% and at most 100%')
  return good(share)
}

/** A whole id or a prefix of at least 4 hex digits, upper or lower case, with or without 0x; lower-case digits. */
export function readIdPrefix(text: string): Reading<string> {
  const digits = text.toLowerCase().replace(/^0x/, '')
  if (!/^[0-9a-f]*$/.test(digits)) return bad(text, 'is not an id: ids are hex digits')
  if (digits.length < 4) return bad(text, 'is too short: give at least 4 hex digits of the id')
  if (digits.length > 64) return bad(text, 'is too long: an id has 64 hex digits')
  return good(digits)
}

/** `head`, `settled`, a height, or a hash or the beginning of one: the words by which a node finds a block. */
export function readBlockName(text: string): Reading<string> {
  // Digits alone are a height; no hash is as short.
  if (text === 'head' || text === 'settled' || /^(0|[1-9]\d{0,14})$/.test(text)) return good(text)
  const hash = readIdPrefix(text)
  return hash.ok ? hash : bad(text, 'is not head, settled, a height, or a hash of at least 4 hex digits')
}

/** One of a closed list of words. */
export function readWord<const T extends string>(words: readonly T[]): Reader<T> {
  return (text) => {
    const word = words.find((candidate) => candidate === text)
    return word === undefined ? bad(text, `is not one of ${words.join(', ')}`) : good(word)
  }
}

/** Words of a closed list, separated by commas, each once. */
export function readWords<const T extends string>(words: readonly T[]): Reader<readonly T[]> {
  const readOne = readWord(words)
  return (text) => {
    const chosen = new Set<T>()
    for (const part of text.split(',')) {
      const word = readOne(part.trim())
      if (!word.ok) return word
      chosen.add(word.value)
    }
    return good([...chosen])
  }
}

/** `host:port` to listen on, IPv6 in brackets; port 0 lets the system choose. */
export function readListenAddress(text: string): Reading<string> {
  const match = /^([\w.-]+|\[[0-9a-f:.]+\]):(\d{1,5})$/i.exec(text)
  if (match === null || Number(match[2]) > 65_535) return bad(text, 'is not an address such as 127.0.0.1:4600')
  return good(text)
}

/** `http://host:port` of an API; without a scheme, http. A path, query, user name or password has no place in it. */
export function readApiUrl(text: string): Reading<string> {
  if (/^https:/i.test(text))
    return bad(text, 'asks for TLS, which a node does not speak: use http, over a tunnel where the node is far')
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'http')
    return bad(text, `asks for ${scheme}, and a node speaks http: write http://127.0.0.1:4600`)
  const url = URL.parse(/^http:\/\//i.test(text) ? text : `http://${text}`)
  if (url === null || url.hostname === '') return bad(text, 'is not a URL such as http://127.0.0.1:4600')
  if (url.username !== '' || url.password !== '')
    return bad(`${url.protocol}//…@${url.host}`, 'holds a secret: use --token-file')
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return bad(text, 'must end after the port')
  return good(url.origin)
}

/** A height that blocks can be below: the first block has height 1. */
export function readHeightAbove(text: string): Reading<number> {
  if (text === '0' || text === '1') return bad(text, 'has no blocks below it: the first block has height 1')
  return readCount(2, Number.MAX_SAFE_INTEGER)(text)
}

/**
 * Nodes of a testnet: `0-4`, `node-0`, `3`, `0,2,5-7`. Numbers stand for `node-<number>`.
 * @returns names, each once, in the order given
 */
export function readNodeNames(text: string): Reading<readonly string[]> {
  const names = new Set<string>()
  for (const part of text.split(',')) {
    const range = /^(\d{1,4})-(\d{1,4})$/.exec(part)
    if (range !== null) {
      const [from, to] = [Number(range[1]), Number(range[2])]
      if (from > to) return bad(text, `counts down: write ${to}-${from}`)
      for (let index = from; index <= to; index++) names.add(`node-${index}`)
    } else if (/^\d{1,4}$/.test(part)) names.add(`node-${Number(part)}`)
    else if (/^[A-Za-z][\w.-]{0,63}$/.test(part)) names.add(part)
    else return bad(text, 'is not a list of nodes such as 0-4, node-7 or 0,2,5')
  }
  return good([...names])
}

/** Several of a kind, with commas between them: `1000,10000`. */
export function readList<T>(read: Reader<T>): Reader<readonly T[]> {
  return (text) => {
    const values: T[] = []
    for (const part of text.split(',')) {
      const reading = read(part)
      if (!reading.ok) return reading
      values.push(reading.value)
    }
    return good(values)
  }
}

/** A share of something, from 0 up to below 1: `0`, `0.05`; or as `5%`. */
export function readFraction(text: string): Reading<number> {
  const match = /^(\d{1,3}(?:\.\d{1,6})?)(%?)$/.exec(text)
  const value = match === null ? Number.NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1)
  return value >= 0 && value < 1 ? good(value) : bad(text, 'is not a share such as 0, 0.05 or 5%, below 1')
}
