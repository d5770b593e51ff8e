/**
 * A seeded generator of pseudo-random numbers, so that chance is an argument: xoshiro128** (Blackman and Vigna, 2018),
 * its state filled by splitmix32 from a 32-bit seed. Fast and well spread; never for keys or anything secret.
 */

export interface Prng {
  /** A number in [0, 1). */
  next(): number
  /** An integer in [0, bound), `bound` at least 1. */
  below(bound: number): number
  /** `count` bytes. */
  bytes(count: number): Uint8Array
  /** A new array with the items in random order (Fisher and Yates). */
  shuffled<T>(items: readonly T[]): T[]
  /** An independent generator for one purpose: adding draws to one stream must not shift another. */
  child(purpose: string): Prng
}

/** A generator from a 32-bit seed: the same seed gives the same numbers on every machine. */
export function createPrng(seed: number): Prng {
  let [a, b, c, d] = spread(seed)
  const nextUint32 = (): number => {
    const result = Math.imul(rotl(Math.imul(b, 5), 7), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotl(d, 11)
    return result
  }
  const next = (): number => nextUint32() / 0x1_0000_0000
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    next,
    below,
    bytes(count) {
      const out = new Uint8Array(count)
      for (let i = 0; i < count; i++) out[i] = nextUint32() >>> 24
      return out
    },
    shuffled(items) {
      const out = items.slice()
      for (let i = out.length - 1; i > 0; i--) {
        const j = below(i + 1)
        const held = out[i] as (typeof out)[number]
        out[i] = out[j] as (typeof out)[number]
        out[j] = held
      }
      return out
    },
    child: (purpose) => createPrng((seed ^ fnv1a(purpose)) >>> 0),
  }
}

function rotl(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k))
}

/** FNV-1a, 32 bits: names of purposes become seeds. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

function spread(seed: number): [number, number, number, number] {
  let state = seed >>> 0
  const splitmix = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
  return [splitmix(), splitmix(), splitmix(), splitmix()]
}
