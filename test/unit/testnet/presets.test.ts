import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PRESETS, presetPlan } from '../../../testnet/presets.ts'

describe('presets', () => {
  it.each(PRESETS.map((name) => [name]))('%s is a network', (name) => {
    const { count, degree, link, slotMs, validators } = presetPlan(name)
    expect(count).toBeGreaterThanOrEqual(2)
    expect(degree).toBeGreaterThanOrEqual(2)
    expect(link.jitterMs).toBeLessThanOrEqual(link.delayMs)
    // Four are the fewest of which one may fail while the others settle.
    expect(validators).toBeGreaterThanOrEqual(Math.min(4, count))
    expect(validators).toBeLessThanOrEqual(count)
    expect(slotMs).toBeGreaterThan(4 * (link.delayMs + link.jitterMs))
  })

  it('are all the files of their folder', () => {
    const files = readdirSync(new URL('../../../testnet/presets', import.meta.url)).map((file) =>
      file.replace('.json', ''),
    )
    expect([...PRESETS].sort()).toEqual(files.sort())
  })
})
