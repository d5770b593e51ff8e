/**
 * Many writes, one sync. An fsync costs about as much for one write as for a hundred (0.22 ms against 0.59 ms here), so
 * while one batch is on its way to the disk all newcomers wait in a queue, and the next batch takes them all.
 *
 * Rules:
 * - batches follow each other, so that writes reach the disk in the order in which they were asked for;
 * - a batch is synced when any of its callers asked for durability; the others gain from it;
 * - a failed batch is final: the kernel may have dropped the pages, and a retry that succeeds would acknowledge what is
 *   gone.
 */
import type { StoreWrite, WriteOutcome } from '../../ports/store.ts'

export type CommitBatch = (writes: readonly StoreWrite[], options: { sync: boolean }) => Promise<void>

interface Waiting {
  readonly writes: readonly StoreWrite[]
  readonly durable: boolean
  readonly resolve: (outcome: WriteOutcome) => void
}

const WRITTEN: WriteOutcome = { ok: true }

export class GroupCommit {
  readonly #commit: CommitBatch
  readonly #writesMax: number
  #queue: Waiting[] = []
  #running: Promise<void> | null = null
  #failure: string | null = null
  #syncs = 0

  /** @param writesMax most writes of one batch; a single call with more is a batch of its own */
  constructor(commit: CommitBatch, writesMax: number) {
    this.#commit = commit
    this.#writesMax = writesMax
  }

  /** Batches that were synced. */
  get syncs(): number {
    return this.#syncs
  }

  /** Why the first failed batch failed; null while all is well. */
  get failure(): string | null {
    return this.#failure
  }

  /** Never rejects. */
  write(writes: readonly StoreWrite[], durable: boolean): Promise<WriteOutcome> {
    if (this.#failure !== null) return Promise.resolve({ ok: false, reason: this.#failure })
    return new Promise((resolve) => {
      this.#queue.push({ writes, durable, resolve })
      this.#running ??= this.#drain()
    })
  }

  /** Refuses what comes from now on, and waits for what is under way. */
  async close(): Promise<void> {
    if (this.#running !== null) await this.#running
    this.#failure ??= 'the store is closed'
  }

  async #drain(): Promise<void> {
    // One turn of the microtask queue, so that calls made in the same breath share the first sync too.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const group = this.#takeGroup()
      const outcome = await this.#commitGroup(group)
      for (const waiting of group) waiting.resolve(outcome)
    }
    this.#running = null
  }

  #takeGroup(): Waiting[] {
    let writes = 0
    let count = 0
    for (const waiting of this.#queue) {
      if (count > 0 && writes + waiting.writes.length > this.#writesMax) break
      writes += waiting.writes.length
      count++
    }
    const group = this.#queue.slice(0, count)
    this.#queue = this.#queue.slice(count)
    return group
  }

  async #commitGroup(group: readonly Waiting[]): Promise<WriteOutcome> {
    if (this.#failure !== null) return { ok: false, reason: this.#failure }
    const sync = group.some((waiting) => waiting.durable)
    try {
      await this.#commit(
        group.flatMap((waiting) => waiting.writes),
        { sync },
      )
      if (sync) this.#syncs++
      return WRITTEN
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : 'the write failed'
      return { ok: false, reason: this.#failure }
    }
  }
}
