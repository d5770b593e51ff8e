/** How the process does, as adapters/system measures it. Measuring may fail, and then says what it last knew. */
export interface Vitals {
  /** 99th percentile of how late timers fired, ms, over the last full window of 10 s. */
  eventLoopDelayP99Ms(): number
  /** The longest of these delays: a p99 does not see one standstill of seconds. */
  eventLoopDelay(): { readonly maxMs: number; readonly windowMs: number }
  /** Resident memory, bytes. */
  rssBytes(): number
}
