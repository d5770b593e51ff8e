/** The README, word for word, by somebody who has the package and an empty folder. */
import { execFileSync, spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFreePort } from '../../testnet/free-port.ts'
import { isDeep } from '../toolkit/api/depth.ts'
import { install, linkOwn, pack } from '../toolkit/command/packed.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')

const BYTES_MAX = 1_300_000
/** A command of the README that waits: ten nodes on a busy machine. */
const LINE_MS_MAX = 120_000
const WALK_MS_MAX = 300_000

let folder = ''
let tarball = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearsay-package-'))
  execFileSync(process.execPath, [join(root, 'scripts', 'build-types.ts')], { stdio: 'pipe' })
  tarball = pack(folder)
  install(tarball, folder)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
})
afterAll(() => {
  spawnSync(process.execPath, [bin(), 'testnet', 'down', '--force'], { cwd: folder })
  rmSync(folder, { recursive: true, force: true })
})

const bin = (): string => join(folder, 'node_modules', 'hearsay', 'scripts', 'hearsay.js')

/**
 * Code blocks of one section, or of a part of one (`### …`), by the language they name; '' for those that name none:
 * command lines.
 */
function blocks(heading: string, language: string): readonly string[] {
  const [, section = ''] = new RegExp(`\\n##+ ${heading}\\n([\\s\\S]*?)\\n##+ `).exec(readme) ?? []
  return [...section.matchAll(/\n```(\w*)\n([\s\S]*?)\n```/g)]
    .filter(([, name]) => name === language)
    .map(([, , text = '']) => text)
}

interface Ran {
  readonly code: number | null
  readonly output: string
}

function run(program: string, args: readonly string[], cwd = folder, env = process.env): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: LINE_MS_MAX })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.on('close', (code) => {
      resolve({ code, output })
    })
  })
}

describe('the package', () => {
  it('is small, and depends on what cannot be bundled', () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'node_modules', 'hearsay', 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>
    }
    expect(Object.keys(manifest.dependencies)).toEqual(['classic-level', 'sodium-native'])
    // The inside of a node is nobody's business, and as large as all the rest of the declarations.
    expect(existsSync(join(folder, 'node_modules', 'hearsay', 'dist', 'types', 'src', 'kernel'))).toBe(false)
    expect(statSync(tarball).size).toBeLessThan(BYTES_MAX)
  })

  it('says to a Node that is too old which one to run it with', () => {
    const copy = join(folder, 'old')
    mkdirSync(join(copy, 'scripts'), { recursive: true })
    writeFileSync(join(copy, 'scripts', 'hearsay.js'), readFileSync(bin()))
    writeFileSync(join(copy, 'package.json'), '{ "type": "module", "engines": { "node": ">=999.0.0" } }')
    const { status, stderr } = spawnSync(process.execPath, [join(copy, 'scripts', 'hearsay.js'), 'status'], {
      encoding: 'utf8',
    })
    expect(status).toBe(2)
    expect(stderr).toContain('npx --package node@24 --package hearsay -- hearsay')
  })

  it('refuses to run a node, a network or a simulation on a Node that is too old, and still signs there', async () => {
    const program = `
      Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })
      const { openNode, keyPairFromRandom } = await import('hearsay')
      const { scenario, simulate } = await import('hearsay/sim')
      const { startTestnet } = await import('hearsay/testnet')
      const door = await import('hearsay/node')
      const said = (error) => error.message
      console.log(JSON.stringify([
        (await openNode({})).message,
        (await door.openNode({})).message,
        await simulate(scenario({ seed: 1, nodes: 2, publications: [] })).then(() => 'ran', said),
        await startTestnet({ nodes: 2 }).then(() => 'ran', said),
        keyPairFromRandom(crypto.getRandomValues(new Uint8Array(32))).publicKey.length,
      ]))
    `
    writeFileSync(join(folder, 'too-old.js'), program)
    const { output } = await run(process.execPath, ['too-old.js'])
    const refusal = /^the package "hearsay" needs Node \S+ \|\| \S+ here, and this is Node 20\.20\.2/
    expect(JSON.parse(output)).toEqual([...Array.from({ length: 4 }, () => expect.stringMatching(refusal)), 32])
  })

  it('has types that stand alone, under strict, nodenext and with the declarations checked', async () => {
    const examples = blocks('Library', 'js').map((text, index) => {
      writeFileSync(join(folder, `example-${index}.ts`), text)
      return `example-${index}.ts`
    })
    expect(examples.length).toBe(5)
    // Of Node's types the example needs readFileSync and Buffer; the library's own need none.
    linkOwn(folder, ['@types/node', 'undici-types', 'typescript'])
    const compiler = join(folder, 'node_modules', 'typescript', 'bin', 'tsc')
    const flags = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--noEmit']
    const target = ['--module', 'nodenext', '--moduleResolution', 'nodenext', '--target', 'es2024', '--types', 'node']
    const { code, output } = await run(process.execPath, [compiler, ...flags, ...target, ...examples])
    expect(output).toBe('')
    expect(code).toBe(0)
  })

  it('has examples that say what they should, for each of its doors', async () => {
    const printed = await Promise.all(
      blocks('Library', 'js')
        .slice(1)
        .map(async (text, index) => {
          writeFileSync(join(folder, `door-${index}.js`), text)
          const isTest = text.includes("'node:test'")
          const { code, output } = await run(process.execPath, [...(isTest ? ['--test'] : []), `door-${index}.js`])
          return `${code}: ${isTest ? (/^. (?:pass|fail) [1-9]\d*$/m.exec(output)?.[0] ?? output) : output}`
        }),
    )
    expect(printed).toEqual([
      '0: 5 in 168 bytes, signed: true\n',
      '0: a node of dev-embedded with 0 peers; true\n',
      expect.stringMatching(/^0: 100 % after \d+ ms; the run was [0-9a-f]{8}\n$/),
      '0: ℹ pass 1',
    ])
  })
})

