/** From the table of commands to commander: parsing, help and its errors. */
import { Command, CommanderError, Option } from 'commander'
import type { ArrangedArguments } from './arguments.ts'
import { arrangeArguments } from './arguments.ts'
import type { ArgumentSpec, CommandSpec, OptionSpec, SharedOption } from './command.ts'
import type { Context, Description, SharedOptions } from './context.ts'
import type { Outcome } from './exit.ts'
import { Failure, usageFailure } from './failure.ts'
import { GROUPS } from './groups.ts'
import type { Manner } from './output-guard.ts'
import type { TableEntry } from './table.ts'
import { TABLE } from './table.ts'
import { VERSION } from './version.ts'

/** What is left of a call when its arguments are parsed: what to run, or a text to print. */
export type Parsed =
  | {
      readonly kind: 'run'
      readonly shared: SharedOptions
      readonly manner: Manner
      readonly run: (context: Context) => Promise<Outcome>
    }
  | { readonly kind: 'text'; readonly text: string }

const SHARED: Readonly<Record<SharedOption, readonly [flags: string, summary: string]>> = {
  json: ['--json', 'print JSON: one document, or one a line for streams'],
  home: ['--home <dir>', 'folder of the network (HEARSAY_HOME; default: the nearest .hearsay, here or above)'],
  api: ['--api <url>', "the node's API (HEARSAY_API; default: the running testnet or node of the home)"],
  nodes: ['--nodes <file>', 'a file that lists nodes, on any machines (HEARSAY_NODES)'],
  'token-file': [
    '--token-file <file>',
    'file with the token that writes need (HEARSAY_TOKEN_FILE; default: the one of the node found)',
  ],
}

const ROOT_EXAMPLES: CommandSpec['examples'] = [
  ['testnet up --detach', 'ten nodes on this machine, in the background'],
  ['tx send --from alice --to bob --amount 5 --watch', 'send, and watch the rumour spread'],
  ['status', 'how is the node?'],
]

const EXIT_CODES_TEXT = `
Exit codes: 0 done, 1 unexpected failure, 2 wrong usage or configuration,
3 node unreachable, 4 rejected by the node, 5 accepted but the wait's target not
met in time, 6 not found, 7 no network here or not ready, 8 something
expected did not hold, 130 and 143 interrupted.`

