/**
 * Gives memory back to the system that the process took while it started and does not use any more: pages of a young
 * generation that has shrunk, which V8 keeps until a full collection (a quarter of a node at rest). A collection when
 * the process rests and holds more memory than after the last one, and seldom. For programs that run nodes, not for the
 * library: how a program that embeds one collects is its own affair.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How often it is looked whether the process rests, ms. */
export const LOOK_MS = 10_000
/** A process that uses less of a core than this rests. */
const REST_SHARE = 0.1
/** Memory that is worth a collection, bytes. */
export const WORTH_BYTES = 16 * 1_048_576
/** Larger heaps are left to V8's own pace, bytes: a full collection of this much stops the process for 50 ms. */
export const HEAP_BYTES_MAX = 64 * 1_048_576
/**
 * Least time between two collections, ms: a node that is never quite at rest fills its young generation again each
 * time.
 */
export const AGAIN_MS = 600_000

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
  /** Time since the last collection. */
  #sinceMs = Number.POSITIVE_INFINITY

  /** @param elapsedMs since the look before */
  look({ cpuMs, rssBytes, heapBytes }: Usage, elapsedMs: number): boolean {
    const before = this.#cpuMs
    this.#cpuMs = cpuMs
    this.#sinceMs += elapsedMs
    // Pages go back a while after a collection: what that was worth is seen at the next look.
    if (this.#collected) {
      this.#collected = false
      this.#leanBytes = rssBytes
      return false
    }
    if (before === null || cpuMs - before > REST_SHARE * elapsedMs || this.#sinceMs < AGAIN_MS) return false
    if (heapBytes > HEAP_BYTES_MAX || rssBytes < this.#leanBytes + WORTH_BYTES) return false
    this.#collected = true
    this.#sinceMs = 0
    return true
  }
}

/** Memory is the process's, however many nodes share it. */
let isLooking = false

/** Looks every LOOK_MS for as long as the process lives; doesn't keep it alive. */
export function giveBackAtRest(): void {
  if (isLooking) return
  isLooking = true
  const giveBack = new GiveBack()
  let lookedMs = performance.now()
  const timer = setInterval(() => {
    const nowMs = performance.now()
    const usage = readUsage()
    // A look that failed is one that was not taken: the next one covers its time.
    if (usage === null) return
    if (giveBack.look(usage, nowMs - lookedMs) && !collect()) clearInterval(timer)
    lookedMs = nowMs
  }, LOOK_MS)
  timer.unref()
}

/** Null where the system doesn't say: it opens a file for the memory, and there may be none left. */
function readUsage(): Usage | null {
  try {
    const { user, system } = process.cpuUsage()
    const { rss, heapUsed } = process.memoryUsage()
    return { cpuMs: (user + system) / 1_000, rssBytes: rss, heapBytes: heapUsed }
  } catch {
    return null
  }
}

/** A full collection, now. False where this Node doesn't let itself be asked for one. */
export function collect(): boolean {
  // There is no other way to ask; a context that is made after the flag has the function, and nobody else does.
  setFlagsFromString('--expose-gc')
  const gc: unknown = runInNewContext("typeof gc === 'function' ? gc : null")
  setFlagsFromString('--no-expose-gc')
  if (typeof gc !== 'function') return false
  ;(gc as () => void)()
  return true
}