// Ten processes for ten seconds and longer: a deep run only. Its parts are in the gate.
describe.each(isDeep ? ['demo'] : [])('%s', (command) => {
  it(
    'runs from the tarball, comes to what it expects, and leaves nothing running',
    async () => {
      const { code, output } = await run(process.execPath, [bin(), command])
      expect(code, output).toBe(0)
      expect(output).toMatch(/Everything as expected, in [\d.]+ s; nothing is left running/)
    },
    LINE_MS_MAX,
  )
})

// Both mostly wait, so they run side by side.
describe.concurrent('the README', () => {
  it(
    'can be followed from "Go on" to "Library": every command line, and the example',
    async () => {
      const lines = blocks('Go on', '').flatMap((block) => block.split('\n'))
      expect(lines.length).toBeGreaterThan(8)
      let id = ''
      for (const line of lines) {
        const [command = '', comment = ''] = line.split(/ {2,}# /)
        // The network ends last: the library's example runs in it.
        if (command.endsWith('testnet down')) {
          const [example = ''] = blocks('Library', 'js')
          writeFileSync(join(folder, 'example.js'), example)
          const { code, output } = await run(process.execPath, ['example.js'])
          expect(output).toMatch(/^settled: bob has \d+ after block \d+\n$/)
          expect(code).toBe(0)
        }
        const [npx, name, ...words] = command.replace(/\bID\b/, id).split(/ +/)
        expect([npx, name], line).toEqual(['npx', 'hearsay'])
        const { code, output } = await run(process.execPath, [bin(), ...words])
        id = /^([0-9a-f]{64})\b/m.exec(output)?.[1] ?? id
        const [, expected = '0'] = /exit code (\d+)/.exec(comment) ?? []
        expect(code, `${command}\n${output}`).toBe(Number(expected))
        const [, named] = /(node-\d+) is named/.exec(comment) ?? []
        if (named !== undefined) expect(output).toContain(named)
      }
    },
    WALK_MS_MAX,
  )

  it(
    "leads to a network of one's own: keys, three nodes, a payment that another node has",
    async () => {
      // Apart from the folder in which the other walk has its testnet: commands look for one here and above.
      const place = mkdtempSync(join(tmpdir(), 'hearsay-own-'))
      const env = { ...process.env, HEARSAY_KEYS: join(place, 'keys') }
      const [made = [], started = [], asked = []] = blocks('A network of your own', '').map((block) =>
        block.split('\n'),
      )
      const ports = new Map<string, number>()
      for (const port of new Set([...started, ...asked].flatMap((line) => line.match(/\b46\d\d\b/g) ?? [])))
        ports.set(port, await findFreePort())
      // The ports that the first node takes where none are given may be somebody's.
      const defaults = ['--listen', '/ip4/127.0.0.1/tcp/4601', '--api', '127.0.0.1:4600']
      ports.set('4600', await findFreePort())
      const words = (line: string): string[] =>
        line.split(/ +/).map((word) => word.replace(/\b46\d\d\b/g, (port) => String(ports.get(port) ?? port)))
      const told = (line: string): string[] => {
        const [npx, name, ...rest] = words(line.split(/ +# /)[0] ?? '')
        expect([npx, name], line).toEqual(['npx', 'hearsay'])
        return rest
      }

      const [echo = '', ...creating] = made
      const [, passphrase = '', file = ''] = /^\(umask 077; echo '(.+)' > (\w+)\)$/.exec(echo) ?? []
      writeFileSync(join(place, file), `${passphrase}\n`)
      for (const line of creating) {
        const { code, output } = await run(process.execPath, [bin(), ...told(line)], place, env)
        expect(code, `${line}\n${output}`).toBe(0)
      }
      const nodes: Running[] = []
      try {
        for (const [index, line] of started.entries()) {
          const args = [bin(), ...told(line), ...(index === 0 ? words(defaults.join(' ')) : [])]
          const child = spawn(process.execPath, args, { cwd: place, env, stdio: ['ignore', 'pipe', 'pipe'] })
          nodes.push(child)
          const ready = await firstLine(child)
          expect(ready).toMatch(/^ready {2}/)
        }
        for (const line of asked) {
          const { code, output } = await run(process.execPath, [bin(), ...told(line)], place, env)
          expect(code, `${line}\n${output}`).toBe(0)
          const [, expected] = / # (.+)$/.exec(line) ?? []
          for (const word of expected?.split(' and ') ?? ['settled in block'])
            expect(output.replaceAll(/ +/g, ' '), line).toContain(word)
        }
      } finally {
        await Promise.all(nodes.map(ended))
        rmSync(place, { recursive: true, force: true })
      }
    },
    WALK_MS_MAX,
  )
})

type Running = ChildProcessByStdio<null, Readable, Readable>

/** What a node says on stdout when it is ready; all that it said where it ends before. */
async function firstLine(child: Running): Promise<string> {
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
  return value ?? errors
}

async function ended(child: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}
