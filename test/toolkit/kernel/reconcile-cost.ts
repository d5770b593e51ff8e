/** Two sets compared by the production code, both sides in one process: what it costs in bytes, round trips and CPU. */
import { decodeReconcileRequest, encodeReconcileRequest } from '../../../src/domain/codec/reconcile-codec.ts'
import type { ItemKey } from '../../../src/domain/item-key.ts'
import { FingerprintTree } from '../../../src/sync/fingerprint-tree.ts'
import { OFFERED_PER_FRAME_MAX, REPLY_BYTES_MAX } from '../../../src/sync/limits.ts'
import { ReconcileSession } from '../../../src/sync/reconcile-session.ts'
import { respond } from '../../../src/sync/reconcile.ts'
import { epochOf } from '../../../src/sync/salt-epochs.ts'

/** The time at which sets are compared, ms: it chooses the salt. */
export const WALL_MS = 1_800_000_000_000

export interface Item {
  readonly order: number
  readonly id: string
}

export interface Cost {
  readonly bytes: number
  readonly roundTrips: number
  readonly askerMs: number
  readonly answererMs: number
  readonly have: number
  readonly need: number
}

export function treeOf(items: readonly Item[]): FingerprintTree {
  const tree = new FingerprintTree(new Uint8Array(32))
  tree.tend(WALL_MS)
  for (const item of items) tree.insert(item.order, item.id)
  return tree
}

/** Compares two sets to the end; what that cost. */
export function reconcile(asker: FingerprintTree, answerer: FingerprintTree): Cost {
  let askerMs = 0
  let answererMs = 0
  const timed = <T>(work: () => T, side: 'asker' | 'answerer'): T => {
    const start = process.threadCpuUsage()
    const result = work()
    const { user, system } = process.threadCpuUsage(start)
    const ms = (user + system) / 1_000
    if (side === 'asker') askerMs += ms
    else answererMs += ms
    return result
  }
  const session = new ReconcileSession(asker, 'transactions', epochOf(WALL_MS))
  for (;;) {
    const bytes = timed(() => session.request(), 'asker')
    const answer = timed(() => {
      const request = decodeReconcileRequest(bytes)
      if (request?.kind !== 'compare') throw new Error('a session asks for comparisons')
      return respond(answerer, request, bytes.byteLength, REPLY_BYTES_MAX)
    }, 'answerer')
    if (answer.kind !== 'answered') throw new Error(`the answerer refused: ${answer.code}`)
    const progress = timed(() => session.answered(answer.frames), 'asker')
    if (progress.kind === 'continue') continue
    if (progress.kind !== 'finished' || !progress.complete) throw new Error(`the session ended with ${progress.kind}`)
    return {
      bytes: session.bytes + offerBytes(session.have),
      roundTrips: session.rounds,
      askerMs,
      answererMs,
      have: session.have.length,
      need: session.need.length,
    }
  }
}

/** What telling the other side about what it lacks costs on top. */
function offerBytes(found: readonly ItemKey[]): number {
  const have = found.toSorted()
  let bytes = 0
  for (let at = 0; at < have.length; at += OFFERED_PER_FRAME_MAX) {
    const keys = have.slice(at, at + OFFERED_PER_FRAME_MAX)
    bytes += encodeReconcileRequest({ kind: 'offer', set: 'transactions', keys }).byteLength
    bytes += 1 + Math.ceil(keys.length / 8)
  }
  return bytes
}
