import { describe, expect, it } from 'vitest'
import { BlockFollower } from '../../../src/cli/block-follow.ts'

type Api = ConstructorParameters<typeof BlockFollower>[0]

/** A chain that a test changes: hashes by height. */
class Chain {
  hashes: string[] = ['g']
  settled = 0
  readonly api = {
    blocks: async ({ limit, before }: { limit: number; before?: number }) => {
      const top = Math.min(this.hashes.length, before ?? this.hashes.length) - 1
      const heights = Array.from({ length: Math.min(limit, top + 1) }, (_, index) => top - index)
      return {
        head: { height: this.hashes.length - 1 },
        settled: { height: this.settled },
        blocks: heights.map((height) => ({ height, hash: this.hashes[height] })),
      }
    },
  } as unknown as Api
}

const hashesOf = (blocks: readonly { readonly hash: string }[]): string => blocks.map(({ hash }) => hash).join(' ')

describe('following the chain', () => {
  it('shows the last blocks, then each once as it comes, lowest first', async () => {
    const chain = new Chain()
    chain.hashes.push('a1', 'a2', 'a3')
    const follower = new BlockFollower(chain.api)
    expect(hashesOf(await follower.begin(2))).toBe('a2 a3')
    expect(hashesOf(await follower.look())).toBe('')
    chain.hashes.push('a4', 'a5')
    expect(hashesOf(await follower.look())).toBe('a4 a5')
    chain.settled = 5
    expect(hashesOf(await follower.look())).toBe('')
    chain.hashes.push('a6')
    expect(hashesOf(await follower.look())).toBe('a6')
  })

  it('shows what took the place of blocks, and misses none of a long growth', async () => {
    const chain = new Chain()
    chain.hashes.push('a1', 'a2', 'a3')
    chain.settled = 1
    const follower = new BlockFollower(chain.api)
    await follower.begin(20)
    chain.hashes = ['g', 'a1', 'b2', 'b3', 'b4']
    expect(hashesOf(await follower.look())).toBe('b2 b3 b4')
    const many = Array.from({ length: 250 }, (_, index) => `c${index + 5}`)
    chain.hashes.push(...many)
    expect(hashesOf(await follower.look())).toBe(many.join(' '))
  })

  it('begins with nothing where nothing is asked for or there', async () => {
    const chain = new Chain()
    const follower = new BlockFollower(chain.api)
    expect(hashesOf(await follower.begin(5))).toBe('g')
    chain.hashes.push('a1')
    expect(hashesOf(await follower.look())).toBe('a1')
  })
})
