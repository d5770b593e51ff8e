import { describe, expect, it } from 'vitest'
import type { Check, Verdict } from '../../../src/conform/check.ts'
import { hintOf, junitOf } from '../../../src/conform/report.ts'
import type { Result } from '../../../src/conform/run.ts'

const check = (id: string): Check => ({
  id,
  section: 'Verdicts',
  role: 'relay',
  sentence: 'rejects it',
  run: () => Promise.resolve(),
})
const result = (id: string, verdict: Verdict, hasCharged = false): Result => ({
  check: check(id),
  verdict,
  elapsedMs: 5,
  hasCharged,
})
const free: Verdict = { kind: 'fail', evidence: 'garbage cost its sender nothing: it is still in the meshes' }

describe('what a run came to', () => {
  it('names the one cause where no rejection cost anything', () => {
    const results = ['a', 'b', 'c'].map((id) => result(id, free))
    expect(hintOf(results)).toMatch(/\(3 checks\): are the router's scores switched on/)
    // A peer that charges for something has scores.
    expect(hintOf([...results, result('d', { kind: 'pass' }, true)])).toBeNull()
    expect(hintOf(results.slice(1))).toBeNull()
  })

  it('counts checks that were not run as skipped, so that a run that was cut short is no whole one', () => {
    const xml = junitOf([result('a', { kind: 'pass' })], '/ip4/127.0.0.1/tcp/1', [check('b'), check('c')])
    expect(xml).toContain('tests="3" failures="0" skipped="2"')
    expect(xml).toContain('name="b: rejects it" time="0.000"><skipped message="not run: the run was cut short"/>')
  })
})
