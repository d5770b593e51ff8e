import { describe, expect, it } from 'vitest'
import { THREADED_CHECKS_MIN } from '../../../src/node/limits.ts'
import { ThreadedVerification } from '../../../src/node/threaded-verification.ts'
import type { VerificationResult } from '../../../src/node/verification.ts'
import type { Elsewhere, SignatureCheck } from '../../../src/ports/signature-verifier.ts'

const BAD = 0xff
const checks = (count: number, bad = -1): SignatureCheck[] =>
  Array.from({ length: count }, (_, index) => ({
    publicKey: new Uint8Array(32),
    message: Uint8Array.of(index),
    signature: new Uint8Array(64).fill(index === bad ? BAD : 0),
  }))
const firstInvalid = (all: readonly SignatureCheck[]): number => all.findIndex(({ signature }) => signature[0] === BAD)

/** Threads that end when the test says so, and a loop that works for whom the test says. */
function stage(jobsMax = 2) {
  const ends: (() => void)[] = []
  const told: (readonly [number, number, string])[] = []
  const spent: (readonly [string, number])[] = []
  let payer = 'nobody'
  const verification = new ThreadedVerification<string>({
    verifier: {
      name: 'dalek',
      isValidKey: () => true,
      verify: (check) => firstInvalid([check]) === -1,
      firstInvalid,
      firstInvalidElsewhere: (all) =>
        new Promise<Elsewhere>((resolve) =>
          ends.push(() => resolve({ firstInvalid: firstInvalid(all), spentMs: all.length })),
        ),
      stats: () => ({ verifications: 0, keyChecks: 0 }),
      caches: () => [],
    },
    payers: {
      current: () => payer,
      resume: (token) => (payer = token),
      spent: (token, ms) => spent.push([token, ms]),
    },
    nowMonoMs: () => 0,
    done: ({ job, firstInvalid: index }: VerificationResult) => told.push([job, index, payer]),
    jobsMax,
  })
  return {
    verification,
    told,
    spent,
    worksFor: (who: string) => (payer = who),
    async end(index: number): Promise<void> {
      ends[index]?.()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

describe('checks on other threads', () => {
  it('tell their results in the order of the jobs, each for whom it was begun', async () => {
    const at = stage()
    at.worksFor('a')
    at.verification.start(1, checks(THREADED_CHECKS_MIN))
    at.worksFor('b')
    at.verification.start(2, checks(THREADED_CHECKS_MIN + 1, 2))
    at.worksFor('c')
    // Few checks need no thread, and still wait for what came before.
    at.verification.start(3, checks(1))
    at.worksFor('nobody')
    await at.end(1)
    expect(at.told).toEqual([])
    await at.end(0)
    expect(at.told).toEqual([
      [1, -1, 'a'],
      [2, 2, 'b'],
      [3, -1, 'c'],
    ])
    expect(at.spent).toEqual([
      ['b', THREADED_CHECKS_MIN + 1],
      ['a', THREADED_CHECKS_MIN],
    ])
  })

  it('take no more from ingress than threads have to do', async () => {
    const at = stage(2)
    expect(at.verification.idle).toBe(true)
    at.verification.start(1, checks(THREADED_CHECKS_MIN))
    expect(at.verification.idle).toBe(true)
    at.verification.start(2, checks(THREADED_CHECKS_MIN))
    expect([at.verification.idle, at.verification.waiting]).toEqual([false, 2])
    await at.end(0)
    expect(at.verification.idle).toBe(true)
  })

  it('are done at once where they are few and nothing waits', () => {
    const at = stage()
    at.verification.start(7, checks(1, 0))
    expect(at.told).toEqual([[7, 0, 'nobody']])
  })
})
