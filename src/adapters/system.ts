/** What the operating system tells a node: the two clocks, chance for keys, and how the process is doing. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { open, statfs, unlink } from 'node:fs/promises'
import { networkInterfaces, totalmem } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Now } from '../domain/time.ts'

/** The clocks of this machine. */
export function systemNow(): Now {
  return { wallMs: Date.now(), monoMs: performance.now() }
}

/**
 * How far the fine clock may be from the wall clock before it is no longer believed, ms: somebody set the clock, or it
 * drifted.
 */
const FINE_CLOCK_ERROR_MS = 20

/**
 * Wall clock in nanoseconds since the Unix epoch, with the resolution of the monotonic clock (microseconds) where the
 * two agree.
 */
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

/** Open files that this process may have; null where the system doesn't say. */
export function openFilesMax(): number | null {
  try {
    const soft = /^Max open files\s+(\d+)\s/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]
    return soft === undefined ? null : Number(soft)
  } catch {
    return null
  }
}

/** Bytes that the control group of this process allows; null where it is not bounded below the machine's memory. */
export function groupMemoryMax(): number | null {
  const bytes = process.constrainedMemory()
  return bytes > 0 && bytes < totalmem() ? bytes : null
}

/** Files that this process has open now; null where the system doesn't say. */
export function openFiles(): number | null {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return null
  }
}

/** Syncs of which the middle one counts. */
const SYNCS = 3
/** As much as a small transaction and its place in the log take. */
const SYNC_BYTES = 4_096

/** Room on the disk of a directory, and how long a small write takes to be there; null where it can't be tried. */
export async function measureDisk(directory: string): Promise<{ freeBytes: number; syncMs: number } | null> {
  const path = join(directory, `sync-${process.pid}`)
  try {
    const { bavail, bsize } = await statfs(directory)
    const file = await open(path, 'w', 0o600)
    try {
      const times: number[] = []
      for (let sync = 0; sync < SYNCS; sync++) {
        const startedMs = performance.now()
        await file.write(Buffer.alloc(SYNC_BYTES))
        await file.sync()
        times.push(performance.now() - startedMs)
      }
      return { freeBytes: bavail * bsize, syncMs: times.sort((a, b) => a - b)[1] ?? 0 }
    } finally {
      await file.close()
      await unlink(path)
    }
  } catch {
    return null
  }
}

/** IP addresses of this machine; loopback alone where the system doesn't say. */
export function systemAddresses(): readonly string[] {
  try {
    return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
  } catch {
    return ['127.0.0.1', '::1']
  }
}

export interface ProcessGauge {
  /** 99th percentile of how late timers fired, ms, over the last full window of 10 s (until then: since the start). */
  eventLoopDelayP99Ms(): number
  /** The longest of them in that window and the one that is under way, which is `windowMs` in all. */
  eventLoopDelay(): { readonly maxMs: number; readonly windowMs: number }
  /** Resident memory, bytes; what was last read where the system doesn't say (it opens a file for it). */
  rssBytes(): number
  stop(): void
}

const DELAY_WINDOW_MS = 10_000
/** How often the event loop of a process at work is probed, ms: 500 probes a window, whose p99 is the fifth largest. */
const DELAY_RESOLUTION_MS = 20
/**
 * ... and of one at rest: each probe wakes a process that sleeps. The p99 of a hundred is their largest, which shows
 * that something happened.
 */
const DELAY_RESOLUTION_REST_MS = 100
/** A process that used less of a core than this in the last window is at rest. */
const DELAY_REST_SHARE = 0.1

/** Watches the event loop of this process. */
export function watchProcess(): ProcessGauge {
  // Both are kept: each has 370 KB of counts outside the heap.
  const [atWork, atRest] = [new LoopDelays(DELAY_RESOLUTION_MS), new LoopDelays(DELAY_RESOLUTION_REST_MS)]
  let delays = atWork
  delays.start()
  let lastWindow: { readonly p99Ms: number; readonly maxMs: number } | null = null
  let windowMs = performance.now()
  let rssBytes = 0
  let usage = process.cpuUsage()
  const window = setInterval(() => {
    lastWindow = { p99Ms: delays.p99Ms(), maxMs: delays.maxMs() }
    windowMs = performance.now()
    const { user, system } = process.cpuUsage(usage)
    usage = process.cpuUsage()
    delays.stop()
    delays = (user + system) / 1_000 < DELAY_REST_SHARE * DELAY_WINDOW_MS ? atRest : atWork
    delays.start()
  }, DELAY_WINDOW_MS)
  window.unref()
  return {
    eventLoopDelayP99Ms: () => lastWindow?.p99Ms ?? delays.p99Ms(),
    eventLoopDelay: () => ({
      maxMs: Math.max(lastWindow?.maxMs ?? 0, delays.maxMs()),
      windowMs: performance.now() - windowMs + (lastWindow === null ? 0 : DELAY_WINDOW_MS),
    }),
    rssBytes: () => {
      try {
        rssBytes = process.memoryUsage.rss()
      } catch {
        // EMFILE: what measures the node must not end it.
      }
      return rssBytes
    },
    stop: () => {
      clearInterval(window)
      delays.stop()
    },
  }
}

/** How late timers were since the start, probed at an interval. */
class LoopDelays {
  readonly #delays: ReturnType<typeof monitorEventLoopDelay>
  readonly #resolutionMs: number

  constructor(resolutionMs: number) {
    this.#resolutionMs = resolutionMs
    this.#delays = monitorEventLoopDelay({ resolution: resolutionMs })
  }

  start(): void {
    this.#delays.reset()
    this.#delays.enable()
  }

  p99Ms(): number {
    if (this.#delays.count === 0) return 0
    // The histogram holds the whole time between two probes, of which the resolution was meant.
    const lateMs = this.#delays.percentile(99) / 1e6 - this.#resolutionMs
    return Math.max(0, Math.round(lateMs * 100) / 100)
  }

  maxMs(): number {
    if (this.#delays.count === 0) return 0
    return Math.max(0, Math.round(this.#delays.max / 1e4 - 100 * this.#resolutionMs) / 100)
  }

  stop(): void {
    this.#delays.disable()
  }
}
