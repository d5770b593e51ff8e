/**
 * How many connections fit below the process's limit of open files. Without room a node can't accept, dial, or write:
 * the store, for which one failed write is final, must never be the one that gets no file. So sockets are bounded to
 * what is left, the API's first and peers' last.
 */
import {
  API_SOCKETS_MIN,
  CONNECTIONS_MIN,
  FILES_OF_PROCESS,
  FILES_OF_STORE_SHARE,
  PENDING_SOCKETS_MIN,
} from './limits.ts'

export interface Sockets {
  readonly connectionsMax: number
  /** Inbound sockets in handshake. */
  readonly pendingMax: number
  readonly apiSocketsMax: number
}

export interface FileBudget extends Sockets {
  /** The limit of the process; null where the system doesn't say, and then nothing is lowered. */
  readonly filesMax: number | null
  /** What was asked for. */
  readonly wanted: Sockets
}

export type FileBudgeting =
  { readonly ok: true; readonly budget: FileBudget } | { readonly ok: false; readonly filesMin: number }

/** Shares the files out. Not ok: not even the least that a node needs fits. */
export function budgetFiles(filesMax: number | null, wanted: Sockets): FileBudgeting {
  if (filesMax === null) return { ok: true, budget: { filesMax, wanted, ...wanted } }
  const left = Math.floor(filesMax * (1 - FILES_OF_STORE_SHARE)) - FILES_OF_PROCESS
  const connectionsMin = Math.min(wanted.connectionsMax, CONNECTIONS_MIN)
  const least = connectionsMin + PENDING_SOCKETS_MIN + API_SOCKETS_MIN
  if (left < least) return { ok: false, filesMin: Math.ceil((least + FILES_OF_PROCESS) / (1 - FILES_OF_STORE_SHARE)) }
  const apiSocketsMax = clamp(left - wanted.connectionsMax - wanted.pendingMax, API_SOCKETS_MIN, wanted.apiSocketsMax)
  const pendingMax = clamp(left - apiSocketsMax - wanted.connectionsMax, PENDING_SOCKETS_MIN, wanted.pendingMax)
  const connectionsMax = clamp(left - apiSocketsMax - pendingMax, connectionsMin, wanted.connectionsMax)
  return { ok: true, budget: { filesMax, wanted, connectionsMax, pendingMax, apiSocketsMax } }
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value))
}
