/**
 * IP addresses as bytes: 4 of IPv4, 16 of IPv6. An IPv4 address in IPv6's clothes (`::ffff:192.0.2.7`, also written
 * `::ffff:c000:207`) is the IPv4 one, so that no rule on addresses has two spellings to think of.
 */

/**
 * The bytes of an address; null where the text is none. Strict: no zone, no leading zeros in IPv4, which some readers
 * take for octal.
 */
export function parseIp(text: string): Uint8Array | null {
  if (!text.includes(':')) return parseIpv4(text)
  const bytes = parseIpv6(text)
  return bytes !== null && isMapped(bytes) ? bytes.slice(12) : bytes
}

/** The one spelling of an address (RFC 5952). */
export function ipText(bytes: Uint8Array): string {
  if (bytes.byteLength === 4) return bytes.join('.')
  const words = wordsOf(bytes)
  const gap = longestGap(words)
  const hex = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(':')
  return gap === null ? hex(words) : `${hex(words.slice(0, gap.from))}::${hex(words.slice(gap.to))}`
}

/** The eight words of an IPv6 address. */
export function wordsOf(bytes: Uint8Array): number[] {
  return Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number))
}

function parseIpv4(text: string): Uint8Array | null {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part))) return null
  const numbers = parts.map(Number)
  return numbers.every((number) => number <= 255) ? Uint8Array.from(numbers) : null
}

function parseIpv6(text: string): Uint8Array | null {
  const halves = text.split('::')
  if (halves.length > 2 || text.length > 45) return null
  const [left, right] = halves.map(readWords)
  if (left === undefined || left === null || right === null) return null
  const missing = 8 - left.length - (right?.length ?? 0)
  if (right === undefined ? missing !== 0 : missing < 1) return null
  const words = [...left, ...new Array<number>(missing).fill(0), ...(right ?? [])]
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]))
}

/** The words of one side of `::`; the last two may be written as an IPv4 address. */
function readWords(text: string): number[] | null {
  if (text === '') return []
  const parts = text.split(':')
  const words: number[] = []
  for (const [at, part] of parts.entries()) {
    const tail = at === parts.length - 1 && part.includes('.') ? parseIpv4(part) : null
    if (tail !== null)
      words.push(((tail[0] as number) << 8) | (tail[1] as number), ((tail[2] as number) << 8) | (tail[3] as number))
    else if (/^[0-9a-f]{1,4}$/i.test(part)) words.push(Number.parseInt(part, 16))
    else return null
  }
  return words
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
}

/** The longest run of at least two zero words, the first of equal ones. */
function longestGap(words: readonly number[]): { readonly from: number; readonly to: number } | null {
  let best: { from: number; to: number } | null = null
  for (let from = 0; from < 8; from++) {
    let to = from
    while (to < 8 && words[to] === 0) to++
    if (to - from >= 2 && (best === null || to - from > best.to - best.from)) best = { from, to }
    from = Math.max(from, to - 1)
  }
  return best
}
