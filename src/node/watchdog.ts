/**
 * Watches the memory of the process. All structures are bounded, so this should never bite; where a library or a bug proves otherwise, a
 * node with fewer peers is better than one that the system kills. Inbound peers go first: they are the only load that a stranger chooses.
 */
import type { Clock } from './clock.ts'
import type { Profile } from './config.ts'
import { MEMORY_CHECK_MS, MEMORY_RELIEF_MS, RSS_DEV_BYTES_MAX, RSS_NODE_BYTES_MAX } from './limits.ts'

export interface MemoryWatch {
  readonly clock: Pick<Clock, 'now' | 'every'>
  readonly profile: Profile
  /** Resident memory of the process. */
  readonly rssBytes: () => number
  /** Called at most once in MEMORY_RELIEF_MS while there is too much of it. */
  readonly onPressure: (rssBytes: number) => void
}

/** Starts watching; returns what ends it. */
export function watchMemory({ clock, profile, rssBytes, onPressure }: MemoryWatch): () => void {
  const bytesMax = profile === 'node' ? RSS_NODE_BYTES_MAX : RSS_DEV_BYTES_MAX
  let quietUntilMs = Number.NEGATIVE_INFINITY
  return clock.every(MEMORY_CHECK_MS, () => {
    const nowMs = clock.now().monoMs
    const rss = rssBytes()
    if (rss <= bytesMax || nowMs < quietUntilMs) return
    quietUntilMs = nowMs + MEMORY_RELIEF_MS
    onPressure(rss)
  })
}
