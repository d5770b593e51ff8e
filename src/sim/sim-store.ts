/**
 * The Store port on a simulated disk. What is written can be read at once and outlives its process, as a file does;
 * what was synced outlives a power cut as well.
 */
import { compareBytes, utf8 } from '../lib/bytes.ts'
import type { Space, Store, StoreWrite, WriteOutcome } from '../ports/store.ts'

/** Of a small synced write, ms: measured on an ordinary disk 0.22. */
const SYNC_MS = 0.3

/** Calls back in so many ms, unless the process has died. */
type After = (ms: number, callback: () => void) => void

/** A disk outlives the processes that use it. */
export class SimDisk {
  #written = new Map<string, Uint8Array>()
  #synced = new Map<string, Uint8Array>()

  /** Opens the disk as it was left. */
  open(after: After): Store {
    return new SimStore(this, after)
  }

  /** What was not synced is gone. */
  cutPower(): void {
    this.#written = new Map(this.#synced)
  }

  get written(): Map<string, Uint8Array> {
    return this.#written
  }

  /** A sync takes all that was written before its end along. */
  sync(): void {
    this.#synced = new Map(this.#written)
  }
}

class SimStore implements Store {
  readonly healthy = true
  readonly #disk: SimDisk
  readonly #after: After

  constructor(disk: SimDisk, after: After) {
    this.#disk = disk
    this.#after = after
  }

  async get(space: Space, key: string): Promise<Uint8Array | undefined> {
    return this.#disk.written.get(placeOf(space, key))?.slice()
  }

  async entries(
    space: Space,
    range: { from?: string; to?: string; limit?: number } = {},
  ): Promise<readonly (readonly [string, Uint8Array])[]> {
    const prefix = placeOf(space, '')
    const { from, to, limit = Number.POSITIVE_INFINITY } = range
    const isInRange = (key: string): boolean =>
      (from === undefined || compareKeys(key, from) >= 0) && (to === undefined || compareKeys(key, to) < 0)
    return [...this.#disk.written]
      .filter(([place]) => place.startsWith(prefix))
      .map(([place, value]) => [place.slice(prefix.length), value.slice()] as const)
      .filter(([key]) => isInRange(key))
      .sort(([a], [b]) => compareKeys(a, b))
      .slice(0, limit)
  }

  async write(writes: readonly StoreWrite[], options: { durable: boolean }): Promise<WriteOutcome> {
    for (const write of writes) {
      const place = placeOf(write.space, write.key)
      if (write.kind === 'put') this.#disk.written.set(place, write.value.slice())
      else this.#disk.written.delete(place)
    }
    if (!options.durable) return { ok: true }
    await new Promise<void>((resolve) => this.#after(SYNC_MS, resolve))
    this.#disk.sync()
    return { ok: true }
  }

  async close(): Promise<void> {
    this.#disk.sync()
  }
}

function placeOf(space: Space, key: string): string {
  return `${space}/${key}`
}

/** Byte order, as on a real disk. */
function compareKeys(a: string, b: string): number {
  return compareBytes(utf8(a), utf8(b))
}
