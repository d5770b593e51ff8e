import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/cli/failure.ts'
import { reportError } from '../../../src/cli/report.ts'
import { openTerminal } from '../../../src/cli/terminal.ts'

function report(error: unknown, options: { json: boolean; debug: boolean }): { outcome: string; text: string } {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const terminal = openTerminal({ stdout, stderr, env: {}, color: true })
  const outcome = reportError(error, terminal, options)
  expect(stdout.read()).toBeNull()
  return { outcome, text: String(stderr.read()) }
}

describe('a failure', () => {
  it('says what, why and what next', () => {
    const failure = new Failure('rejected', 'fee-too-low', 'the fee is below the floor', 'raise it with --fee')
    expect(report(failure, { json: false, debug: false })).toEqual({
      outcome: 'rejected',
      text: 'hearsay: the fee is below the floor (fee-too-low)\n  raise it with --fee\n',
    })
  })

  it('is one JSON document for programs', () => {
    const { text } = report(new Failure('usage', 'usage', 'm', 'h'), { json: true, debug: false })
    expect(JSON.parse(text)).toEqual({ v: 1, error: { code: 'usage', message: 'm', hint: 'h' } })
  })

  it('that nobody expected is exit 1, without a stack unless asked for', () => {
    const error = new TypeError('x is not a function\n  and more')
    expect(report(error, { json: false, debug: false })).toEqual({
      outcome: 'failed',
      text: 'hearsay: unexpected failure: x is not a function\n  HEARSAY_DEBUG=1 shows where it comes from\n',
    })
    expect(report(error, { json: false, debug: true }).text).toContain('report.test.ts')
    expect(report('a text', { json: true, debug: false }).outcome).toBe('failed')
  })
})

describe('what the system refuses', () => {
  it.each(['EACCES', 'ENOSPC', 'EMFILE', 'EROFS', 'ELOOP'])('is one sentence with a next step: %s', (code) => {
    const error = Object.assign(new Error(`${code}: nonsense`), { code, path: '/some/file', syscall: 'open' })
    const lines = report(error, { json: false, debug: false }).text.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(new RegExp(`^hearsay: /some/file: [a-z].* \\(${code}\\)$`))
    expect(lines[1]).toMatch(/^ {2}\S.{8,}/)
  })
})
