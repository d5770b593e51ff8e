/**
 * Fuzzing in process, from a seed: nothing crashes, nothing signed can be altered, what is accepted has one spelling,
 * memory stays flat.
 */
import { openVerifier } from '../../../src/adapters/crypto/open-verifier.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { kernelTarget } from './kernel-target.ts'
import { mutate } from './mutate.ts'
import { TARGETS } from './targets.ts'

export interface FuzzFigures {
  readonly inputs: number
  readonly seed: number
  readonly accepted: number
  readonly crashes: number
  /** Inputs that are none of the samples and whose signature holds all the same. */
  readonly alteredAccepted: number
  /** Accepted inputs that encode to other bytes than they were. */
  readonly otherSpellings: number
  readonly rssPeakMiB: number
  readonly rssGrowthMiB: number
  readonly elapsedMs: number
}

export interface FuzzOptions {
  readonly inputs: number
  readonly seed: number
  readonly onFault: (text: string) => void
  readonly onProgress: (inputs: number) => void
}

const FAULTS_SHOWN_MAX = 20
const PROGRESS_INPUTS = 50_000
/** One input in so many goes through a whole kernel too. */
const KERNEL_EVERY = 8

export async function fuzz({ inputs, seed, onFault, onProgress }: FuzzOptions): Promise<FuzzFigures> {
  const prng = createPrng(seed)
  const { verifier } = await openVerifier()
  const feedKernel = await kernelTarget(prng.child('kernel'))
  const started = performance.now()
  const figures = { accepted: 0, crashes: 0, altered: 0, spellings: 0 }
  let [rssFirst, rssPeak] = [0, 0]
  let shown = 0
  const fault = (text: string, bytes: Uint8Array): void => {
    if (shown++ < FAULTS_SHOWN_MAX)
      onFault(`${text}; seed ${seed}, input ${Buffer.from(bytes).toString('hex').slice(0, 2_000)}`)
  }
  for (let number = 0; number < inputs; number++) {
    const target = TARGETS[number % TARGETS.length]
    if (target === undefined) break
    const { name, samples, roundTrip, signed } = target
    const bytes = mutate(samples, prng)
    try {
      const back = roundTrip(bytes)
      if (back !== null) {
        figures.accepted++
        if (Buffer.compare(back, bytes) !== 0) {
          figures.spellings++
          fault(`${name}: accepted, and not what it encodes to`, bytes)
        }
      }
      const check = signed?.(bytes) ?? null
      const isSample = samples.some((sample) => Buffer.compare(sample, bytes) === 0)
      if (check !== null && !isSample && verifier.verify(check)) {
        figures.altered++
        fault(`${name}: altered, and its signature holds`, bytes)
      }
      if (number % KERNEL_EVERY === 0) feedKernel(bytes)
    } catch (error) {
      figures.crashes++
      fault(`${name}: ${error instanceof Error ? error.stack : String(error)}`, bytes)
    }
    if (number % 1_000 !== 0) continue
    const rss = process.memoryUsage.rss()
    // The first tenth fills caches up to their bounds.
    if (number <= inputs / 10) rssFirst = rss
    rssPeak = Math.max(rssPeak, rss)
    if (number % PROGRESS_INPUTS === 0) onProgress(number)
  }
  return {
    inputs,
    seed,
    accepted: figures.accepted,
    crashes: figures.crashes,
    alteredAccepted: figures.altered,
    otherSpellings: figures.spellings,
    rssPeakMiB: Math.round(rssPeak / 1_048_576),
    rssGrowthMiB: Math.round((rssPeak - rssFirst) / 1_048_576),
    elapsedMs: Math.round(performance.now() - started),
  }
}
