/** Seeds of commands that run one after the other. */
import { usageFailure } from './failure.ts'

/** Largest seed: 32 bits, as networks have them. */
export const SEED_MAX = 0xffff_ffff

/** Refuses runs whose last seed there is not: before the first of them. */
export function refuseSeedsBeyond(first: number, count: number): void {
  const last = first + count - 1
  if (last > SEED_MAX)
    throw usageFailure(
      `${count} seeds from ${first} on end at ${last}, beyond the largest, ${SEED_MAX}: begin at ${SEED_MAX - count + 1} or before`,
    )
}
