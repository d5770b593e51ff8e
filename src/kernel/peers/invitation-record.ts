/**
 * Invitations on the disk: until when all are answered, and for each secret its hash, its end and whether it is used.
 */
import type { Secret } from '../../peers/invitations.ts'
import { utf8 } from '../../lib/bytes.ts'
import type { StoreWrite } from '../../ports/store.ts'

/** The key of what holds for all; the others are hashes. */
export const OPEN_KEY = 'open'

export function putOpen(untilMs: number): StoreWrite {
  return { kind: 'put', space: 'invitations', key: OPEN_KEY, value: utf8(JSON.stringify({ until: untilMs })) }
}

export function putSecret(hash: string, { untilMs, isUsed }: Secret): StoreWrite {
  return {
    kind: 'put',
    space: 'invitations',
    key: hash,
    value: utf8(JSON.stringify({ until: untilMs, used: isUsed })),
  }
}

export function deleteSecret(hash: string): StoreWrite {
  return { kind: 'delete', space: 'invitations', key: hash }
}

/** Null where the record is damaged: whom it invited is then invited no more. */
export function readInvitation(value: Uint8Array): Secret | null {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(value))
    if (typeof parsed !== 'object' || parsed === null || !('until' in parsed)) return null
    const isUsed = 'used' in parsed && parsed.used === true
    return Number.isSafeInteger(parsed.until) ? { untilMs: parsed.until as number, isUsed } : null
  } catch {
    return null
  }
}
