/**
 * Measures for whom the event loop works. What runs from `enter` on runs for that peer, until the next `enter` or until
 * nothing is left to run at once: whatever a message sets off runs in microtasks, before the loop goes on. While there
 * is work, accounts are judged every TICK_MS.
 */
import { TICK_AFTER_MS, TICK_MS } from './limits.ts'
import type { Payer } from './tolls.ts'
import { WorkAccounts, type WorkAccount, type WorkSubject } from './work-accounts.ts'

export interface WorkWatchParts {
  /** A clock in milliseconds that doesn't go back. */
  readonly now: () => number
  /** Processor time that the process has used, ms. */
  readonly cpuMs: () => number
  /** It is not to be read from for HOLD_MS. */
  readonly onHeld: (subject: WorkSubject) => void
  /** It is to go, and to stay away. */
  readonly onShed: (subject: WorkSubject) => void
}

/** A peer's account and that of its address. */
export interface Books {
  readonly own: WorkAccount
  readonly shared: WorkAccount | null
}

export class WorkWatch {
  readonly accounts = new WorkAccounts()
  readonly #parts: WorkWatchParts
  #current: Books | null = null
  #sinceMs = 0
  /** Measured since the last tick, and the longest stretch of it for one peer. */
  #measuredMs = 0
  #longestMs = 0
  /** When the last tick was, and what the process had used of the machine then. */
  #tickedMs = 0
  #cpuMs = 0
  #turn = 0
  #turnEnds = false
  #endIsNear = false
  #timer: NodeJS.Timeout | null = null

  constructor(parts: WorkWatchParts) {
    this.#parts = parts
  }

  /** Counts the turns of the loop in which something was done. */
  get turn(): number {
    return this.#turn
  }

  /** The accounts of a peer, for `enter`. */
  booksOf({ peer, group }: Omit<Payer, 'ip'>, isOurs: boolean): Books {
    const nowMs = this.#parts.now()
    const own = this.accounts.of('peer', peer, group, nowMs)
    own.isOurs = isOurs
    return { own, shared: group === null || isOurs ? null : this.accounts.of('address', group, null, nowMs) }
  }

  /** What runs from here on runs for this peer; null: for ourselves. Returns for whom it ran before. */
  enter(books: Books | null): Books | null {
    const before = this.#current
    if (before === books) return before
    const nowMs = this.#parts.now()
    this.#charge(nowMs)
    this.#current = books
    this.#sinceMs = nowMs
    if (!this.#turnEnds) {
      this.#turnEnds = true
      setImmediate(this.#endTurn)
    }
    if (books !== null && !this.#endIsNear) {
      this.#endIsNear = true
      // A tick that a microtask asks for comes when there are no microtasks left.
      queueMicrotask(this.#askForEnd)
    }
    return before
  }

  /** For whom what runs now runs. */
  get current(): Books | null {
    return this.#current
  }

  /** Another thread has worked so long for this peer, ms; null: for ourselves. */
  spentElsewhere(books: Books | null, ms: number): void {
    if (books !== null) this.#add(books, ms, this.#parts.now())
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  readonly #endTurn = (): void => {
    this.#turnEnds = false
    this.#turn++
  }

  readonly #askForEnd = (): void => {
    process.nextTick(this.#end)
  }

  readonly #end = (): void => {
    this.#endIsNear = false
    this.#charge(this.#parts.now())
    this.#current = null
  }

  #charge(nowMs: number): void {
    if (this.#current === null) return
    const ms = nowMs - this.#sinceMs
    this.#longestMs = Math.max(this.#longestMs, ms)
    this.#add(this.#current, ms, nowMs)
  }

  #add({ own, shared }: Books, ms: number, nowMs: number): void {
    this.accounts.charge(own, ms, nowMs)
    if (shared !== null) this.accounts.charge(shared, ms, nowMs)
    this.#measuredMs += ms
    // No timer for next to nothing: each wakes a process that sleeps.
    if (this.#timer === null && this.#measuredMs >= TICK_AFTER_MS) {
      this.#cpuMs = this.#parts.cpuMs() - this.#measuredMs
      this.#tickedMs = nowMs - this.#measuredMs
      this.#plan(nowMs + TICK_MS)
    }
  }

  #plan(dueMs: number): void {
    this.#timer = setTimeout(
      () => {
        this.#timer = null
        this.#tick(dueMs)
      },
      Math.max(1, dueMs - this.#parts.now()),
    )
    this.#timer.unref()
  }

  #tick(dueMs: number): void {
    const nowMs = this.#parts.now()
    const cpuMs = this.#parts.cpuMs()
    const lateMs = Math.max(nowMs - dueMs, this.#longestMs)
    const cpuShare = (cpuMs - this.#cpuMs) / Math.max(1, nowMs - this.#tickedMs)
    const { held, shed } = this.accounts.tick(nowMs, lateMs, cpuShare)
    const isBusy = this.#measuredMs >= TICK_AFTER_MS
    this.#cpuMs = cpuMs
    this.#tickedMs = nowMs
    this.#measuredMs = 0
    this.#longestMs = 0
    if (isBusy) this.#plan(nowMs + TICK_MS)
    for (const subject of shed) this.#parts.onShed(subject)
    for (const subject of held) this.#parts.onHeld(subject)
  }
}
