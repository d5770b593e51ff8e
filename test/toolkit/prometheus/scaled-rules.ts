/**
 * Alert rules in a shorter time: the file that we ship, with every duration in it divided by one number, so that an
 * alert of minutes is seen within seconds.
 */

const MS_OF = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

/**
 * The same rules with each `for:` and each window of an expression (`[5m]`) divided by `factor`; thresholds are rates
 * and seconds, and stay.
 * @param factor at least 1; windows must stay longer than two scrapes, or a rate has nothing to compare
 */
export function scaledRules(rules: string, factor: number): string {
  return rules.replaceAll(
    /(\bfor: |\[)(\d+)(ms|s|m|h)\b/g,
    (_, before: string, count: string, unit: keyof typeof MS_OF) =>
      `${before}${Math.round((Number(count) * MS_OF[unit]) / factor)}ms`,
  )
}
