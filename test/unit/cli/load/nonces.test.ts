import { describe, expect, it } from 'vitest'
import { Nonces } from '../../../../src/cli/load/nonces.ts'

const take = (nonces: Nonces, count: number): number[] => Array.from({ length: count }, () => Number(nonces.take()))

describe('nonces of an account under load', () => {
  it('count up from what the node said', () => {
    expect(take(new Nonces(7n), 3)).toEqual([7, 8, 9])
  })

  it('that come back are used first, the lowest before all, so that no gap stays', () => {
    const nonces = new Nonces(0n)
    take(nonces, 6)
    for (const nonce of [4n, 1n, 3n]) nonces.giveBack(nonce)
    expect(take(nonces, 5)).toEqual([1, 3, 4, 6, 7])
  })

  it('come back once, however often that is said', () => {
    const nonces = new Nonces(0n)
    take(nonces, 3)
    for (const nonce of [1n, 1n, 0n, 1n, 0n]) nonces.giveBack(nonce)
    expect(take(nonces, 3)).toEqual([0, 1, 3])
  })
})
