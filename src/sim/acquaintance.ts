/**
 * Lets a large network begin as one that has stood for long. While it starts, each node tells all others of itself at
 * once: N² messages and their copies, which took nine tenths of a short run with 200 nodes and say nothing about what
 * the scenario asks. So nobody's record is spread while connections are made; then everybody is handed the newest
 * record of everybody, as a comparison of records would have brought them, and is at some point of its pace.
 *
 * Records are kept back by a gate (record-gate.ts). What follows (changes, heads, deaths, records at their pace) goes
 * the way it always goes.
 */
import type { NodeRecord } from '../domain/record.ts'
import { followMembership } from '../kernel/members/on-records.ts'
import { SELF } from '../kernel/peers/teller.ts'
import { Turn } from '../kernel/shared/turn.ts'
import type { RelayMember } from './relay-member.ts'

/**
 * When everybody is told, ms after the start: handshakes of slow links, hellos and the records that follow them are
 * over, and the warm-up is not.
 */
export const ACQUAINTED_MS = 4_000

/** The newest record of each of these. */
export function recordsOf(members: readonly RelayMember[]): readonly NodeRecord[] {
  return members.flatMap(({ runtime }) => {
    const { config } = runtime.kernel.machines.shared
    return runtime.kernel.machines.members.membership.records.get(config.self) ?? []
  })
}

/** A node learns all of these, whose signatures were made in this process; runs as the member's process. */
export function acquaint({ runtime, clock }: RelayMember, records: readonly NodeRecord[]): void {
  const { machines } = runtime.kernel
  const { membership, pace } = machines.members
  const turn = new Turn(clock.now())
  for (const record of records) {
    if (record.peer === machines.shared.config.self) continue
    followMembership(machines, membership.onRecord(record, 'repair', SELF, turn.now).decisions, turn)
  }
  pace.stood(turn.now.monoMs, membership.records.size)
}
