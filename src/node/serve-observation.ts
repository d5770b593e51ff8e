/** Answers to questions of what this node saw: what the observers remember of each object. Reads only. */
import { encodeObserveAnswer, OBSERVED_RECORDS_MAX } from '../domain/codec/observe-codec.ts'
import { asPeerId, type TxId } from '../domain/ids.ts'
import type { AnswerTimes, Observation, ObservedRecord } from '../domain/observation.ts'
import type { PropagationRecord } from '../domain/propagation.ts'
import type { PropagationLog } from './propagation-log.ts'

/** @param known which of the objects this node has or had, though nothing may be remembered of their way */
export function serveObservation(
  log: PropagationLog,
  ids: readonly TxId[],
  known: readonly boolean[],
  times: AnswerTimes,
): Uint8Array {
  const observations = ids.map((id, index) => observationOf(log, id, known[index] === true))
  return encodeObserveAnswer({ kind: 'seen', times, observations })
}

function observationOf(log: PropagationLog, id: TxId, isKnown: boolean): Observation {
  const sighting = log.get(id)
  const records = sighting?.records ?? []
  return {
    known: isKnown || (sighting?.first ?? null) !== null,
    isBlock: records[0]?.kind === 'block',
    copies: sighting?.copies ?? 0,
    records: records.slice(0, OBSERVED_RECORDS_MAX).map(observed),
  }
}

function observed(record: PropagationRecord): ObservedRecord {
  return {
    event: record.event,
    tNs: BigInt(record.t_ns),
    from: record.from === null ? null : asPeerId(record.from),
    bytes: record.bytes,
    queueUs: toMicroseconds(record.queueMs),
    checkUs: toMicroseconds(record.checkMs),
    reason: record.reason,
  }
}

function toMicroseconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : Math.round(ms * 1_000)
}
