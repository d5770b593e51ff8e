import { describe, expect, it } from 'vitest'
import { AGAIN_MS, collect, GiveBack, HEAP_BYTES_MAX, LOOK_MS, WORTH_BYTES } from '../../../src/adapters/give-back.ts'

const MIB = 1_048_576
/** One look of a process that has used `busyMs` since the one before. */
function looks(giveBack: GiveBack): (busyMs: number, rssBytes: number, heapBytes?: number) => boolean {
  let cpuMs = 1_000
  return (busyMs, rssBytes, heapBytes = 30 * MIB) => {
    cpuMs += busyMs
    return giveBack.look({ cpuMs, rssBytes, heapBytes }, LOOK_MS)
  }
}

describe('memory is given back', () => {
  it('once when the process has come to rest, and again when it has taken as much anew', () => {
    const look = looks(new GiveBack())
    expect(look(9_000, 150 * MIB), 'nothing to compare with').toBe(false)
    expect(look(9_000, 150 * MIB), 'at work').toBe(false)
    expect(look(200, 150 * MIB)).toBe(true)
    expect(look(200, 110 * MIB)).toBe(false)
    expect(look(200, 110 * MIB + WORTH_BYTES), 'too soon').toBe(false)
    for (let turn = 0; turn < AGAIN_MS / LOOK_MS; turn++) expect(look(200, 112 * MIB)).toBe(false)
    expect(look(200, 110 * MIB + WORTH_BYTES)).toBe(true)
  })

  it('not from a heap that would take long, however large', () => {
    const look = looks(new GiveBack())
    look(0, 0)
    expect(look(0, 500 * MIB, HEAP_BYTES_MAX + 1)).toBe(false)
    expect(look(0, 500 * MIB, HEAP_BYTES_MAX)).toBe(true)
  })

  it('by a full collection, after which nobody else can ask for one', () => {
    let rubbish: unknown[] | null = Array.from({ length: 400_000 }, (_, i) => ({ i }))
    const full = process.memoryUsage().heapUsed
    expect(rubbish.length).toBe(400_000)
    rubbish = null
    expect(collect()).toBe(true)
    expect(process.memoryUsage().heapUsed).toBeLessThan(full - 8 * MIB)
    expect('gc' in globalThis).toBe(false)
  })
})
