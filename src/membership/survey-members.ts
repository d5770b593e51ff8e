/** Whom a survey counts: one question to every node needs to know which nodes there are. */
import type { PeerId } from '../domain/ids.ts'
import { keyOfPeerId, neighbourMark } from '../domain/record.ts'
import type { SurveyMember } from './survey.ts'
import type { MemberRow, MemberState } from './view.ts'

type Row = {
  readonly peer: PeerId
  readonly state: MemberState
  readonly record: Pick<MemberRow['record'], 'name' | 'key' | 'neighbours' | 'addresses'>
}

/**
 * Every node that membership knows and that has not said goodbye, and the peers of which it has no record yet;
 * neighbours first. A dead one is left out where a living one has its address: a node that crashed and came back with
 * another identity is one node, though its old record lives on.
 */
export function surveyMembers(
  rows: readonly Row[],
  neighbours: readonly { readonly peer: PeerId; readonly name: string }[],
  self: PeerId,
): SurveyMember[] {
  const members = new Map<PeerId, SurveyMember>()
  for (const { peer, name } of neighbours) {
    const key = keyOfPeerId(peer)
    if (key !== null) members.set(peer, { peer, name, mark: neighbourMark(key), neighbours: [] })
  }
  const taken = new Set(rows.flatMap(({ record, state }) => (isGone(state) ? [] : record.addresses)))
  for (const { peer, record, state } of rows) {
    if (peer === self || state === 'left') continue
    const isDead = state === 'dead'
    if (isDead && record.addresses.some((address) => taken.has(address))) continue
    const { name, key, neighbours: beside } = record
    members.set(peer, { peer, name, mark: neighbourMark(key), neighbours: beside, isDead })
  }
  return [...members.values()]
}

function isGone(state: MemberState): boolean {
  return state === 'dead' || state === 'left'
}
