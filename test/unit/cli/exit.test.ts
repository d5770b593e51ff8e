import { describe, expect, it } from 'vitest'
import { apiFailure } from '../../../src/cli/api.ts'
import { exitCodeOf, type Outcome } from '../../../src/cli/exit.ts'

describe('exit codes', () => {
  it('are those that users were told', () => {
    const codes: Record<Outcome, number> = {
      done: 0,
      failed: 1,
      usage: 2,
      unreachable: 3,
      rejected: 4,
      'target-missed': 5,
      'not-found': 6,
      'not-ready': 7,
      unmet: 8,
      interrupted: 130,
      terminated: 143,
    }
    for (const [outcome, code] of Object.entries(codes)) expect(exitCodeOf(outcome as Outcome), outcome).toBe(code)
  })
})

describe("a node's refusal", () => {
  const target = { apiUrl: 'http://127.0.0.1:1', source: '--api', manifest: null }
  const answer = (status: number, code: string) =>
    ({ ok: false, kind: 'problem', status, problem: { code, message: 'm', hint: 'h' } }) as const

  it.each([
    [422, 'invalid-signature', true, 'rejected'],
    [400, 'undecodable', true, 'rejected'],
    [413, 'too-large', true, 'rejected'],
    [429, 'sender-full', true, 'rejected'],
    [503, 'pool-full', true, 'rejected'],
    [401, 'unauthorised', true, 'usage'],
    [403, 'foreign-host', false, 'usage'],
    [404, 'not-found', false, 'not-found'],
    [409, 'ambiguous', false, 'usage'],
    [429, 'too-many-requests', false, 'not-ready'],
    [503, 'not-ready', false, 'not-ready'],
    [500, 'internal', false, 'failed'],
    [200, 'strange-answer', false, 'unreachable'],
  ] as const)('%d %s (submitting: %s) is %s', (status, code, submitting, outcome) => {
    const failure = apiFailure(answer(status, code), target, submitting)
    expect(failure.outcome).toBe(outcome)
    expect(failure.code).toBe(code)
  })

  it('to answer at all is exit 3, and says where the address came from and how to start a node', () => {
    const failure = apiFailure({ ok: false, kind: 'unreachable', message: 'nobody listens' }, target, false)
    expect(exitCodeOf(failure.outcome)).toBe(3)
    expect(failure.message).toContain('--api')
    expect(failure.hint).toContain('hearsay testnet up')
  })
})
