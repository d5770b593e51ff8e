/**
 * How much of a random or long test is drawn. The gate draws a part, from the same seeds, so that it ends in minutes;
 * `DEEP=1 npm test` draws all. What is drawn is checked by the same assertions: only how often differs.
 */
export const isDeep = process.env.DEEP === '1'

/** @returns `gate` in the gate, `deep` in a deep run */
export function drawn<T>(gate: T, deep: T): T {
  return isDeep ? deep : gate
}
