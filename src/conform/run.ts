/** Runs checks one after the other and turns what they come to into verdicts: the one place where that is done. */
import type { Check, Verdict } from './check.ts'
import { Missed, NotApplicable } from './outcome.ts'
import { PlayedNode } from './played-node.ts'
import { sourcesFor } from './sources.ts'
import { Stage, type StageOptions } from './stage.ts'

export interface Result {
  readonly check: Check
  readonly verdict: Verdict
  readonly elapsedMs: number
  /** Whether the peer was seen to charge somebody for something meanwhile. */
  readonly hasCharged: boolean
}

export interface RunOptions extends StageOptions {
  readonly checks: readonly Check[]
  /** Told before each check. */
  readonly onCheck?: (check: Check, number: number) => void
  /** Told after each. */
  readonly onResult?: (result: Result) => void
  /** No further check begins when it is aborted. */
  readonly stop?: AbortSignal
}

/**
 * Whether anybody is there: null, or why not.
 * @param source the IP address to dial from
 */
export async function reach(
  { address, random }: Pick<StageOptions, 'address' | 'random'>,
  source?: string,
): Promise<string | null> {
  const node = await PlayedNode.start({ seed: random.child(`reach-${source ?? ''}`).bytes(32), source })
  try {
    await node.connect(address)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await node.stop()
  }
}

/** Runs `checks` in their order. Never rejects for what a peer does. */
export async function runChecks(options: RunOptions): Promise<readonly Result[]> {
  const stage = new Stage({ ...options, sources: options.sources ?? (await usableSources(options)) })
  const results: Result[] = []
  try {
    for (const check of options.checks) {
      if (options.stop?.aborted === true) break
      options.onCheck?.(check, results.length + 1)
      const begun = performance.now()
      const charges = stage.charges
      const verdict = await verdictOf(check, stage)
      await stage.leave()
      const result = { check, verdict, elapsedMs: performance.now() - begun, hasCharged: stage.charges > charges }
      results.push(result)
      options.onResult?.(result)
    }
  } finally {
    await stage.stop()
  }
  return results
}

/** The addresses to take in turn; none where the system has 127.0.0.1 alone, as macOS by default. */
async function usableSources(options: RunOptions): Promise<readonly string[]> {
  const sources = sourcesFor(options.address)
  const [first] = sources
  return first !== undefined && (await reach(options, first)) === null ? sources : []
}

async function verdictOf(check: Check, stage: Stage): Promise<Verdict> {
  try {
    await check.run(stage)
    return { kind: 'pass' }
  } catch (error) {
    if (error instanceof NotApplicable) return { kind: 'not-applicable', reason: error.message }
    if (error instanceof Missed) return { kind: 'fail', evidence: error.message }
    // Neither: the peer did something that no check reckons with, such as an end of the connection in the middle of a
    // dial.
    return { kind: 'fail', evidence: error instanceof Error ? error.message : String(error) }
  }
}
