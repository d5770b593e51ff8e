import { expect, it } from 'vitest'
import { understand } from '../../../scripts/arguments.ts'

const USAGE = 'usage: npm run thing -- [--runs 3] [--short]'
const config = {
  allowPositionals: true,
  options: { runs: { type: 'string', default: '3' }, short: { type: 'boolean', default: false } },
} as const
const ask = (...args: string[]) => understand(USAGE, config, args)

it('says what there is when asked, and what was not understood in one sentence', () => {
  expect(ask('--help')).toEqual({ ok: false, text: USAGE, exitCode: 0 })
  expect(ask('A1', '-h')).toEqual({ ok: false, text: USAGE, exitCode: 0 })
  expect(ask('--fast')).toEqual({ ok: false, text: `Unknown option '--fast'\n${USAGE}`, exitCode: 2 })
  for (const runs of ['many', '-1', '1.5', ''])
    expect(ask(`--runs=${runs}`)).toEqual({
      ok: false,
      text: `--runs must be a whole number, not "${runs}"\n${USAGE}`,
      exitCode: 2,
    })
})

it('takes what is right, and fills in the rest', () => {
  expect(ask('A1', '--runs', '5')).toMatchObject({
    ok: true,
    parsed: { positionals: ['A1'], values: { runs: '5', short: false } },
  })
})
