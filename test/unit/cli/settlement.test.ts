import { describe, expect, it } from 'vitest'
import { settlementLine, settlementOf, type Standing } from '../../../src/cli/settlement.ts'
import type { TransactionState } from '../../../src/domain/views.ts'

const BLOCK = 'b1'.repeat(32)
const OTHER = 'b2'.repeat(32)

function node(
  index: number,
  state: TransactionState | null,
  more: Partial<Standing['transaction'] & object> = {},
): Standing {
  const isInBlock = state === 'in-block' || state === 'settled'
  const placed = isInBlock ? { height: 12, blockHash: BLOCK } : { height: null, blockHash: null }
  return {
    name: `node-${index}`,
    trouble: null,
    transaction:
      state === null
        ? null
        : { state, replacedBy: null, waitsFor: state === 'parked' ? 'nonce' : null, ...placed, ...more },
  }
}

const killed = (index: number): Standing => ({ name: `node-${index}`, trouble: 'killed', transaction: null })

describe('where a transaction stands', () => {
  it('goes from pending to in a block to settled', () => {
    const pending = settlementOf([node(0, 'pending'), node(1, 'parked'), node(2, null)])
    expect(pending).toMatchObject({ state: 'pending', nodes: 3, inBlock: 0, settled: 0, height: null, blockHash: null })
    expect(pending.laggards.map(({ reason }) => reason)).toEqual([
      'waits for a block',
      "waits for the sender's missing nonces",
      'not seen',
    ])
    const inBlock = settlementOf([node(0, 'in-block'), node(1, 'pending'), node(2, 'in-block')])
    expect(inBlock).toMatchObject({ state: 'in-block', inBlock: 2, settled: 0, height: 12, blockHash: BLOCK })
    const settled = settlementOf([node(0, 'settled'), node(1, 'settled'), node(2, 'in-block')])
    expect(settled).toMatchObject({ state: 'settled', inBlock: 3, settled: 2, height: 12 })
    expect(settled.laggards).toEqual([{ name: 'node-2', reason: 'in block 12' }])
  })

  it('counts nodes that are down, and says so', () => {
    const figures = settlementOf([node(0, 'settled'), killed(1)])
    expect(figures).toMatchObject({ nodes: 2, settled: 1, laggards: [{ name: 'node-1', reason: 'killed' }] })
  })

  it('is settled in one block only: another one is a laggard', () => {
    const elsewhere = node(2, 'settled', { blockHash: OTHER, height: 13 })
    const figures = settlementOf([elsewhere, node(0, 'settled'), node(1, 'settled')])
    expect(figures).toMatchObject({ settled: 2, height: 12, blockHash: BLOCK })
    expect(figures.laggards).toEqual([{ name: 'node-2', reason: 'settled in another block 13' }])
  })

  it('is lost when nobody who answers will put it into a block', () => {
    const replaced = node(0, 'replaced', { replacedBy: 'cc'.repeat(32) })
    expect(settlementOf([replaced, node(1, 'expired'), killed(2)])).toMatchObject({
      state: 'lost',
      lostAs: 'replaced',
      replacedBy: 'cc'.repeat(32),
    })
    // By whom is not always known; that it was replaced is.
    const outrun = settlementOf([node(0, 'replaced'), node(1, 'expired')])
    expect(outrun).toMatchObject({ state: 'lost', lostAs: 'replaced', replacedBy: null })
    expect(settlementLine(outrun)).toContain('replaced')
    // One node that has it pending is enough for it to come into a block.
    expect(settlementOf([replaced, node(1, 'pending')]).state).toBe('pending')
    expect(settlementOf([replaced, node(1, 'settled')]).state).toBe('settled')
    // A full pool forgets what another may still have.
    expect(settlementOf([node(0, 'evicted'), node(1, 'expired')]).state).toBe('pending')
    expect(settlementOf([killed(0)]).state).toBe('pending')
  })
})

describe('the line', () => {
  it.each([
    [[node(0, 'pending')], 'waits for a block on 1/1 node'],
    [[node(0, 'in-block'), node(1, 'pending')], 'in block 12 on 1/2 nodes, settled on none'],
    [[node(0, 'settled'), node(1, 'in-block')], 'settled in block 12 on 1/2 nodes'],
    [[node(0, 'expired')], 'expired: no block will take it'],
    [[node(0, 'replaced', { replacedBy: 'cc'.repeat(32) })], `replaced by ${'cc'.repeat(32)}`],
  ])('of %# is as short as it can be', (standings, line) => {
    expect(settlementLine(settlementOf(standings))).toBe(line)
  })
})
