/** The store port on any `abstract-level` database: a sublevel for each space, one group commit for all of them. */
import type { AbstractBatchOperation, AbstractLevel } from 'abstract-level'
import type { ClassicLevel } from 'classic-level'
import type { MemoryLevel } from 'memory-level'
import type { Space, Store, StoreWrite, WriteOutcome } from '../../ports/store.ts'
import { GroupCommit } from './group-commit.ts'
import { GROUP_WRITES_MAX } from './limits.ts'

/** What classic-level and memory-level have in common, as far as it is used here. */
type Level = AbstractLevel<string | Buffer | Uint8Array, string, Uint8Array>
type Operation = AbstractBatchOperation<Level, string, Uint8Array>

export class LevelStore implements Store {
  readonly #level: Level
  readonly #sublevels = new Map<Space, ReturnType<typeof sublevelOf>>()
  readonly #commits: GroupCommit
  readonly #copiesValues: boolean
  readonly #onClosed: () => Promise<void>
  #closing: Promise<void> | null = null

  /**
   * @param level an open database with values as `view`
   * @param options.copiesValues whether the database copies the bytes it is given; if not, they are copied here
   * @param options.onClosed what is to be given back after the database has closed, or has failed to
   */
  constructor(
    level: ClassicLevel<string, Uint8Array> | MemoryLevel<string, Uint8Array>,
    options: { copiesValues: boolean; onClosed?: () => Promise<void> },
  ) {
    this.#level = asLevel(level)
    this.#onClosed = options.onClosed ?? (() => Promise.resolve())
    this.#copiesValues = options.copiesValues
    this.#commits = new GroupCommit((writes, { sync }) => this.#batch(writes, sync), GROUP_WRITES_MAX)
  }

  get healthy(): boolean {
    return this.#commits.failure === null
  }

  /** How often writes were synced to the disk: fewer than durable writes when these came together. */
  get syncs(): number {
    return this.#commits.syncs
  }

  async get(space: Space, key: string): Promise<Uint8Array | undefined> {
    const value = await this.#sublevel(space).get(key)
    return value === undefined ? undefined : this.#plain(value)
  }

  async entries(
    space: Space,
    range: { from?: string; to?: string; limit?: number } = {},
  ): Promise<readonly (readonly [string, Uint8Array])[]> {
    const { from, to, limit } = range
    const found = await this.#sublevel(space)
      .iterator({
        ...(from === undefined ? {} : { gte: from }),
        ...(to === undefined ? {} : { lt: to }),
        ...(limit === undefined ? {} : { limit }),
      })
      .all()
    return found.map(([key, value]) => [key, this.#plain(value)] as const)
  }

  write(writes: readonly StoreWrite[], options: { durable: boolean }): Promise<WriteOutcome> {
    return this.#commits.write(writes, options.durable)
  }

  close(): Promise<void> {
    this.#closing ??= this.#commits
      .close()
      .then(() => this.#level.close())
      .finally(() => this.#onClosed())
    return this.#closing
  }

  #sublevel(space: Space): ReturnType<typeof sublevelOf> {
    let sublevel = this.#sublevels.get(space)
    if (sublevel === undefined) {
      sublevel = sublevelOf(this.#level, space)
      this.#sublevels.set(space, sublevel)
    }
    return sublevel
  }

  /**
   * classic-level gives Buffers, whose `slice` shares memory; a database in memory gives the very bytes that it keeps.
   */
  #plain(value: Uint8Array): Uint8Array {
    return this.#copiesValues ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : value.slice()
  }

  async #batch(writes: readonly StoreWrite[], sync: boolean): Promise<void> {
    const operations = writes.map((write): Operation => {
      const sublevel = this.#sublevel(write.space)
      if (write.kind === 'delete') return { type: 'del', key: write.key, sublevel }
      const value = this.#copiesValues ? write.value : write.value.slice()
      return { type: 'put', key: write.key, value, sublevel }
    })
    // `sync` is classic-level's; a database without a disk ignores it.
    await this.#level.batch<string, Uint8Array>(operations, { sync } as object)
  }
}

/** Each of the databases is one, but their optional properties don't say so under exactOptionalPropertyTypes. */
function asLevel(level: unknown): Level {
  return level as Level
}

function sublevelOf(level: Level, space: Space) {
  return level.sublevel<string, Uint8Array>(space, { keyEncoding: 'utf8', valueEncoding: 'view' })
}
