/**
 * Remembering our best peers over a restart. Lost or damaged anchors are no loss: the configured addresses are dialled
 * all the same.
 */
import type { WithShared } from '../shared/state.ts'
import type { WithPeers } from './state.ts'
import { utf8 } from '../../lib/bytes.ts'
import { believedAnchors, chooseAnchors } from '../../peers/anchors.ts'
import { ANCHORS_CHECK_MS } from '../../peers/limits.ts'
import type { StoredRecords } from '../shared/event.ts'
import type { Turn } from '../shared/turn.ts'

const KEY = 'anchors'
const ADDRESS_CHARACTERS_MAX = 256

/** Writes the anchors when they changed; while nobody is connected the last ones stand. */
export function keepAnchors(machines: WithPeers, turn: Turn): void {
  const { anchors } = machines.peers
  if (turn.now.monoMs < anchors.nextMs) return
  anchors.nextMs = turn.now.monoMs + ANCHORS_CHECK_MS
  const chosen = chooseAnchors(machines.peers.table.all())
  const text = JSON.stringify(chosen.toSorted())
  if (chosen.length === 0 || text === anchors.written) return
  anchors.written = text
  turn.writeLazily({ kind: 'put', space: 'peers', key: KEY, value: utf8(JSON.stringify(chosen)) })
}

export function onAnchorsRestored(machines: WithShared & WithPeers, records: StoredRecords): void {
  const value = records.find(([key]) => key === KEY)?.[1]
  if (value !== undefined) machines.peers.redial.prefer(believedAnchors(readAddresses(value), machines.shared.isOpen))
}

function readAddresses(value: Uint8Array): string[] {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(value))
    if (!Array.isArray(parsed)) return []
    const isAddress = (text: unknown): text is string =>
      typeof text === 'string' && text.startsWith('/') && text.length <= ADDRESS_CHARACTERS_MAX
    return parsed.filter(isAddress)
  } catch {
    return []
  }
}
