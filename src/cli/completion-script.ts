/** Completion scripts for shells, made from the table of commands. */
import { assertNever } from '../lib/assert.ts'
import type { Description } from './context.ts'
import { GROUPS } from './groups.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

/** What may come next after the words of a command, or of a group. */
export interface CompletionContext {
  /** Words already typed, joined by a space; empty at the start. */
  readonly path: string
  readonly words: readonly { readonly word: string; readonly summary: string }[]
}

/** Every context of the command line: groups and their commands, commands and their options and fixed words. */
export function completionWords(commands: readonly Description[]): readonly CompletionContext[] {
  const contexts = new Map<string, { word: string; summary: string }[]>([['', []]])
  const add = (path: string, word: string, summary: string): void => {
    const words = contexts.get(path) ?? []
    if (!words.some((known) => known.word === word)) words.push({ word, summary })
    contexts.set(path, words)
  }
  for (const command of commands) {
    for (const [depth, word] of command.path.entries()) {
      const upTo = command.path.slice(0, depth + 1).join(' ')
      add(command.path.slice(0, depth).join(' '), word, GROUPS[upTo] ?? command.summary)
    }
    const path = command.path.join(' ')
    for (const { words, summary } of command.args) for (const word of words ?? []) add(path, word, summary)
    for (const { flags, summary, words } of command.options) {
      for (const name of namesOf(flags)) {
        add(path, name, summary)
        for (const word of words ?? []) add(`${path} ${name}`, word, summary)
      }
    }
    add(path, '--help', 'show the help')
  }
  return [...contexts].map(([path, words]) => ({ path, words }))
}

/** The script of a shell. */
export function completionScript(shell: Shell, contexts: readonly CompletionContext[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(contexts)
    case 'zsh':
      return `#compdef hearsay\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(contexts)}`
    case 'fish':
      return fishScript(contexts)
    default:
      return assertNever(shell)
  }
}

function bashScript(contexts: readonly CompletionContext[]): string {
  const cases = contexts.map(
    ({ path, words }) => `    ${quoted(path)}) words=${quoted(words.map(({ word }) => word).join(' '))} ;;`,
  )
  const paths = contexts.map(({ path }) => path).filter((path) => path !== '' && !path.includes(' -'))
  return `_hearsay() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${path:+$path }\${COMP_WORDS[i]}" in
      ${paths.map(quoted).join('|')}) path="\${path:+$path }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$previous" in -*) _hearsay_words "$path $previous" ;; esac
  [[ -z "$words" ]] && _hearsay_words "$path"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ \${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "$current"))
}
_hearsay_words() {
  words=""
  case "$1" in
${cases.join('\n')}
  esac
}
complete -o filenames -F _hearsay hearsay`
}

function fishScript(contexts: readonly CompletionContext[]): string {
  const lines = [
    'function __hearsay_at',
    "  set -l words (string match -v -- '-*' (commandline -opc)[2..])",
    '  test "$words[1..$argv[1]]" = "$argv[2]"',
    'end',
  ]
  for (const { path, words } of contexts) {
    if (/ -/.test(path)) continue
    const depth = path === '' ? 0 : path.split(' ').length
    const condition = path === '' ? '__fish_use_subcommand' : `__hearsay_at ${depth} ${quoted(path)}`
    for (const { word, summary } of words) {
      const what = word.startsWith('--')
        ? `-l ${word.slice(2)}`
        : word.startsWith('-')
          ? `-s ${word.slice(1)}`
          : `-a ${quoted(word)}`
      lines.push(
        `complete -c hearsay -n ${quoted(condition)} ${word.startsWith('-') ? '' : '-f '}${what} -d ${quoted(summary)}`,
      )
    }
  }
  return lines.join('\n')
}

function namesOf(flags: string): readonly string[] {
  return flags.match(/--?[a-z][a-z-]*/g) ?? []
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
