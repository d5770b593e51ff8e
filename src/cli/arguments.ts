/** Finds the command in the arguments before anything is loaded, so that only its own file has to be. */
import type { TableEntry } from './table.ts'

/** Shared options that take a value: the word after them is not a command. */
const SHARED_WITH_VALUE = new Set(['--home', '--api', '--token-file'])
const SHARED_FLAGS = new Set(['--json', '--no-color'])

export interface ArrangedArguments {
  readonly entry: TableEntry | undefined
  /** The arguments with shared options moved behind the command's words, where commander looks for them. */
  readonly argv: readonly string[]
}

/**
 * `--json tx send --fee 2` → the entry of `tx send` and `tx send --json --fee 2`; `help tx send` → `tx send --help`.
 */
export function arrangeArguments(given: readonly string[], table: readonly TableEntry[]): ArrangedArguments {
  const argv = given[0] === 'help' ? [...given.slice(1), '--help'] : given
  let at = 0
  for (let word = argv[at]; word !== undefined && word.startsWith('-'); word = argv[at]) {
    if (SHARED_WITH_VALUE.has(word)) at += 2
    else if (SHARED_FLAGS.has(word) || /^--(home|api|token-file)=/.test(word)) at += 1
    else break
  }
  const words = argv.slice(at)
  const matching = table.filter(({ path }) => path.every((word, index) => words[index] === word))
  const entry = matching.sort((a, b) => b.path.length - a.path.length)[0]
  const length = entry?.path.length ?? countWords(words)
  return { entry, argv: [...words.slice(0, length), ...argv.slice(0, at), ...words.slice(length)] }
}

function countWords(words: readonly string[]): number {
  const firstOption = words.findIndex((word) => word.startsWith('-'))
  return firstOption === -1 ? words.length : firstOption
}

/**
 * Whether the user asked for JSON, known before the arguments are parsed, since errors of parsing are printed in the
 * same form.
 */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end === -1 ? argv.length : end).includes('--json')
}
