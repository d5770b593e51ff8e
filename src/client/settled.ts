/** Waiting for what becomes of a transaction. */
import type { TransactionState, TransactionView } from '../domain/views.ts'
import { SETTLED_LOOK_MS, SETTLED_WAIT_MS } from './limits.ts'
import type { Outcome } from './outcome.ts'
import { pause } from './pause.ts'

/**
 * Whether a state is the last one. `settled` is the best chain's; the others have no way back into a block by
 * themselves.
 */
const IS_END: Readonly<Record<TransactionState, boolean>> = {
  pending: false,
  parked: false,
  'in-block': false,
  settled: true,
  expired: true,
  replaced: true,
  evicted: true,
}

export interface SettledOptions {
  readonly timeoutMs?: number
  /** Ends the waiting when it fires. */
  readonly signal?: AbortSignal
}

/**
 * Asks for a transaction until it has come to an end, the time is over or `signal` fires: the last answer, whose
 * `state` says which. A failure is the last answer, too.
 */
export async function untilSettled(
  ask: () => Promise<Outcome<TransactionView>>,
  { timeoutMs = SETTLED_WAIT_MS, signal }: SettledOptions = {},
): Promise<Outcome<TransactionView>> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (!answer.ok || IS_END[answer.value.state]) return answer
    const leftMs = deadline - performance.now()
    if (leftMs <= 0 || signal?.aborted === true) return answer
    await pause(Math.min(SETTLED_LOOK_MS, leftMs), signal)
  }
}
