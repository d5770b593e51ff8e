/**
 * Watches the memory of the process. All structures are bounded, so this should never bite; where a library or a bug
 * proves otherwise, a node with fewer peers is better than one that the system kills. Inbound peers go first: they are
 * the only load that a stranger chooses.
 */
import type { Clock } from './clock.ts'
import type { Profile } from './config.ts'
import {
  MEMORY_CHECK_MS,
  MEMORY_RELIEF_MS,
  RSS_DEV_BYTES_MAX,
  RSS_NODE_BYTES_MAX,
  RSS_SHARE_OF_GROUP,
} from './limits.ts'

export interface MemoryWatch {
  readonly clock: Pick<Clock, 'now'>
  readonly profile: Profile
  /** What the control group allows, bytes; null where nothing is said. */
  readonly groupBytesMax: number | null
  /** Resident memory of the process. */
  readonly rssBytes: () => number
  /** Called at most once in MEMORY_RELIEF_MS while there is too much of it. */
  readonly onPressure: (rssBytes: number) => void
}

/**
 * A look at the memory, at most once in MEMORY_CHECK_MS: to be taken at every wake, since a timer of its own would wake
 * the process once more.
 */
export function watchMemory({ clock, profile, groupBytesMax, rssBytes, onPressure }: MemoryWatch): () => void {
  const ownMax = profile === 'node' ? RSS_NODE_BYTES_MAX : RSS_DEV_BYTES_MAX
  const bytesMax = Math.min(ownMax, RSS_SHARE_OF_GROUP * (groupBytesMax ?? Number.POSITIVE_INFINITY))
  let quietUntilMs = Number.NEGATIVE_INFINITY
  let lookedMs = Number.NEGATIVE_INFINITY
  return () => {
    const nowMs = clock.now().monoMs
    if (nowMs - lookedMs < MEMORY_CHECK_MS || nowMs < quietUntilMs) return
    lookedMs = nowMs
    const rss = rssBytes()
    if (rss <= bytesMax) return
    quietUntilMs = nowMs + MEMORY_RELIEF_MS
    onPressure(rss)
  }
}
