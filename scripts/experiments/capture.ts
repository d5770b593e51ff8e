// Writes what the commands really print into the README: `npm run capture` runs the demo, starts a small testnet, runs
// each command, and replaces what stands between `<!-- capture:NAME -->` and `<!-- /capture -->`; `npm run capture --
// demo` does the demo alone. With a Chromium it also takes the pictures of the page and of the report.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scriptArguments } from '../arguments.ts'

scriptArguments(
  'usage: npm run capture -- [demo]: writes what the commands really print into the README; the demo alone',
  {
    allowPositionals: true,
  },
)
const root = fileURLToPath(new URL('../..', import.meta.url))
const readmeFile = join(root, 'README.md')
const home = mkdtempSync(join(tmpdir(), 'hearsay-capture-'))

/** What a command prints on stdout; ends the script where it fails. */
function hearsay(...args: readonly string[]): string {
  const program = join(root, 'scripts', 'hearsay.js')
  const run = spawnSync(process.execPath, [program, ...args, '--home', home], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  if (run.status !== 0)
    throw new Error(`hearsay ${args.join(' ')} ended with ${run.status ?? 'a signal'}: ${run.stderr}`)
  return run.stdout.trimEnd()
}

/** So many lines of a text, with a sign that there are more. */
function beginning(text: string, lines: number): string {
  const all = text.split('\n')
  return all.length <= lines ? text : [...all.slice(0, lines), '…'].join('\n')
}

function captures(): Readonly<Record<string, string>> {
  // A report of one transaction is a poor picture.
  hearsay('load', '--rate', '10', '--for', '4s')
  const sent = hearsay('tx', 'send', '--from', 'alice', '--to', 'bob', '--amount', '5', '--watch', '--until', '100%')
  const id = sent.slice(0, 8)
  const shown = (line: string, text: string): string => `$ hearsay ${line}\n${text}`
  return {
    send: shown('tx send --from alice --to bob --amount 5 --watch', sent),
    trace: shown(`tx trace ${id}`, beginning(hearsay('tx', 'trace', id), 16)),
    why: shown(`why ${id} --node node-3 --to node-5`, hearsay('why', id, '--node', 'node-3', '--to', 'node-5')),
    top: shown('top --once', hearsay('top', '--once')),
    report: shown('testnet report', beginning(hearsay('testnet', 'report'), 9)),
  }
}

function write(texts: Readonly<Record<string, string>>): void {
  const block = /<!-- capture:([a-z]+) -->\n[\s\S]*?<!-- \/capture -->/g
  const readme = readFileSync(readmeFile, 'utf8').replace(block, (whole, name: string) => {
    const text = texts[name]
    return text === undefined ? whole : `<!-- capture:${name} -->\n\`\`\`text\n${text}\n\`\`\`\n<!-- /capture -->`
  })
  writeFileSync(readmeFile, readme)
}

/** The demo as a person sees it: its steps, then its result. */
function demo(): string {
  const run = spawnSync(process.execPath, [join(root, 'scripts', 'run.ts'), 'demo'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  if (run.status !== 0) throw new Error(`the demo ended with ${run.status ?? 'a signal'}: ${run.stderr}`)
  return `$ npm run demo\n${run.stderr.trimEnd()}\n${run.stdout.trimEnd()}`
}

/** A testnet with some traffic, its views, and their pictures. */
function testnet(): void {
  try {
    hearsay('testnet', 'up', '-n', '12', '--link', '20ms±10ms', '--seed', '8', '--detach')
    write(captures())
    const screens = [join(root, 'scripts', 'run.ts'), 'screens', '--home', home]
    spawnSync(process.execPath, screens, { stdio: 'inherit' })
  } finally {
    hearsay('testnet', 'down', '--force')
  }
}

try {
  write({ demo: demo() })
  if (!process.argv.includes('demo')) testnet()
} finally {
  rmSync(home, { recursive: true, force: true })
}
