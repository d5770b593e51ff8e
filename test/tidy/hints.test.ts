/** Every command line that a message, a hint or a help text proposes is one that the command understands. */
import { describe, expect, it } from 'vitest'
import type { CommandSpec } from '../../src/cli/command.ts'
import { TABLE, type TableEntry } from '../../src/cli/table.ts'
import { occurrences, projectFiles } from './project-files.ts'

/** Flags of every command, and of the program itself. */
const SHARED_FLAGS = ['--json', '--home', '--api', '--token-file', '--no-color', '--verbose', '--help', '--version']
/** Of other programs, named where they are what helps, and in what `deploy` writes for them. */
const FOREIGN_FLAGS: ReadonlySet<string> = new Set([
  '--map-size',
  ...['--max-old-space-size', '--ignore-scripts', '--omit', '--global', '--now'],
  ...['--start-period', '--retries', '--from-file', '--tail', '--format'],
])

const PROPOSED = /\\?`hearsay ([^`\n]*?)\\?`/

const sources = projectFiles().filter((path) => /^src\/.*\.ts$/.test(path))
const specs = new Map<TableEntry, CommandSpec>(
  await Promise.all(TABLE.map(async (entry) => [entry, (await entry.load()).command] as const)),
)
const flagsOf = ({ options }: CommandSpec): string[] =>
  Object.values(options).flatMap(({ flags }) => flags.match(/--?[a-z][a-z-]*/g) ?? [])
const everyFlag = new Set([...SHARED_FLAGS, ...FOREIGN_FLAGS, ...[...specs.values()].flatMap(flagsOf)])

/**
 * What is wrong with the words after `hearsay`; null where a command takes them. What is filled in at run time stands
 * for itself.
 */
function fault(line: string): string | null {
  const words = line.split(' ').filter((word) => word !== '')
  const [first = ''] = words
  if (first.startsWith('${') || first === '--help') return null
  const entry = TABLE.find(({ path }) => path.every((word, at) => word === words[at]))
  if (entry === undefined)
    // A group by its name shows its commands.
    return TABLE.some(({ path }) => path[0] === first) && words.length === 1 ? null : 'no such command'
  const spec = specs.get(entry)
  const known = new Set([...SHARED_FLAGS, ...(spec === undefined ? [] : flagsOf(spec))])
  const given = words.slice(entry.path.length)
  // A dash alone is an argument: stdin.
  const unknown = given.filter((word) => /^-./.test(word) && !known.has(word))
  if (unknown.length > 0) return `no option ${unknown.join(', ')}`
  const takesArguments =
    (spec?.args.length ?? 0) > 0 || given.every((word) => word.startsWith('-')) || given.length === 0
  return takesArguments || given.some((word) => word.startsWith('-')) ? null : `it takes no argument ${given.join(' ')}`
}

describe('what messages propose', () => {
  const proposed = occurrences(sources, PROPOSED)
    .map((found) => ({ line: `${found.path}:${found.line}`, words: PROPOSED.exec(found.text)?.[1] ?? '' }))
    // A line of a screen, not of a shell.
    .filter(({ words }) => !words.includes('  '))

  it('is found', () => {
    expect(proposed.length).toBeGreaterThan(50)
  })

  it('is a command with options that it has', () => {
    const wrong = proposed.flatMap(({ line, words }) => {
      const what = fault(words)
      return what === null ? [] : [`${line}: hearsay ${words}: ${what}`]
    })
    expect(wrong).toEqual([])
  })

  it('is what the table of this test understands', () => {
    expect(fault('testnet fly')).toBe('no such command')
    expect(fault('testnet up --wings')).toBe('no option --wings')
    expect(fault('tx show ID --node NAME')).toBeNull()
    expect(fault('status now')).toBe('it takes no argument now')
    expect(fault('keys')).toBeNull()
  })

  it('names no option that no command has', () => {
    const texts = occurrences(
      sources.filter((path) => /^src\/(cli|domain|home|client|wallet)\//.test(path)),
      /(?<=['"` (])--[a-z][a-z-]+/,
    )
    expect(
      texts.filter(({ text }) => !everyFlag.has(text)).map(({ path, line, text }) => `${path}:${line} ${text}`),
    ).toEqual([])
  })
})
