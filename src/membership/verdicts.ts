/** What the router is told about messages of the records topic: one table for each kind (PROTOCOL.md, Verdicts). */
import type { Verdict } from '../domain/verdict.ts'
import type { Refusal } from './records.ts'

export type RecordOutcome = 'merged' | 'evidence' | 'too-frequent' | Refusal

/** Nothing here is `reject`: whatever decodes and is signed may have been forwarded by an honest node. */
export const RECORD_VERDICTS: Readonly<Record<RecordOutcome, Verdict>> = {
  merged: 'accept',
  // The second of two records of one version travels once: it proves what its owner did.
  evidence: 'accept',
  'too-frequent': 'ignore',
  known: 'ignore',
  stale: 'ignore',
  future: 'ignore',
  expired: 'ignore',
  full: 'ignore',
}

export type SuspicionOutcome =
  | 'counted'
  /** This accuser's word about this target is known. */
  | 'known'
  /** A newer record of the target is here. */
  | 'refuted'
  /**
   * It accuses a version that nobody has shown us: it doesn't count before that comes, but its target must hear of it.
   */
  | 'unknown-version'
  | 'unknown-target'
  /** Its maker isn't known for long enough, or isn't alive. */
  | 'unproven-accuser'
  | 'limited'
  | 'out-of-time'
  /** The target said goodbye, or is dead already. */
  | 'over'
  /** The accuser accuses himself. */
  | 'absurd'

export const SUSPICION_VERDICTS: Readonly<Record<SuspicionOutcome, Verdict>> = {
  counted: 'accept',
  known: 'ignore',
  refuted: 'ignore',
  'unknown-version': 'accept',
  'unknown-target': 'ignore',
  'unproven-accuser': 'ignore',
  limited: 'ignore',
  'out-of-time': 'ignore',
  over: 'ignore',
  absurd: 'reject',
}
