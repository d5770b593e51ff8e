import { performance } from 'node:perf_hooks'

/**
 * Milliseconds in which this thread waited for events or computed. While the machine gives its core to others this
 * clock stands, so that what it measures is the code's, whatever else runs. On a quiet machine it is the time.
 */
export function ownTimeMs(): number {
  const { user, system } = process.threadCpuUsage()
  return performance.eventLoopUtilization().idle + (user + system) / 1_000
}
