import { describe, expect, it } from 'vitest'
import { arrangeArguments, wantsJson } from '../../../src/cli/arguments.ts'
import { TABLE } from '../../../src/cli/table.ts'

function arrange(line: string): { path: string | undefined; argv: string } {
  const { entry, argv } = arrangeArguments(line.split(' ').filter(Boolean), TABLE)
  return { path: entry?.path.join(' '), argv: argv.join(' ') }
}

describe('the command of a line', () => {
  it('is found behind shared options, which move behind it', () => {
    expect(arrange('--json --home d tx send --fee 2')).toEqual({
      path: 'tx send',
      argv: 'tx send --json --home d --fee 2',
    })
    expect(arrange('--api=127.0.0.1:1 status')).toEqual({ path: 'status', argv: 'status --api=127.0.0.1:1' })
  })

  it('is not taken from the value of an option', () => {
    expect(arrange('--home status peers').path).toBe('peers')
  })

  it('is none for a group, a slip or a strange option in front', () => {
    for (const line of ['tx', 'tx sned', 'stauts', '--bogus status', '__proto__', 'constructor', '']) {
      expect(arrange(line).path, line).toBeUndefined()
    }
  })

  it('gets its help by `help` as by --help', () => {
    expect(arrange('help tx send')).toEqual({ path: 'tx send', argv: 'tx send --help' })
  })
})

describe('JSON', () => {
  it('is wanted before the arguments are understood, but not as data', () => {
    expect(wantsJson(['stauts', '--json'])).toBe(true)
    expect(wantsJson(['tx', 'submit', '--', '--json'])).toBe(false)
  })
})
