/** Records that carry our own key: of this boot, of earlier ones, or of another node that runs with our identity. */
import type { WithPeers } from '../peers/state.ts'
import type { WithMembers } from './state.ts'
import type { WithShared } from '../shared/state.ts'
import type { NodeRecord } from '../../domain/record.ts'
import { TWIN_LOOK_MS } from '../../membership/limits.ts'
import { recordChanged } from './own-record.ts'
import type { Turn } from '../shared/turn.ts'

/**
 * Whether a record that is too old to change anything is worth a signature check all the same, since it is of our key
 * and not of this boot.
 */
export function isWorthLooking(
  { shared: { config }, members: { self, ownLook } }: WithShared & WithMembers,
  record: NodeRecord,
  monoMs: number,
): boolean {
  if (record.peer !== config.self || record.startedAtMs === self.startedAtMs || monoMs < ownLook.nextMs) return false
  ownLook.nextMs = monoMs + TWIN_LOOK_MS
  return true
}

/** A record whose signature holds; anybody else's is passed over. */
export function onOwnRecord(machines: WithShared & WithPeers & WithMembers, record: NodeRecord, turn: Turn): void {
  const {
    shared: { config, twin },
    members: { self },
  } = machines
  if (record.peer !== config.self || self.incarnation === 0) return
  const before = twin.view(turn.now.monoMs)
  const sight = twin.saw(record, self, turn.now.monoMs)
  const after = twin.view(turn.now.monoMs)
  if (after !== null && before === null)
    turn.note({ kind: 'identity-shared', startedAtMs: after.startedAtMs, isYounger: after.isYounger })
  if (sight === 'nothing') return
  // Whoever has the other one's word hears of us again.
  self.incarnation = record.incarnation + 1
  self.seq = 0
  recordChanged(machines, 'refute', turn)
}
