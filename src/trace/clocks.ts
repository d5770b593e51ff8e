/**
 * Records of several machines on one time axis: each node's are moved by how far its clock is ahead of that of the node
 * that compared them. A clock whose offset is no larger than its error is left alone: machines that keep their time are
 * nearer to each other than a round trip tells, and to move them by what the comparison cannot tell from nothing would
 * make a trace worse. Its time may then be wrong by both, offset and error. Two times of different nodes may be wrong
 * by the sum of what each may be; the bound for a whole trace is the largest such sum.
 */
import type { PropagationRecord } from '../domain/propagation.ts'

export interface NodeClock {
  /** How far ahead, ms. */
  readonly offsetMs: number
  /** By how much that may be wrong, ms. */
  readonly errorMs: number
}

export interface ClockedRecords {
  readonly name: string
  /** Null where it could not be compared: its times are taken as they are. */
  readonly clock: NodeClock | null
  readonly records: readonly PropagationRecord[]
}

export interface Aligned {
  readonly records: readonly PropagationRecord[]
  /** By how much two times of different nodes may be wrong, ms. */
  readonly clockErrorMs: number
  /** Nodes whose records are there and whose clocks could not be compared. */
  readonly uncompared: readonly string[]
}

export function alignedRecords(nodes: readonly ClockedRecords[]): Aligned {
  const told = nodes.filter(({ records }) => records.length > 0)
  return {
    records: told.flatMap(({ clock, records }) => records.map((record) => alignedRecord(record, clock))),
    clockErrorMs: errorBetween(told.map(({ clock }) => clock)),
    uncompared: told.filter(({ clock }) => clock === null).map(({ name }) => name),
  }
}

/** By how much two times of different ones of these nodes may be wrong, ms. */
export function errorBetween(clocks: readonly (NodeClock | null)[]): number {
  const [first = 0, second = 0] = clocks.map(boundOf).sort((a, b) => b - a)
  return Math.round((first + second) * 1_000) / 1_000
}

/** By how much a node's times are moved, ms. */
export function shiftOf(clock: NodeClock | null): number {
  return clock === null || Math.abs(clock.offsetMs) <= clock.errorMs ? 0 : clock.offsetMs
}

/** By how much they may be wrong afterwards, ms. */
function boundOf(clock: NodeClock | null): number {
  if (clock === null) return 0
  return clock.errorMs + (shiftOf(clock) === 0 ? Math.abs(clock.offsetMs) : 0)
}

/** The record, with its time by the clock that others are compared with. */
export function alignedRecord(record: PropagationRecord, clock: NodeClock | null): PropagationRecord {
  const offsetMs = shiftOf(clock)
  return offsetMs === 0 ? record : { ...record, t_ns: movedBack(record.t_ns, offsetMs) }
}

/** A time in ns, by a clock that is so far ahead, ms. */
export function movedBack(t_ns: string, offsetMs: number): string {
  return (BigInt(t_ns) - BigInt(Math.round(offsetMs * 1_000)) * 1_000n).toString()
}
