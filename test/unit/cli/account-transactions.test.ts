import { describe, expect, it } from 'vitest'
import { accountTransactions } from '../../../src/cli/account-transactions.ts'
import { Failure } from '../../../src/cli/failure.ts'

type Api = Parameters<typeof accountTransactions>[0]

/** A chain whose block h holds `perBlock` transactions `h.i`, every third of which alice pays; some wait. */
function chainOf(height: number, perBlock: number, waiting: readonly string[] = []): { api: Api; asked: string[] } {
  const asked: string[] = []
  const api = {
    mempool: async () => ({ transactions: waiting.map((id, createdAt) => ({ id, createdAt })) }),
    blocks: async ({ limit, before }: { limit: number; before?: number }) => {
      const top = Math.min(height, (before ?? height + 1) - 1)
      const heights = Array.from({ length: Math.min(limit, top + 1) }, (_, index) => top - index)
      return { blocks: heights.map((each) => ({ height: each, hash: `h${each}`, txCount: each === 0 ? 0 : perBlock })) }
    },
    block: async (hash: string) => ({
      transactions: Array.from({ length: perBlock }, (_, index) => `${hash.slice(1)}.${index}`),
    }),
    transaction: async (id: string) => {
      asked.push(id)
      if (id === 'gone') throw new Failure('not-found', 'not-found', 'gone')
      return { id, sender: /\.[036]$/.test(id) ? 'alice' : 'bob', recipient: id === 'to-alice' ? 'alice' : 'carol' }
    },
  } as unknown as Api
  return { api, asked }
}

const idsOf = async (api: Api, options: Parameters<typeof accountTransactions>[2]) => {
  const { transactions, ...rest } = await accountTransactions(api, 'alice', options)
  return { ids: transactions.map(({ id }) => id), ...rest }
}

describe('the transactions of an account', () => {
  it('are those that wait, newest first, and those of blocks, from the highest down', async () => {
    const { api } = chainOf(2, 4, ['9.0', 'gone', 'to-alice'])
    expect(await idsOf(api, { limit: 20, depth: 100, before: undefined })).toEqual({
      ids: ['to-alice', '9.0', '2.3', '2.0', '1.3', '1.0'],
      looked: 11,
      lowest: 0,
      isWhole: true,
    })
  })

  it('are looked for no further than was said, and whole blocks at a time', async () => {
    const { api, asked } = chainOf(500, 4)
    const found = await idsOf(api, { limit: 3, depth: 1_000, before: undefined })
    expect(found).toEqual({ ids: ['500.3', '500.0', '499.3', '499.0'], looked: 8, lowest: 499, isWhole: false })
    expect(asked).toHaveLength(8)
    // Whoever goes on below misses none.
    expect((await idsOf(api, { limit: 1, depth: 1_000, before: 499 })).ids).toEqual(['498.3', '498.0'])
    const deep = await idsOf(chainOf(500, 1).api, { limit: 1_000, depth: 120, before: 400 })
    expect(deep).toMatchObject({ looked: 120, lowest: 280, isWhole: false })
    expect(deep.ids).toHaveLength(120)
    expect(deep.ids[0]).toBe('399.0')
  })

  it('of an account without any are none, and that is all', async () => {
    expect(
      await accountTransactions(chainOf(120, 1).api, 'dave', { limit: 5, depth: 1_000, before: undefined }),
    ).toEqual({
      transactions: [],
      looked: 120,
      lowest: 0,
      isWhole: true,
    })
  })
})
