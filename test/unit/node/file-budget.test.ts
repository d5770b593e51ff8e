import { expect, it } from 'vitest'
import { budgetFiles, type Sockets } from '../../../src/node/file-budget.ts'

const wanted: Sockets = { connectionsMax: 64, pendingMax: 64, apiSocketsMax: 256 }

it('lowers nothing where there is room, or where nobody knows', () => {
  for (const filesMax of [null, 1_024, 20_000])
    expect(budgetFiles(filesMax, wanted)).toEqual({ ok: true, budget: { filesMax, wanted, ...wanted } })
})

it('takes from the API first and from peers last, and never more than there is', () => {
  let before: Sockets = wanted
  for (let filesMax = 1_024; filesMax >= 32; filesMax--) {
    const budgeting = budgetFiles(filesMax, wanted)
    if (!budgeting.ok) {
      expect(filesMax).toBeLessThan(budgeting.filesMin)
      expect(budgetFiles(budgeting.filesMin, wanted).ok).toBe(true)
      continue
    }
    const { connectionsMax, pendingMax, apiSocketsMax } = budgeting.budget
    expect(connectionsMax + pendingMax + apiSocketsMax).toBeLessThan(filesMax)
    expect(connectionsMax).toBeLessThanOrEqual(before.connectionsMax)
    if (connectionsMax < wanted.connectionsMax) expect(pendingMax).toBe(16)
    if (pendingMax < wanted.pendingMax) expect(apiSocketsMax).toBe(8)
    before = budgeting.budget
  }
  expect(budgetFiles(256, wanted)).toMatchObject({ ok: true, budget: { connectionsMax: 64, apiSocketsMax: 28 } })
  expect(budgetFiles(128, wanted)).toMatchObject({ ok: true, budget: { connectionsMax: 30 } })
  expect(budgetFiles(64, wanted)).toMatchObject({ ok: false })
})
