/** What the operating system tells a node: the two clocks, chance for keys, and how the process is doing. */
import { randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Now } from '../domain/time.ts'

/** The clocks of this machine. */
export function systemNow(): Now {
  return { wallMs: Date.now(), monoMs: performance.now() }
}

/** How far the fine clock may be from the wall clock before it is no longer believed, ms: somebody set the clock, or it drifted. */
const FINE_CLOCK_ERROR_MS = 20

/** Wall clock in nanoseconds since the Unix epoch, with the resolution of the monotonic clock (microseconds) where the two agree. */
export function systemWallNs(): bigint {
  const wallMs = Date.now()
  const fineMs = performance.timeOrigin + performance.now()
  return Math.abs(fineMs - wallMs) <= FINE_CLOCK_ERROR_MS
    ? BigInt(Math.round(fineMs * 1_000)) * 1_000n
    : BigInt(wallMs) * 1_000_000n
}

/** `count` bytes fit for secrets. */
export function systemRandomBytes(count: number): Uint8Array {
  return new Uint8Array(randomBytes(count))
}

/** A 32-bit seed for lib/prng. */
export function systemSeed(): number {
  return randomBytes(4).readUInt32LE(0)
}

export interface ProcessGauge {
  /** 99th percentile of how late timers fired, ms, over the last full window of 10 s (until then: since the start). */
  eventLoopDelayP99Ms(): number
  /** Resident memory, bytes. */
  rssBytes(): number
  stop(): void
}

const DELAY_WINDOW_MS = 10_000
/** How often the event loop is probed, ms: a hundred probes a window are enough for a p99, and each wakes a process that sleeps. */
const DELAY_RESOLUTION_MS = 100

/** Watches the event loop of this process. */
export function watchProcess(): ProcessGauge {
  const delays = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS })
  delays.enable()
  let lastWindowMs: number | null = null
  const window = setInterval(() => {
    lastWindowMs = p99Ms(delays)
    delays.reset()
  }, DELAY_WINDOW_MS)
  window.unref()
  return {
    eventLoopDelayP99Ms: () => lastWindowMs ?? p99Ms(delays),
    rssBytes: () => process.memoryUsage.rss(),
    stop: () => {
      clearInterval(window)
      delays.disable()
    },
  }
}

function p99Ms(delays: ReturnType<typeof monitorEventLoopDelay>): number {
  if (delays.count === 0) return 0
  // The histogram holds the whole time between two probes, of which the resolution was meant.
  const lateMs = delays.percentile(99) / 1e6 - DELAY_RESOLUTION_MS
  return Math.max(0, Math.round(lateMs * 100) / 100)
}
