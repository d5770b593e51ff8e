import { expect, it } from 'vitest'
import { SenderBudgets } from '../../../../src/adapters/libp2p/sender-budgets.ts'
import { asPeerId } from '../../../../src/domain/ids.ts'

const [a, b] = [asPeerId('a'), asPeerId('b')]

it('reports a flood once a second, and only of the peer that causes it', () => {
  const budgets = new SenderBudgets({ perSecond: 10, burst: 20 })
  expect(budgets.spend(a, 20, 0)).toBe('within')
  expect(budgets.spend(a, 1, 0)).toBe('first-beyond')
  expect(budgets.spend(a, 1, 50)).toBe('beyond')
  expect(budgets.spend(b, 20, 50)).toBe('within')
  expect(budgets.spend(a, 1, 100)).toBe('within')
  expect(budgets.spend(a, 20, 999)).toBe('beyond')
  expect(budgets.spend(a, 20, 1_000)).toBe('first-beyond')
})

it('keeps nothing of who has left', () => {
  const budgets = new SenderBudgets({ perSecond: 1, burst: 1 })
  budgets.spend(a, 1, 0)
  expect(budgets.size).toBe(1)
  budgets.forget(a)
  expect(budgets.size).toBe(0)
})