/** Parses the arguments. Throws a Failure with what is wrong and what was probably meant. */
export async function parseArguments(given: readonly string[], table: readonly TableEntry[] = TABLE): Promise<Parsed> {
  const arranged = arrangeArguments(given, table)
  const root = new Command('hearsay')
  let text = ''
  let parsed: Parsed | undefined
  root
    .description(
      'A peer-to-peer transaction relay that shows how far a rumour has spread, and refuses every forged one.',
    )
    .version(VERSION, '-V, --version', 'print the version')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (chunk) => (text += chunk),
      writeErr: (chunk) => (text += chunk),
      outputError: () => undefined,
    })
    .addHelpText('after', `${examplesText(ROOT_EXAMPLES)}${EXIT_CODES_TEXT}`)
  const groups = new Map<string, Command>()
  // Groups come where their first command stands in the table.
  const groupAt = (path: readonly string[]): Command => {
    const name = path.join(' ')
    if (name === '') return root
    const group = groups.get(name) ?? groupAt(path.slice(0, -1)).command(path.at(-1) ?? '')
    if (!groups.has(name)) groups.set(name, group.description(GROUPS[name] ?? '').helpCommand(false))
    return group
  }
  for (const entry of table) {
    const command = groupAt(entry.path.slice(0, -1)).command(entry.path.at(-1) ?? '')
    // One that also holds others, as `network` does, stands before them in the table.
    groups.set(entry.path.join(' '), command)
    command.description(entry.summary).helpCommand(false)
    if (entry !== arranged.entry) continue
    const spec = (await entry.load()).command
    declare(command, spec, entry.summary)
    command.action(() => {
      parsed = { kind: 'run', ...bind(command, spec) }
    })
  }
  try {
    if (arranged.argv.length === 0) return { kind: 'text', text: helpOf(root) }
    await root.parseAsync([...arranged.argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return answerOf(error, text, arranged)
    throw error
  }
  if (parsed === undefined) throw usageFailure('this is not a command', 'see `hearsay --help`')
  return parsed
}

/** All commands as their help describes them, for completion. */
export async function describeCommands(table: readonly TableEntry[] = TABLE): Promise<readonly Description[]> {
  return Promise.all(
    table.map(async ({ path, summary, load }) => {
      const { command } = await load()
      const shared = sharedOptionsOf(command).map(([flags, meaning]) => ({ flags, summary: meaning }))
      return { path, summary, args: command.args, options: [...Object.values(command.options), ...shared] }
    }),
  )
}

/** The shared options that a command takes, as commander writes them. */
function sharedOptionsOf(spec: CommandSpec): readonly (readonly [flags: string, summary: string])[] {
  const names = (Object.keys(SHARED) as SharedOption[]).filter((name) => takes(spec, name))
  return [...names.map((name) => SHARED[name]), ['--no-color', 'plain text (NO_COLOR)'] as const]
}

function takes(spec: CommandSpec, name: SharedOption): boolean {
  if (spec.without?.includes(name) === true) return false
  if (name !== 'nodes') return true
  // Some have counts or numbers of nodes under this name.
  if (Object.values(spec.options).some(({ flags }) => longFlag(flags) === '--nodes')) return false
  return spec.without?.includes('api') !== true
}

function declare(command: Command, spec: CommandSpec, summary: string): void {
  command.description([capitalised(summary), spec.details].filter(Boolean).join('.\n\n'))
  for (const argument of spec.args) command.argument(argumentText(argument), argument.summary)
  for (const option of Object.values(spec.options)) command.addOption(optionOf(option))
  for (const [flags, summary] of sharedOptionsOf(spec))
    command.addOption(new Option(flags, summary).helpGroup('Shared options:'))
  command.addHelpText('after', examplesText(spec.examples))
  command.usage(['[options]', ...spec.args.map(argumentText)].join(' '))
}

function argumentText({ name, optional, variadic }: ArgumentSpec): string {
  const inner = variadic === true ? `${name}...` : name
  return optional === true ? `[${inner}]` : `<${inner}>`
}

/** A list is shown with spaces, at which the help may break its lines. */
function optionOf(spec: OptionSpec<unknown>): Option {
  const option = new Option(
    spec.flags,
    spec.fallback === undefined ? spec.summary : `${spec.summary} (default: ${spec.fallback.replaceAll(',', ', ')})`,
  )
  // Every occurrence is kept: the reader decides whether the last counts or all do.
  if (spec.arity !== 'flag')
    option.argParser((text: string, before: unknown) => [...(Array.isArray(before) ? (before as string[]) : []), text])
  return option
}

function bind(command: Command, spec: CommandSpec): Omit<Extract<Parsed, { kind: 'run' }>, 'kind'> {
  const given = command.opts<Record<string, unknown>>()
  const options: Record<string, unknown> = {}
  for (const [key, option] of Object.entries(spec.options)) {
    const name = new Option(option.flags).attributeName()
    const taken = option.take(
      Object.hasOwn(given, name) ? (given[name] as readonly string[] | boolean | undefined) : undefined,
    )
    if (!taken.ok)
      throw usageFailure(
        `${longFlag(option.flags)}: ${taken.message}`,
        `see \`hearsay ${commandPath(command)} --help\``,
      )
    options[key] = taken.value
  }
  const textOf = (name: string): string | undefined => {
    const text = given[name]
    if (text === '') throw usageFailure(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: is empty`)
    return typeof text === 'string' ? text : undefined
  }
  return {
    shared: {
      json: given.json === true,
      home: textOf('home'),
      api: takes(spec, 'api') ? textOf('api') : undefined,
      nodes: takes(spec, 'nodes') ? textOf('nodes') : undefined,
      tokenFile: takes(spec, 'token-file') ? textOf('tokenFile') : undefined,
    },
    manner: spec.serves === true ? 'serves' : spec.follows === true ? 'follows' : 'finishes',
    run: (context) => spec.run(context, { args: command.args, options }),
  }
}

/** Commander ends help, version and errors alike with an exception. */
function answerOf(error: CommanderError, text: string, { entry, argv }: ArrangedArguments): Parsed {
  if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version')
    return { kind: 'text', text: text.trimEnd() }
  if (error.code === 'commander.help') {
    // A group without its command.
    throw usageFailure(`\`hearsay ${argv.join(' ')}\` is not complete`, `\n${text.trimEnd()}`)
  }
  const [first = '', ...suggestion] = error.message.replace(/^error: /, '').split('\n')
  const meant = suggestion
    .join(' ')
    .replace(/^\((.*)\)$/, '$1')
    .replace(/^Did you mean (one of )?/, 'did you mean $1')
  const help = `see \`hearsay ${[...(entry?.path ?? groupOf(argv)), '--help'].join(' ')}\``
  throw new Failure('usage', 'usage', first, meant === '' ? help : meant)
}

/** The words that name a group: `tx foo` is a mistake below `tx`. */
function groupOf(argv: readonly string[]): readonly string[] {
  let length = 0
  while (length < argv.length && Object.hasOwn(GROUPS, argv.slice(0, length + 1).join(' '))) length++
  return argv.slice(0, length)
}

function helpOf(root: Command): string {
  let text = ''
  root.configureOutput({ writeOut: (chunk) => (text += chunk) })
  root.outputHelp()
  return text.trimEnd()
}

function examplesText(examples: CommandSpec['examples']): string {
  if (examples.length === 0) return ''
  return `\nExamples:\n${examples.map(([line, does]) => `  hearsay ${line}\n      ${does}`).join('\n')}\n`
}

function longFlag(flags: string): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags
}

function commandPath(command: Command): string {
  const { parent } = command
  return parent === null || parent.parent === null ? command.name() : `${commandPath(parent)} ${command.name()}`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
