/** What takes the place of open-memory-store.ts in a page (scripts/build.js): the same promises, on maps. */
import type { Space, Store, StoreWrite, WriteOutcome } from '../../ports/store.ts'

type Spaces = Map<Space, Map<string, Uint8Array>>

/** @param spaces what is in it already, and where it is kept */
export async function openMemoryStore(spaces: Spaces = new Map()): Promise<Store> {
  return new MapStore(spaces)
}

class MapStore implements Store {
  readonly #spaces: Spaces
  #isClosed = false

  constructor(spaces: Spaces) {
    this.#spaces = spaces
  }

  get healthy(): boolean {
    return !this.#isClosed
  }

  async get(space: Space, key: string): Promise<Uint8Array | undefined> {
    return this.#space(space).get(key)?.slice()
  }

  async entries(
    space: Space,
    { from, to, limit }: { from?: string; to?: string; limit?: number } = {},
  ): Promise<readonly (readonly [string, Uint8Array])[]> {
    return [...this.#space(space)]
      .filter(([key]) => (from === undefined || key >= from) && (to === undefined || key < to))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([key, value]) => [key, value.slice()] as const)
  }

  async write(writes: readonly StoreWrite[]): Promise<WriteOutcome> {
    if (this.#isClosed) return { ok: false, reason: 'the store is closed' }
    for (const write of writes) {
      if (write.kind === 'delete') this.#space(write.space).delete(write.key)
      else this.#space(write.space).set(write.key, write.value.slice())
    }
    return { ok: true }
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  #space(name: Space): Map<string, Uint8Array> {
    const known = this.#spaces.get(name)
    if (known !== undefined) return known
    const space = new Map<string, Uint8Array>()
    this.#spaces.set(name, space)
    return space
  }
}
