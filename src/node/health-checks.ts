/** What health looks at: one check for each thing that can be wrong, over the machines and observers. Order is the order in which they are told. */
import type { Machines } from '../kernel/machines.ts'
import type { FileBudget } from './file-budget.ts'
import type { HealthCheck } from './health.ts'
import { LOOP_LATE_MS, MEMORY_SHORT_SHOWN_MS } from './limits.ts'
import type { Clock } from './clock.ts'
import type { Observer } from './observe.ts'
import type { Vitals } from './vitals.ts'

export interface HealthSources {
  readonly machines: Machines
  readonly observer: Observer
  readonly clock: Pick<Clock, 'now'>
  readonly vitals: Vitals
  readonly fallbackReason: string | null
  readonly files: FileBudget
  /** Lines of the log that could not be written so far. */
  readonly lostLines: () => number
}

export function healthChecks({
  machines,
  observer,
  clock,
  vitals,
  fallbackReason,
  files,
  lostLines,
}: HealthSources): HealthCheck[] {
  return [
    () => (observer.storeFailure === null ? null : { code: 'store-failed', reason: observer.storeFailure }),
    () =>
      machines.peers.size > 0
        ? null
        : { code: 'no-peers', configured: machines.config.bootstrap.length, failure: null },
    () =>
      machines.peers.size === 0 || machines.audience.mesh > 0 ? null : { code: 'no-mesh', peers: machines.peers.size },
    () => {
      const short = observer.memoryShortage
      return short !== null && clock.now().monoMs - short.monoMs < MEMORY_SHORT_SHOWN_MS
        ? { code: 'memory-short', rssBytes: short.rssBytes }
        : null
    },
    () => {
      const { maxMs, windowMs } = vitals.eventLoopDelay()
      return maxMs < LOOP_LATE_MS ? null : { code: 'loop-late', maxMs, windowMs }
    },
    () => {
      const { filesMax, wanted, connectionsMax } = files
      return connectionsMax === wanted.connectionsMax || filesMax === null
        ? null
        : { code: 'few-files', filesMax, wanted: wanted.connectionsMax, connectionsMax }
    },
    () => (lostLines() === 0 ? null : { code: 'log-lost', lines: lostLines() }),
    () => (fallbackReason === null ? null : { code: 'slow-verifier', reason: fallbackReason }),
  ]
}
