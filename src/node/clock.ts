/** Time and turns of the event loop, as arguments: the system's in production, a virtual one in the simulation. */
import type { Now } from '../domain/time.ts'

export interface Clock {
  now(): Now
  /** Wall clock in nanoseconds since the Unix epoch. */
  wallNs(): bigint
  /** Calls back after `ms`, unless cancelled. Must not keep the process alive by itself. */
  after(ms: number, callback: () => void): () => void
  /** Calls back soon, after input and output that waits now. */
  soon(callback: () => void): void
}
