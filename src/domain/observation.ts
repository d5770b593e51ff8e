/**
 * What one node saw of an object, as the `observe` protocol carries it, and how the clocks of two nodes are compared.
 */
import type { PropagationEvent } from './propagation.ts'
import type { PeerId } from './ids.ts'

/** One propagation record of an object; the node that wrote it and the object stand beside it. */
export interface ObservedRecord {
  readonly event: PropagationEvent
  /** The answerer's wall clock, nanoseconds since the Unix epoch. */
  readonly tNs: bigint
  readonly from: PeerId | null
  readonly bytes: number
  readonly queueUs: number | null
  readonly checkUs: number | null
  readonly reason: string | null
}

export interface Observation {
  /** The answerer has the object, or had it. */
  readonly known: boolean
  readonly isBlock: boolean
  /** Arrivals, the needed one included; also those whose records no longer fit. */
  readonly copies: number
  readonly records: readonly ObservedRecord[]
}

/** The two readings of the answerer's clock in one answer. */
export interface AnswerTimes {
  readonly receivedNs: bigint
  readonly sentNs: bigint
}

/** How far another node's clock is ahead of ours, and how wrong that may be. */
export interface ClockSample {
  readonly offsetNs: bigint
  /**
   * Half of the round trip without the time in the answerer: wherever the delay lies, the offset is not further off.
   */
  readonly errorNs: bigint
}

/**
 * The offset by four readings, as in NTP (RFC 5905, 8): asked and answered by our clock, received and sent by theirs.
 * Null where the readings contradict each other: a clock was set meanwhile, or they are made up.
 */
export function clockSample(
  { receivedNs, sentNs }: AnswerTimes,
  askedNs: bigint,
  answeredNs: bigint,
): ClockSample | null {
  const roundTripNs = answeredNs - askedNs - (sentNs - receivedNs)
  if (sentNs < receivedNs || roundTripNs < 0n) return null
  return { offsetNs: (receivedNs - askedNs + (sentNs - answeredNs)) / 2n, errorNs: (roundTripNs + 1n) / 2n }
}
