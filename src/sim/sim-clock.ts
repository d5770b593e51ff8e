/** The runtime's clock on virtual time. */
import type { Clock } from '../node/clock.ts'
import type { Scheduler, SimProcess } from './scheduler.ts'

/** Nanoseconds of a millisecond. */
const NS = 1e6

/** The clock of one process: its own clock error, and callbacks that die with it. */
export function simClock(scheduler: Scheduler, process: SimProcess): Clock {
  const after = (ms: number, callback: () => void): (() => void) => {
    const task = scheduler.schedule(ms, callback, process)
    return () => {
      task.run = null
    }
  }
  return {
    now: () => ({ wallMs: Math.floor(scheduler.epochMs + scheduler.nowMs + process.skewMs), monoMs: scheduler.nowMs }),
    wallNs: () => BigInt(scheduler.epochMs) * BigInt(NS) + BigInt(Math.round((scheduler.nowMs + process.skewMs) * NS)),
    after,
    soon: (callback) => void after(0, callback),
  }
}
