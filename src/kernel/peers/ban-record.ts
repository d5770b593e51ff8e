/** Bans on the disk, and what a node finds of them when it starts. */
import type { WithPeers } from './state.ts'
import { fromHex, toHex, utf8 } from '../../lib/bytes.ts'
import type { Ban } from '../../peers/offences.ts'
import type { StoreWrite } from '../../ports/store.ts'
import type { StoredRecords } from '../shared/event.ts'
import type { Turn } from '../shared/turn.ts'

/** Bans that are over or damaged go from the disk; the others hold again. */
export function onBansRestored(machines: WithPeers, records: StoredRecords, turn: Turn): void {
  const bans: Ban[] = []
  for (const [key, value] of records) {
    const ban = readBan(key, value)
    if (ban === null) turn.writeLazily({ kind: 'delete', space: 'bans', key })
    else if (ban.untilWallMs <= turn.now.wallMs) turn.writeLazily(deleteBan(ban.subject))
    else bans.push(ban)
  }
  machines.peers.offences.restore(bans, turn.now.wallMs)
}

/** A ban on disk: key the subject in hex (subjects hold colons and slashes), value JSON. */
export function putBan(ban: Ban): StoreWrite {
  return {
    kind: 'put',
    space: 'bans',
    key: toHex(utf8(ban.subject)),
    value: utf8(JSON.stringify({ until: ban.untilWallMs, reason: ban.reason })),
  }
}

export function deleteBan(subject: string): StoreWrite {
  return { kind: 'delete', space: 'bans', key: toHex(utf8(subject)) }
}

/** Null where the record is damaged: a lost ban is tolerable, a wrong one is not. */
function readBan(key: string, value: Uint8Array): Ban | null {
  const subject = fromHex(key)
  if (subject === null) return null
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(value))
    if (typeof parsed !== 'object' || parsed === null || !('until' in parsed) || !('reason' in parsed)) return null
    if (typeof parsed.until !== 'number' || !Number.isFinite(parsed.until) || typeof parsed.reason !== 'string')
      return null
    return { subject: new TextDecoder().decode(subject), untilWallMs: parsed.until, reason: parsed.reason }
  } catch {
    return null
  }
}
