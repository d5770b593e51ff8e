/**
 * Gives memory back to the system that the process took while it started and does not use any more: pages of a young generation that has shrunk, which V8 keeps until
 * a full collection (a quarter of a node at rest). One collection each time the process comes to rest with more memory than after the last one.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How often it is looked whether the process rests, ms. */
export const LOOK_MS = 10_000
/** A process that uses less of a core than this rests. */
export const REST_SHARE = 0.1
/** Memory that is worth a collection, bytes. */
export const WORTH_BYTES = 16 * 1_048_576
/** Larger heaps are left to V8's own pace, bytes: a full collection of this much stops the process for 50 ms. */
export const HEAP_BYTES_MAX = 64 * 1_048_576

export interface Usage {
  /** User and system time of the process so far, ms. */
  readonly cpuMs: number
  readonly rssBytes: number
  readonly heapBytes: number
}

/** Says at each look whether a collection is worth its while. */
export class GiveBack {
  #cpuMs: number | null = null
  /** Resident memory after the last collection. */
  #leanBytes = 0
  #collected = false

  /** @param elapsedMs since the look before */
  look({ cpuMs, rssBytes, heapBytes }: Usage, elapsedMs: number): boolean {
    const before = this.#cpuMs
    this.#cpuMs = cpuMs
    // Pages go back a while after a collection: what that was worth is seen at the next look.
    if (this.#collected) {
      this.#collected = false
      this.#leanBytes = rssBytes
      return false
    }
    if (before === null || cpuMs - before > REST_SHARE * elapsedMs) return false
    if (heapBytes > HEAP_BYTES_MAX || rssBytes < this.#leanBytes + WORTH_BYTES) return false
    this.#collected = true
    return true
  }
}

/** Nodes of this process that want it, and what ends it: memory is the process's, however many share it. */
let nodes = 0
let stop: (() => void) | null = null

/** Looks every LOOK_MS; returns what ends it. */
export function giveBackAtRest(): () => void {
  if (nodes++ === 0) stop = lookNowAndThen()
  return () => {
    if (--nodes > 0) return
    stop?.()
    stop = null
  }
}

function lookNowAndThen(): () => void {
  const giveBack = new GiveBack()
  let lookedMs = performance.now()
  const timer = setInterval(() => {
    const nowMs = performance.now()
    const { user, system } = process.cpuUsage()
    const usage = {
      cpuMs: (user + system) / 1_000,
      rssBytes: process.memoryUsage.rss(),
      heapBytes: process.memoryUsage().heapUsed,
    }
    if (giveBack.look(usage, nowMs - lookedMs)) collect()
    lookedMs = nowMs
  }, LOOK_MS)
  timer.unref()
  return () => {
    clearInterval(timer)
  }
}

/** A full collection, now. */
export function collect(): void {
  // Node has no other way to ask for one; a context that is made after the flag has the function, and nobody else does.
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  setFlagsFromString('--no-expose-gc')
  gc()
}
