import { expect, it } from 'vitest'
import { PacedLog } from '../../../src/node/paced-log.ts'

it('has one line a subject and hour, with the number of those left out', () => {
  const paced = new PacedLog({ againMs: 3_600_000, linesMax: 30, subjectsMax: 8 })
  const lines: unknown[] = []
  for (let ms = 0; ms < 2 * 3_600_000; ms += 650) {
    const due = paced.due('peer', ms)
    if (due !== null) lines.push(due)
  }
  expect(lines).toEqual([
    { again: 0, leftOut: 0 },
    { again: 5_538, leftOut: 5_538 },
  ])
})

it('has few lines though each comes under a new name, and remembers few names', () => {
  const paced = new PacedLog({ againMs: 1_000, linesMax: 5, subjectsMax: 8 })
  let lines = 0
  for (let count = 0; count < 1_000; count++) if (paced.due(`peer ${count}`, count) !== null) lines++
  expect(lines).toBe(5)
  expect(paced.due('late', 1_001)).toEqual({ again: 0, leftOut: 995 })
  for (let ms = 2_000; ms < 40_000; ms += 200) paced.due(`other ${ms}`, ms)
  expect(paced.size).toBeLessThanOrEqual(8)
})
