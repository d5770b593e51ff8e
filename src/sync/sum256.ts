/**
 * Numbers modulo 2^256 as eight limbs of 32 bits, the lowest first, inside larger arrays: no object and no BigInt for
 * each sum.
 */

export const LIMBS = 8
const TOP = 0x1_0000_0000

/** target[at…] += source[from…] */
export function addTo(target: Uint32Array, at: number, source: Uint32Array, from: number): void {
  let carry = 0
  for (let index = 0; index < LIMBS; index++) {
    const sum = (target[at + index] as number) + (source[from + index] as number) + carry
    target[at + index] = sum
    carry = sum >= TOP ? 1 : 0
  }
}

/** target[at…] -= source[from…] */
export function subtractFrom(target: Uint32Array, at: number, source: Uint32Array, from: number): void {
  let borrow = 0
  for (let index = 0; index < LIMBS; index++) {
    const difference = (target[at + index] as number) - (source[from + index] as number) - borrow
    target[at + index] = difference
    borrow = difference < 0 ? 1 : 0
  }
}

/** target[at…] = source[from…] */
export function copyWords(target: Uint32Array, at: number, source: Uint32Array, from: number): void {
  for (let index = 0; index < LIMBS; index++) target[at + index] = source[from + index] as number
}
