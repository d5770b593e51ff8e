/**
 * Counts of durations in buckets that grow with the value (the idea of HdrHistogram): any number of samples in 13 KiB,
 * and every figure within 1/128 of the true one, from 1 µs to 71 minutes. Longer ones count as 71 minutes; `max` and
 * `mean` are exact.
 *
 * A value v in µs below 256 has a bucket of its own; above, [2^e, 2^(e+1)) is cut into 128 equal ones.
 */
const PRECISION_BITS = 7
const LARGEST_US = 2 ** 32 - 1
const BUCKETS = (31 - PRECISION_BITS) * 2 ** PRECISION_BITS + 2 ** (PRECISION_BITS + 1)

export interface HistogramFigures {
  readonly count: number
  readonly min: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export class Histogram {
  readonly #counts = new Float64Array(BUCKETS)
  #count = 0
  #sumMs = 0
  #minMs = Number.POSITIVE_INFINITY
  #maxMs = 0

  get count(): number {
    return this.#count
  }

  /** Counts one duration, ms. A negative one, as clocks may give, counts as 0. */
  record(ms: number): void {
    const value = Math.max(0, ms)
    const bucket = bucketOf(Math.min(LARGEST_US, Math.round(value * 1_000)))
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count++
    this.#sumMs += value
    this.#minMs = Math.min(this.#minMs, value)
    this.#maxMs = Math.max(this.#maxMs, value)
  }

  /**
   * The duration, ms, that `share` (0 to 1) of the samples do not exceed: nearest rank, rounded up to its bucket's end;
   * null without samples.
   */
  percentile(share: number): number | null {
    if (this.#count === 0) return null
    const rank = Math.max(1, Math.ceil(share * this.#count))
    let below = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      below += this.#counts[bucket] ?? 0
      if (below >= rank) return Math.max(this.#minMs, Math.min(this.#maxMs, lastOf(bucket) / 1_000))
    }
    return this.#maxMs
  }

  /** The usual figures in ms, to the µs; null without samples. */
  figures(): HistogramFigures | null {
    if (this.#count === 0) return null
    const at = (share: number): number => toMicros(this.percentile(share) ?? 0)
    return {
      count: this.#count,
      min: toMicros(this.#minMs),
      mean: toMicros(this.#sumMs / this.#count),
      p50: at(0.5),
      p90: at(0.9),
      p95: at(0.95),
      p99: at(0.99),
      p999: at(0.999),
      max: toMicros(this.#maxMs),
    }
  }
}

function bucketOf(us: number): number {
  const excess = Math.max(0, 31 - Math.clz32(us) - PRECISION_BITS)
  return excess * 2 ** PRECISION_BITS + (us >>> excess)
}

/** The largest value of a bucket, µs. */
function lastOf(bucket: number): number {
  const excess = Math.max(0, Math.floor(bucket / 2 ** PRECISION_BITS) - 1)
  const mantissa = bucket - excess * 2 ** PRECISION_BITS
  return (mantissa + 1) * 2 ** excess - 1
}

function toMicros(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
