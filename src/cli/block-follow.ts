/** `block list --follow`: the best chain as it grows, lowest first. */
import type { BlockListView } from '../domain/views.ts'
import type { Api } from './api.ts'
import { blockLineText, BLOCK_LINE_TITLES } from './block-text.ts'
import type { Context } from './context.ts'
import { Failure } from './failure.ts'
import { waitFor } from './waiting.ts'

type Listed = BlockListView['blocks'][number]

/** How often the node is asked, ms: for a person at once, and for the node nothing. */
const LOOK_EVERY_MS = 300
/** Blocks asked for at once. */
const PAGE = 100

/** What is new on the best chain since the last look. */
export class BlockFollower {
  readonly #api: Pick<Api, 'blocks'>
  /** Hashes that were shown, of the last heights: a reorganisation goes no further back than what is not settled. */
  readonly #shown = new Map<number, string>()
  #settledHeight = -1

  constructor(api: Pick<Api, 'blocks'>) {
    this.#api = api
  }

  /** The last `count` blocks, lowest first. */
  async begin(count: number): Promise<readonly Listed[]> {
    const list = await this.#api.blocks({ limit: Math.max(1, count) })
    // What was there before the first look is old, also where it is not shown.
    if (list.head.height >= 0)
      this.#settledHeight = Math.max(list.settled.height, (list.blocks.at(-1)?.height ?? 0) - 1)
    return this.#take(list.blocks)
  }

  /** Blocks of heights that were not shown, and those that stand where others did. */
  async look(): Promise<readonly Listed[]> {
    const list = await this.#api.blocks({ limit: PAGE })
    const blocks = [...list.blocks]
    for (let lowest = blocks.at(-1); lowest !== undefined && lowest.height > this.#settledHeight + 1;) {
      const { height } = lowest
      if (this.#shown.get(height) === lowest.hash) break
      const older = await this.#api.blocks({ limit: PAGE, before: height })
      blocks.push(...older.blocks)
      lowest = older.blocks.at(-1)
    }
    const fresh = this.#take(blocks.filter(({ height }) => height > this.#settledHeight))
    this.#settledHeight = Math.max(this.#settledHeight, list.settled.height)
    for (const height of this.#shown.keys()) if (height <= this.#settledHeight) this.#shown.delete(height)
    return fresh
  }

  #take(blocks: readonly Listed[]): readonly Listed[] {
    const fresh = blocks.filter(({ height, hash }) => this.#shown.get(height) !== hash).reverse()
    for (const { height, hash } of fresh) this.#shown.set(height, hash)
    return fresh
  }
}

/**
 * Shows the last `count` blocks and then each that comes, until the user stops it. A node that is gone for a while is
 * asked again.
 */
export async function followBlocks(context: Context, api: Api, count: number): Promise<void> {
  const { shared, terminal, stop } = context
  const follower = new BlockFollower(api)
  const show = (blocks: readonly Listed[]): void => {
    for (const block of blocks)
      if (shared.json) terminal.document({ v: 1, ...block })
      else terminal.out(blockLineText(block))
  }
  const first = await follower.begin(count)
  if (!shared.json) terminal.out(BLOCK_LINE_TITLES)
  show(first)
  let isGone = false
  while (await waitFor(LOOK_EVERY_MS, stop)) {
    try {
      show(await follower.look())
      if (isGone) terminal.note('connected again')
      isGone = false
    } catch (error) {
      if (!(error instanceof Failure) || error.outcome !== 'unreachable') throw error
      if (!isGone) terminal.note(`connection lost: ${error.message}; asking again`)
      isGone = true
    }
  }
}
