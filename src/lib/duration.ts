/** Durations as people write them: `500ms`, `30s`, `2m`, `1h`, also with a fraction. */

/** Longest duration, ms: a timer of Node holds 31 bits, about 24.8 days. */
const DURATION_MS_MAX = 2 ** 31 - 1

const MS_PER: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

export type ParsedDuration =
  | { readonly ok: true; readonly ms: number }
  /** What is wrong, to follow the text in quotes. */
  | { readonly ok: false; readonly why: string }

/** Whole milliseconds, or what is wrong with the text. */
export function parseDuration(text: string): ParsedDuration {
  const match = /^(\d{1,10}(?:\.\d{1,6})?)(ms|s|m|h)$/.exec(text)
  if (match === null) {
    const isUnitMissing = /^\d+(\.\d+)?$/.test(text)
    return {
      ok: false,
      why: isUnitMissing ? `has no unit: write ${text}s or ${text}ms` : 'is not a duration such as 500ms, 30s or 2m',
    }
  }
  const ms = Math.round(Number(match[1]) * (MS_PER[match[2] ?? ''] ?? Number.NaN))
  return ms > DURATION_MS_MAX ? { ok: false, why: 'is longer than 24 days' } : { ok: true, ms }
}
