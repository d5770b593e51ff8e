import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ProbeReport } from '../toolkit/virtual/sim-clock-probe.ts'

const probe = fileURLToPath(new URL('../toolkit/virtual/sim-clock-probe.ts', import.meta.url))

async function run(seed: number): Promise<ProbeReport> {
  const { stdout } = await promisify(execFile)(process.execPath, [probe, String(seed)])
  return JSON.parse(stdout) as ProbeReport
}

describe('virtual time', () => {
  it('is what timers, clocks and deadlines follow', async () => {
    const { log } = await run(1)
    // What happened, performance.now(), Date.now() since the start, and how far `new Date()` is from it.
    expect(log).toEqual([
      'microtask 0 0 0',
      'soon 0 0 0',
      'by a wrong clock 50 5050 0',
      'tick 100 100 0',
      'tick 200 200 0',
      'tick 300 300 0',
      'TimeoutError 1500 1500 0',
      'ten seconds 10000 10000 0',
    ])
  })

  it('comes with chance that a seed repeats', async () => {
    const [one, again, other] = [await run(1), await run(1), await run(2)]
    expect(again.chance).toEqual(one.chance)
    for (const [index, drawn] of one.chance.entries()) expect(other.chance[index]).not.toBe(drawn)
    expect(new Set(one.chance).size).toBe(one.chance.length)
  })

  it('refuses what would complete by the real clock', async () => {
    expect((await run(1)).forbidden).toEqual(['subtle', 'promised timers'])
  })
})
