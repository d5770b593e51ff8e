/**
 * What a link does to the bytes that pass it, and how a user writes it: `40ms`, `40ms±20ms`, `40ms±20ms@1MiB/s`, `0`,
 * `@64KiB/s`. Delay and jitter hold for each direction by itself: with `40ms±20ms` a byte takes 20 to 60 ms one way,
 * and a round trip 40 to 120.
 */
import { LINK_DELAY_MS_MAX } from '../limits.ts'

export interface LinkShape {
  /** One-way delay, ms. */
  readonly delayMs: number
  /**
   * Half the width of the even spread around the delay, ms; at most the delay. Order is kept: a late byte holds up
   * those behind it.
   */
  readonly jitterMs: number
  /** Bytes a second and direction; null: unbounded. */
  readonly bytesPerSecond: number | null
  /** Share of pieces that TCP has to send again, which makes them late and all behind them; none unless given. */
  readonly lossRate?: number
}

/** Links that differ by where their ends are. */
export interface RegionShapes {
  /** Number of each node's region; of those that are not in it, the first. */
  readonly of: readonly number[]
  /** Links between two regions, by their numbers. */
  readonly shapes: readonly (readonly LinkShape[])[]
}

export const UNSHAPED: LinkShape = { delayMs: 0, jitterMs: 0, bytesPerSecond: null }

export type ParsedShape =
  { readonly ok: true; readonly shape: LinkShape } | { readonly ok: false; readonly message: string }

const DURATION = String.raw`\d+(?:\.\d+)?\s*(?:us|ms|s)`
const SHAPE = new RegExp(
  String.raw`^(?:0|(${DURATION})(?:\s*(?:±|\+-|\+/-)\s*(${DURATION}))?)?(?:\s*@\s*(\d+(?:\.\d+)?)\s*(B|kB|KiB|MB|MiB)/s)?$`,
)
const DURATION_UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 }
const RATE_UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1_000, KiB: 1_024, MB: 1_000_000, MiB: 1_048_576 }

/** Reads a link's shape as a user writes it; the message says what is wrong and shows one that is right. */
export function parseLinkShape(text: string): ParsedShape {
  const match = text.trim() === '' ? null : SHAPE.exec(text.trim())
  if (match === null)
    return bad(`"${text}" is not a link: write a delay such as 40ms or 40ms±20ms, or with a rate 40ms±20ms@1MiB/s`)
  const delayMs = durationMs(match[1])
  const jitterMs = durationMs(match[2])
  if (delayMs > LINK_DELAY_MS_MAX)
    return bad(`"${text}": the delay of a link is at most ${LINK_DELAY_MS_MAX / 1_000} s`)
  if (jitterMs > delayMs)
    return bad(`"${text}": the jitter is larger than the delay, and no byte arrives before it is sent`)
  const bytesPerSecond = match[3] === undefined ? null : Number(match[3]) * (RATE_UNITS[match[4] ?? ''] ?? 0)
  if (bytesPerSecond !== null && bytesPerSecond < 1)
    return bad(`"${text}": the rate of a link is at least 1B/s; cut the link for less`)
  return { ok: true, shape: { delayMs, jitterMs, bytesPerSecond } }
}

/** The shape as `parseLinkShape` reads it. */
export function formatLinkShape({ delayMs, jitterMs, bytesPerSecond }: LinkShape): string {
  const delay = delayMs === 0 ? '0' : `${delayMs}ms${jitterMs === 0 ? '' : `±${jitterMs}ms`}`
  return bytesPerSecond === null ? delay : `${delay}@${bytesPerSecond}B/s`
}

function durationMs(text: string | undefined): number {
  if (text === undefined) return 0
  const [, number, unit] = /^([\d.]+)\s*(us|ms|s)$/.exec(text) ?? []
  return Number(number) * (DURATION_UNITS[unit ?? ''] ?? 0)
}

function bad(message: string): ParsedShape {
  return { ok: false, message }
}
