import { describe, expect, it } from 'vitest'
import { GROUPS } from '../../../src/cli/groups.ts'
import { describeCommands, parseArguments } from '../../../src/cli/program.ts'
import { TABLE } from '../../../src/cli/table.ts'
import { Failure } from '../../../src/cli/failure.ts'

const commands = await Promise.all(
  TABLE.map(async (entry) => ({ name: entry.path.join(' '), entry, spec: (await entry.load()).command })),
)

/** An example as a shell would split it, up to where the shell takes over. */
function wordsOf(line: string): string[] {
  return line.replace(/ [>|] .*$/, '').split(' ')
}

/** What a line comes to: its outcome and what is said. */
async function failureOf(line: string): Promise<Failure> {
  const failure = await parseArguments(line.split(' ').filter(Boolean)).catch((error: unknown) => error)
  if (!(failure instanceof Failure)) throw new Error(`"${line}" was taken`)
  return failure
}

async function textOf(line: string): Promise<string> {
  const parsed = await parseArguments(line.split(' ').filter(Boolean))
  if (parsed.kind !== 'text') throw new Error(`"${line}" printed nothing`)
  return parsed.text
}

describe('the table of commands', () => {
  it('has each command once, in a known group or alone', () => {
    const names = commands.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    // A command may hold others, and stands before them then.
    const holds = (path: readonly string[], before: number): boolean =>
      commands.slice(0, before).some(({ entry }) => entry.path.length === 1 && entry.path[0] === path[0])
    for (const [index, { entry }] of commands.entries())
      if (entry.path.length > 1 && !holds(entry.path, index)) expect(Object.keys(GROUPS)).toContain(entry.path[0])
  })

  it.each(commands)('$name: has examples that parse, and a help', async ({ name, entry, spec }) => {
    expect(spec.examples.length).toBeGreaterThan(0)
    for (const [line] of spec.examples) {
      const parsed = await parseArguments(wordsOf(line))
      expect(parsed.kind, line).toBe('run')
      expect(line.startsWith(name), line).toBe(true)
    }
    const help = await textOf(`${name} --help`)
    expect(help).toContain(entry.summary.slice(1))
    for (const { flags } of Object.values(spec.options)) expect(help).toContain(flags)
    expect(help).toContain('Examples:')
    expect(help).toContain('--json')
  })

  it.each(commands)('$name: no flag takes a secret, and none is declared twice', ({ spec }) => {
    const names = Object.values(spec.options).map(({ flags }) => /--[a-z-]+/.exec(flags)?.[0] ?? '')
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).not.toMatch(/(secret|password|passphrase|token|private)(?!-file)/)
  })

  it.each(commands)('$name: an unknown flag is named, and what is near it', async ({ name, spec }) => {
    const args = spec.args.filter(({ optional }) => optional !== true).map(() => 'x')
    const failure = await failureOf([name, ...args, '--jsno'].join(' '))
    expect(failure.outcome).toBe('usage')
    expect(failure.message).toContain("unknown option '--jsno'")
    expect(failure.hint).toContain('did you mean --json')
  })
})

describe('parsing', () => {
  it('gives the same for shared options before and after the command', async () => {
    const before = await parseArguments(['--json', '--home', 'd', 'status'])
    const after = await parseArguments(['status', '--home', 'd', '--json'])
    expect(before).toMatchObject({ kind: 'run', shared: { json: true, home: 'd' } })
    expect(after).toMatchObject({ kind: 'run', shared: { json: true, home: 'd' } })
  })

  it.each([
    ['stauts', "unknown command 'stauts'", 'did you mean status'],
    ['tx sned', "unknown command 'sned'", 'did you mean send'],
    ['__proto__', "unknown command '__proto__'", '--help'],
    ['tx constructor', "unknown command 'constructor'", '--help'],
    ['status extra', 'too many arguments', 'status --help'],
    ['tx show', "missing required argument 'id'", 'tx show --help'],
    ['tx send --to bob --amount 5', '--from: is missing', 'tx send --help'],
    ['tx send --from alice --to bob --amount -5', '--amount: "-5" is negative', 'tx send --help'],
    ['tx send --from alice --to bob --amount 5 --until 0.5', '--until: "0.5" is not a percentage', 'tx send --help'],
    ['tx send --from alice --to bob --amount 5 --timeout 30', '--timeout: "30" has no unit', 'tx send --help'],
    ['status --home', "option '--home <dir>' argument missing", 'status --help'],
    ['status --home=', '--home: is empty', ''],
    ['testnet up -n 0', '--nodes: "0" is not a whole number from 1', 'testnet up --help'],
    ['tx', '`hearsay tx` is not complete', 'send'],
  ])('refuses `%s`', async (line, message, hint) => {
    const failure = await failureOf(line)
    expect(failure.outcome).toBe('usage')
    expect(failure.message).toContain(message)
    expect(failure.hint).toContain(hint)
  })

  it.each(['keys export savings', 'deploy compose network.json', 'vectors', 'network create harbour'])(
    '`%s` has to be told where to, and its help says so',
    async (line) => {
      expect((await failureOf(line)).message).toContain('--out: is missing')
      expect((await textOf(`${line} --help`)).replace(/\s+/g, ' ')).toMatch(/--out <\w+> [^<]*\(required\)/)
    },
  )

  it('the last of a repeated flag counts', async () => {
    expect((await parseArguments(['status', '--home', 'a', '--home', 'b'])).kind).toBe('run')
    expect(await parseArguments(['status', '--home', 'a', '--home', 'b'])).toMatchObject({ shared: { home: 'b' } })
  })

  it('without arguments prints the help, with the exit codes', async () => {
    const help = await textOf('')
    const groups = Object.keys(GROUPS)
    for (const name of groups.filter((group) => !group.includes(' '))) expect(help).toContain(name)
    expect(await textOf('testnet --help')).toMatch(/ snapshot +copies of a network/)
    expect(help).toContain('Exit codes: 0 done')
    expect(await textOf('--version')).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('loads the file of the asked command and of no other', async () => {
    const loaded: string[] = []
    const counting = TABLE.map((entry) => ({
      ...entry,
      load: () => {
        loaded.push(entry.path.join(' '))
        return entry.load()
      },
    }))
    await parseArguments(['status', '--json'], counting)
    await parseArguments(['--help'], counting)
    await parseArguments(['tx', '--help'], counting)
    expect(loaded).toEqual(['status'])
  })
})

describe('descriptions for completion', () => {
  it('cover every command with the shared options that it takes', async () => {
    const described = await describeCommands()
    expect(described.map(({ path }) => path)).toEqual(TABLE.map(({ path }) => path))
    const flagsOf = (name: string): string[] =>
      described.find(({ path }) => path.join(' ') === name)?.options.map(({ flags }) => flags) ?? []
    expect(flagsOf('status')).toContain('--api <url>')
    expect(flagsOf('keys list')).not.toContain('--api <url>')
    expect(flagsOf('node run').filter((flags) => flags.startsWith('--api '))).toEqual(['--api <host:port>'])
  })
})

it('help fits a terminal of 80 columns', async () => {
  for (const words of [[], ...TABLE.map(({ path }) => path)]) {
    const help = await parseArguments([...words, '--help'])
    const text = help.kind === 'text' ? help.text : ''
    expect(text).toContain('Usage: hearsay')
    expect(
      text.split('\n').filter((line) => line.length > 80),
      words.join(' '),
    ).toEqual([])
  }
})
