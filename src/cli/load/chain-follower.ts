/** Reads the blocks of one node as they come, so that a load knows when its transactions are in them. */
import type { Client } from '../../client/connect.ts'
import type { BlockListView } from '../../domain/views.ts'
import { waitFor } from '../waiting.ts'
import type { Inclusion } from './inclusion.ts'
import { CHAIN_BLOCKS, CHAIN_LOOK_MS } from './limits.ts'

type ListedBlock = BlockListView['blocks'][number]

export class ChainFollower {
  readonly #client: Pick<Client, 'block' | 'blocks'>
  readonly #inclusion: Inclusion
  readonly #now: () => number
  /** Of blocks that are not settled: their height and transactions. */
  readonly #bodies = new Map<string, { readonly height: number; readonly ids: readonly string[] }>()
  /** All up to this height is accounted for; null before the first look. */
  #settledHeight: number | null = null

  constructor(client: Pick<Client, 'block' | 'blocks'>, inclusion: Inclusion, now: () => number) {
    this.#client = client
    this.#inclusion = inclusion
    this.#now = now
  }

  /** Looks again and again until `signal` ends it. A node that does not answer is asked again. */
  async follow(signal: AbortSignal): Promise<void> {
    do await this.look()
    while (await waitFor(CHAIN_LOOK_MS, signal))
  }

  /** Takes in what the chain has now; the first look only notes where it begins. */
  async look(): Promise<void> {
    const first = await this.#client.blocks({ limit: this.#settledHeight === null ? 1 : CHAIN_BLOCKS })
    if (!first.ok) return
    if (this.#settledHeight === null) {
      this.#settledHeight = first.value.settled.height
      return
    }
    for (const block of await this.#since(this.#settledHeight, first.value)) if (!(await this.#take(block))) return
    for (const [hash, { height }] of this.#bodies) if (height <= this.#settledHeight) this.#bodies.delete(hash)
  }

  /** Blocks above `height`, lowest first. */
  async #since(height: number, newest: BlockListView): Promise<readonly ListedBlock[]> {
    const blocks = [...newest.blocks]
    for (let lowest = blocks.at(-1); lowest !== undefined && lowest.height > height + 1;) {
      const older = await this.#client.blocks({ limit: CHAIN_BLOCKS, before: lowest.height })
      if (!older.ok || older.value.blocks.length === 0) break
      for (const block of older.value.blocks) blocks.push(block)
      lowest = blocks.at(-1)
    }
    return blocks.filter((block) => block.height > height).reverse()
  }

  /** False where the node did not tell what is in the block: what comes after it waits for the next look. */
  async #take({ hash, height, txCount, settled }: ListedBlock): Promise<boolean> {
    let body = this.#bodies.get(hash)
    if (body === undefined) {
      const found = txCount === 0 ? null : await this.#client.block(hash)
      if (found !== null && !found.ok) return false
      body = { height, ids: found === null ? [] : found.value.transactions }
      this.#bodies.set(hash, body)
      this.#inclusion.noteBlock(body.ids, this.#now())
    }
    if (settled) {
      this.#inclusion.noteSettled(body.ids, this.#now())
      this.#settledHeight = height
    }
    return true
  }
}
