import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PRESET_NAMES } from '../../../src/cli/testnet-text.ts'
import { parsePreset, PRESETS, presetPlan } from '../../../testnet/presets.ts'

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
    expect([...PRESET_NAMES].sort()).toEqual(files.sort())
  })

  it('of a user say what is wrong with them', () => {
    const good = { count: 3, degree: 2, topology: 'ring', link: '40ms±20ms', slotMs: 500, validators: 2 }
    expect(parsePreset(good)).toEqual({
      ok: true,
      preset: { ...good, link: { delayMs: 40, jitterMs: 20, bytesPerSecond: null } },
    })
    const wrongs: [unknown, string][] = [
      [[], 'not a JSON object'],
      [{ ...good, nodes: 3 }, 'unknown key "nodes"'],
      [{ ...good, count: 0 }, '"count"'],
      [{ ...good, slotMs: 99 }, '"slotMs"'],
      [{ ...good, degree: undefined }, '"degree"'],
      [{ ...good, topology: 'moebius' }, '"topology"'],
      [{ ...good, link: 40 }, '"link"'],
      [{ ...good, link: '10ms±20ms' }, 'jitter'],
      [{ ...good, validators: 4 }, 'more than its 3 nodes'],
    ]
    for (const [document, message] of wrongs)
      expect(parsePreset(document)).toMatchObject({ ok: false, message: expect.stringContaining(message) })
  })
})
