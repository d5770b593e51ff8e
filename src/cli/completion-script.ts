/**
 * Completion scripts for shells, made from the table of commands. What the table can't know (names of nodes, accounts,
 * keys, snapshots) the script asks the command for when it is needed.
 */
import { assertNever } from '../lib/assert.ts'
import type { CompletionKind, Description } from './context.ts'
import { GROUPS } from './groups.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

interface Word {
  readonly word: string
  readonly summary: string
  /** An option that takes a value: what may follow is the context of the path and this word. */
  readonly takesValue: boolean
}

/** What may come next after the words of a command, of a group, or of an option that takes a value. */
export interface CompletionContext {
  /** Words already typed, joined by a space; empty at the start. */
  readonly path: string
  readonly kind: 'group' | 'command' | 'value'
  readonly words: readonly Word[]
  /** Further words that only the machine knows. */
  readonly asks: CompletionKind | null
}

/** Placeholders of options whose values only the machine knows. */
const PLACEHOLDERS: Readonly<Record<string, CompletionKind>> = { node: 'nodes', who: 'accounts' }

/**
 * Every context of the command line: groups and their commands, commands and their options and fixed words, options and
 * their values.
 */
export function completionWords(commands: readonly Description[]): readonly CompletionContext[] {
  const contexts = new Map<
    string,
    { -readonly [K in keyof CompletionContext]: CompletionContext[K] } & { words: Word[] }
  >()
  const contextOf = (path: string, kind: CompletionContext['kind']) => {
    const context = contexts.get(path) ?? { path, kind, words: [], asks: null }
    contexts.set(path, context)
    return context
  }
  const add = (context: { words: Word[] }, word: string, summary: string, takesValue = false): void => {
    if (!context.words.some((known) => known.word === word)) context.words.push({ word, summary, takesValue })
  }
  contextOf('', 'group')
  for (const command of commands) {
    for (const [depth, word] of command.path.entries()) {
      const upTo = command.path.slice(0, depth + 1).join(' ')
      add(contextOf(command.path.slice(0, depth).join(' '), 'group'), word, GROUPS[upTo] ?? command.summary)
    }
    const path = command.path.join(' ')
    const context = contextOf(path, 'command')
    for (const { words, summary, completes } of command.args) {
      for (const word of words ?? []) add(context, word, summary)
      context.asks ??= completes ?? null
    }
    for (const { flags, summary, words } of command.options) {
      const placeholder = /<([^>]+)>/.exec(flags)?.[1] ?? null
      for (const name of namesOf(flags)) {
        add(context, name, summary, placeholder !== null)
        if (placeholder === null) continue
        const value = contextOf(`${path} ${name}`, 'value')
        value.asks = PLACEHOLDERS[placeholder] ?? null
        for (const word of words ?? []) add(value, word, summary)
      }
    }
    add(context, '--help', 'show the help')
  }
  return [...contexts.values()]
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
    ({ path, words, asks }) =>
      `    ${quoted(path)}) words=${quoted(words.map(({ word }) => word).join(' '))}${asks === null ? '' : ` asks=${asks}`} ;;`,
  )
  const paths = contexts.filter(({ path, kind }) => path !== '' && kind !== 'value').map(({ path }) => path)
  return `_hearsay() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" asks="" known="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${path:+$path }\${COMP_WORDS[i]}" in
      ${paths.map(quoted).join('|')}) path="\${path:+$path }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$previous" in -*) _hearsay_words "$path $previous" ;; esac
  [[ -z "$known" ]] && _hearsay_words "$path"
  [[ -n "$asks" && "$current" != -* ]] && words="$words $("\${COMP_WORDS[0]}" completion "$asks" 2>/dev/null)"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ \${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "$current"))
}
_hearsay_words() {
  words="" asks="" known=1
  case "$1" in
${cases.join('\n')}
    *) known="" ;;
  esac
}
complete -o filenames -F _hearsay hearsay`
}

function fishScript(contexts: readonly CompletionContext[]): string {
  const lines = [
    '# Words before the one that is typed, options left out.',
    'function __hearsay_words',
    "  string match -v -- '-*' (commandline -opc)[2..]",
    'end',
    '# In a group: these words and no others. At a command: it begins with these.',
    'function __hearsay_in',
    '  set -l joined (string join " " (__hearsay_words))',
    '  test "$joined" = "$argv[1]"',
    'end',
    'function __hearsay_at',
    '  set -l words (__hearsay_words)',
    '  set -l joined (string join " " $words[1..$argv[1]])',
    '  test "$joined" = "$argv[2]"',
    'end',
  ]
  const values = new Map(contexts.map((context) => [context.path, context]))
  for (const { path, kind, words, asks } of contexts) {
    if (kind === 'value') continue
    const condition =
      kind === 'group' ? `__hearsay_in ${quoted(path)}` : `__hearsay_at ${path.split(' ').length} ${quoted(path)}`
    const begin = `complete -c hearsay -n ${quoted(condition)}`
    for (const { word, summary, takesValue } of words) {
      if (!word.startsWith('-')) {
        lines.push(`${begin} -f -a ${quoted(word)} -d ${quoted(summary)}`)
        continue
      }
      const name = word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`
      const value = takesValue ? fishValue(values.get(`${path} ${word}`)) : ''
      lines.push(`${begin} ${name}${value} -d ${quoted(summary)}`)
    }
    if (asks !== null) lines.push(`${begin} -f -a ${quoted(`(hearsay completion ${asks} 2>/dev/null)`)}`)
  }
  return lines.join('\n')
}

/** Where nothing is known of a value it may be a file. */
function fishValue(context: CompletionContext | undefined): string {
  if (context !== undefined && context.asks !== null)
    return ` -x -a ${quoted(`(hearsay completion ${context.asks} 2>/dev/null)`)}`
  return context === undefined || context.words.length === 0
    ? ' -r'
    : ` -x -a ${quoted(context.words.map(({ word }) => word).join(' '))}`
}

function namesOf(flags: string): readonly string[] {
  return flags.replace(/<.*/, '').match(/--?[a-z][a-z-]*/g) ?? []
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
