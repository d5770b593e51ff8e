import { describe, expect, it } from 'vitest'
import { PROBLEM_CODES, problemView, type FoundProblem, type ProblemView } from '../../../src/domain/problems.ts'
import { Health } from '../../../src/node/health.ts'
import { HEALTH_LOG_AFTER_MS, HEALTH_LOG_AGAIN_MS } from '../../../src/node/limits.ts'

function world() {
  const found = new Set<FoundProblem>()
  const told: string[] = []
  let monoMs = 1_000
  const health = new Health({
    checks: [
      () => [...found].find(({ code }) => code === 'no-mesh') ?? null,
      () => [...found].find(({ code }) => code === 'few-files') ?? null,
      () => [...found].find(({ code }) => code === 'no-peers') ?? null,
    ],
    clock: { now: () => ({ wallMs: 0, monoMs }) },
    listener: {
      began: ({ code }: ProblemView) => told.push(`began ${code}`),
      ended: (code, heldMs) => told.push(`ended ${code} ${heldMs}`),
    },
  })
  const pass = (ms: number): void => {
    for (const end = monoMs + ms; monoMs < end;) {
      monoMs += 100
      health.watch()
    }
  }
  return { found, told, health, pass }
}

const alone: FoundProblem = { code: 'no-peers', configured: 0, failure: null }
const meshless: FoundProblem = { code: 'no-mesh', peers: 2 }
const few: FoundProblem = { code: 'few-files', filesMax: 128, wanted: 64, connectionsMax: 30 }

describe('health', () => {
  it('tells problems before notices, in words, and is well again without them', () => {
    const { found, health } = world()
    expect(health.view()).toEqual({ v: 1, ok: true, problems: [], details: [] })
    found.add(few)
    expect(health.view()).toMatchObject({ ok: true, problems: [], details: [{ code: 'few-files', weight: 'notice' }] })
    found.add(alone)
    const { ok, problems, details } = health.view()
    expect([ok, details.map(({ code }) => code)]).toEqual([false, ['no-peers', 'few-files']])
    expect(problems).toEqual(['no peer is connected, and no address to dial is configured'])
    found.clear()
    expect(health.view().details).toEqual([])
  })

  it('says nothing of what passes within its grace, and counts anew when it comes back', () => {
    const { found, health, pass } = world()
    found.add(meshless)
    pass(14_000)
    expect(health.problems()).toEqual([])
    found.clear()
    pass(1_000)
    found.add(meshless)
    pass(14_000)
    expect(health.problems()).toEqual([])
    pass(2_000)
    expect(health.gauge()).toMatchObject({ 'no-mesh': 1, 'no-peers': 0 })
  })

  it('logs what lasts, its end, and not each time that it comes and goes', () => {
    const { found, told, pass } = world()
    found.add(alone)
    pass(HEALTH_LOG_AFTER_MS - 1_000)
    found.clear()
    pass(2_000)
    expect(told).toEqual([])
    for (let time = 0; time < 20; time++) {
      found.add(alone)
      pass(HEALTH_LOG_AFTER_MS + 2_000)
      found.clear()
      pass(2_000)
    }
    expect(told.filter((line) => line.startsWith('began'))).toEqual(['began no-peers'])
    expect(told.filter((line) => line.startsWith('ended'))).toHaveLength(1)
    found.add(alone)
    pass(2 * HEALTH_LOG_AGAIN_MS)
    expect(told.filter((line) => line.startsWith('began')).length).toBeGreaterThanOrEqual(2)
    expect(told.filter((line) => line.startsWith('began')).length).toBeLessThanOrEqual(3)
  })

  it('has a cause and a next step for every problem', () => {
    expect(new Set(PROBLEM_CODES).size).toBe(PROBLEM_CODES.length)
    for (const found of [alone, meshless, few]) {
      const { message, cause, next } = problemView(found)
      for (const text of [message, cause, next]) expect(text).toMatch(/^\S.{10,}$/)
    }
  })
})
