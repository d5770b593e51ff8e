// `npm run streams [-- NAME…]`: what readers of server-sent events that others wrote do by themselves over a node that
// is cut off, and one that is restarted. Needs Python, Go, npm and a Chromium; what lacks is left out and named. One
// line of JSON for each; exit code 1 where one does not even read.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scriptArguments } from '../arguments.ts'
import { chromiumReader } from './streams/chromium-reader.ts'
import { ownReader } from './streams/own-reader.ts'
import { programReader, tryReader, type Reader } from './streams/readers.ts'
import { findChromium } from '../../test/toolkit/find-chromium.ts'

const programs = fileURLToPath(new URL('streams/programs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'hearsay-readers-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Runs what an installation needs; throws with what it said where it fails. */
function install(cwd: string, ...lines: readonly (readonly [command: string, ...args: string[]])[]): void {
  for (const [command, ...args] of lines) {
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
    if (status !== 0)
      throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `${stdout}${stderr}`.slice(-2_000)}`)
  }
}

function python(name: string, file: string, ...packages: string[]): Reader {
  const work = join(folder, name)
  mkdirSync(work)
  install(work, ['python3', '-m', 'venv', 'venv'], ['venv/bin/pip', 'install', '--quiet', ...packages])
  return programReader(packages.join(', '), join(work, 'venv/bin/python'), [join(programs, file)], work)
}

function go(name: string, file: string, module: string): Reader {
  const work = join(folder, name)
  mkdirSync(work)
  copyFileSync(join(programs, file), join(work, 'main.go'))
  writeFileSync(join(work, 'go.mod'), 'module example.com/reader\n\ngo 1.26\n')
  install(work, ['go', 'get', module], ['go', 'build', '-o', 'program', '.'])
  return programReader(module, join(work, 'program'), [], work)
}

function node(name: string, file: string, module: string): Reader {
  const work = join(folder, name)
  mkdirSync(work)
  copyFileSync(join(programs, file), join(work, 'main.mjs'))
  install(work, ['npm', 'install', '--no-audit', '--no-fund', '--prefix', '.', module])
  return programReader(module, process.execPath, ['main.mjs'], work)
}

const READERS: Readonly<Record<string, () => Reader>> = {
  own: () => ownReader,
  'httpx-sse': () => python('httpx-sse', 'httpx-sse.py', 'httpx-sse==0.4.3', 'httpx==0.28.1'),
  'sseclient-py': () => python('sseclient-py', 'sseclient-py.py', 'sseclient-py==1.9.0', 'requests==2.34.2'),
  r3labs: () => go('r3labs', 'r3labs-sse.go', 'github.com/r3labs/sse/v2@v2.10.0'),
  tmaxmax: () => go('tmaxmax', 'tmaxmax-go-sse.go', 'github.com/tmaxmax/go-sse@v0.12.0'),
  eventsource: () => node('eventsource', 'eventsource.mjs.source', 'eventsource@4.1.1'),
  chromium: () => {
    const executablePath = findChromium()
    if (executablePath === null) throw new Error('no Chromium on this machine (Debian: apt-get install chromium)')
    return chromiumReader(executablePath)
  },
}

const { positionals: wanted } = scriptArguments(
  `usage: npm run streams -- [NAME…]; there are: ${Object.keys(READERS).join(', ')}`,
  {
    allowPositionals: true,
  },
)
const unknown = wanted.filter((name) => !(name in READERS))
if (unknown.length > 0) {
  console.error(`no reader is called ${unknown.join(' or ')}; there are: ${Object.keys(READERS).join(', ')}`)
  process.exit(2)
}
for (const [name, make] of Object.entries(READERS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  try {
    const result = await tryReader(make())
    console.log(JSON.stringify(result))
    if (!result.reads) process.exitCode = 1
  } catch (error) {
    console.log(JSON.stringify({ reader: name, lacks: error instanceof Error ? error.message : String(error) }))
    process.exitCode = 1
  }
}
