/** Attacks on the user's own commands by what lies in the folder that they are run in: A38. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isAlive, startOf } from '../../../src/home/process.ts'
import { Report } from '../report.ts'
import type { Attack } from '../arena/attack.ts'
import type { NodePlace } from '../processes/node-under-test.ts'
import { eventually } from '../arena/sight.ts'

const COMMAND_MS_MAX = 60_000
const STRANGER = 4_242
const NONCE = 'cd'.repeat(16)

/** Commands that look, that write, and that end processes; each variant of a planted home meets all of them. */
const LINES = [
  'status',
  'testnet status --json',
  'tags set zone=planted',
  'testnet kill node-0',
  'testnet pause node-0',
  'testnet logs node-0',
  'testnet report',
  'top --once',
  'tx send --from alice --to bob --amount 1',
  'testnet down --force',
] as const

/** Runs command lines in one process, from the sources, and says what each came to. */
const RUNNER = `
const [sources, lines] = process.argv.slice(1)
const { main } = await import(new URL('src/main.ts', sources))
const codes = []
for (const line of JSON.parse(lines)) codes.push(await main(line.split(' ')))
console.error('CODES ' + JSON.stringify(codes))
process.exit(0)
`
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))

interface Planted {
  readonly folder: string
  /** Where a listener of the attacker waits. */
  readonly trapUrl: string
  /** A file of the user that nobody may send or change. */
  readonly secretFile: string
  /** Processes of the user, with their true beginnings. */
  readonly decoys: readonly { readonly pid: number; readonly started: string }[]
  readonly victim: NodePlace
}

interface Variant {
  readonly name: string
  /** Only at full length: the parts of it have tests of their own. */
  readonly isLong?: true
  readonly plant: (planted: Planted) => void
}

/** The manifest that a stranger would write, with whatever a variant puts in its place. */
function manifest({ folder, trapUrl, decoys, victim }: Planted, changes: Record<string, unknown> = {}): object {
  const home = join(folder, '.hearsay')
  const [first] = decoys
  return {
    v: 1,
    home,
    nonce: NONCE,
    network: 'dev-planted',
    networkId: '0'.repeat(64),
    networkFile: join(home, 'network.json'),
    supervisor: {
      pid: victim.pid,
      started: startOf(victim.pid) ?? '1',
      url: trapUrl,
      cookieFile: join(home, 'supervisor.cookie'),
      pageUrl: `${trapUrl}/#key=${'0'.repeat(64)}`,
    },
    seed: 1,
    topology: 'full',
    degree: 2,
    link: '0',
    createdAt: 0,
    nodes: [...decoys, { pid: victim.pid, started: startOf(victim.pid) ?? '1' }].map((process, index) => ({
      name: `node-${index}`,
      peerId: `peer${index}`,
      ...(first === undefined ? {} : process),
      state: 'ready',
      apiUrl: trapUrl,
      cookieFile: join(home, 'nodes', 'node-0', '.cookie'),
      p2pPort: 1,
      dataDir: join(home, 'nodes', 'node-0'),
      logFile: join(home, 'nodes', 'node-0', 'node.log'),
      dials: [],
    })),
    ...changes,
  }
}

/** As an archive is unpacked: with the modes that its maker chose, by the user who unpacks it. */
function put(folder: string, name: string, text: string, mode = 0o600): void {
  const path = join(folder, '.hearsay', name)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, text, { mode })
}

function putManifest(planted: Planted, changes: Record<string, unknown> = {}): void {
  put(planted.folder, 'testnet.json', JSON.stringify(manifest(planted, changes)))
  for (const name of ['supervisor.cookie', 'nodes/node-0/.cookie']) put(planted.folder, name, `${'ef'.repeat(32)}\n`)
  put(planted.folder, 'nodes/node-0/node.log', 'a line\n')
}

const VARIANTS: readonly Variant[] = [
  { name: 'whole, with modes, links and addresses as they must be', plant: (planted) => putManifest(planted) },
  { name: 'home is "."', isLong: true, plant: (planted) => putManifest(planted, { home: '.' }) },
  {
    name: 'home is where the victim runs',
    isLong: true,
    plant: (planted) => putManifest(planted, { home: dirname(planted.victim.cookieFile) }),
  },
  {
    name: 'tokens are files elsewhere',
    plant: (planted) => {
      const text = JSON.stringify(manifest(planted)).replaceAll(/"[^"]*cookie"/g, JSON.stringify(planted.secretFile))
      put(planted.folder, 'testnet.json', text)
    },
  },
  {
    name: 'tokens and logs are links to files elsewhere',
    plant: (planted) => {
      putManifest(planted)
      for (const name of ['supervisor.cookie', 'nodes/node-0/.cookie', 'nodes/node-0/node.log']) {
        const path = join(planted.folder, '.hearsay', name)
        rmSync(path)
        symlinkSync(planted.secretFile, path)
      }
    },
  },
  {
    name: 'as git checks it out',
    isLong: true,
    plant: (planted) => {
      putManifest(planted)
      chmodSync(join(planted.folder, '.hearsay'), 0o755)
      chmodSync(join(planted.folder, '.hearsay', 'testnet.json'), 0o644)
    },
  },
  {
    name: 'in a folder that everybody may write to',
    isLong: true,
    plant: (planted) => {
      putManifest(planted)
      chmodSync(join(planted.folder, '.hearsay'), 0o777)
    },
  },
  {
    name: 'behind a link',
    plant: (planted) => {
      putManifest(planted)
      renameSync(join(planted.folder, '.hearsay'), join(planted.folder, 'behind'))
      symlinkSync('behind', join(planted.folder, '.hearsay'))
    },
  },
  {
    name: "another user's",
    isLong: true,
    plant: (planted) => {
      putManifest(planted)
      if (process.geteuid?.() !== 0) return
      for (const name of ['', 'testnet.json']) chownSync(join(planted.folder, '.hearsay', name), STRANGER, STRANGER)
    },
  },
  {
    name: 'a node that runs alone, with a token elsewhere',
    plant: ({ folder, trapUrl, secretFile, victim }) => {
      const runtime = { v: 1, pid: victim.pid, started: '1', name: 'n', peerId: 'p', network: 'dev-planted' }
      put(folder, 'node/runtime.json', JSON.stringify({ ...runtime, apiUrl: trapUrl, cookieFile: secretFile }))
    },
  },
]

const a38: Attack = {
  id: 'A38',
  title: 'a home that somebody else put where the user works',
  // The node is named, and never reached: there is nothing that traffic could feel.
  withoutTraffic: true,
  controls: [
    { without: 'whoever a manifest names is its supervisor', shows: /connections is/ },
    { without: "a process is a home's when its number is in the manifest", shows: /processesEnded is/ },
  ],
  async run(ground) {
    const report = new Report()
    const sources = pathToFileURL(join(ground.sources ?? PROJECT, '/')).href
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'hearsay-planted-')))
    const secretFile = join(root, 'secret')
    // It has the form of a token, so that nothing but its place keeps it from being sent.
    writeFileSync(secretFile, `${'5e'.repeat(32)}\n`, { mode: 0o600 })
    const trap = { connections: 0, bytes: 0 }
    const server = createServer((socket) => {
      trap.connections++
      socket.on('data', (piece) => (trap.bytes += piece.byteLength))
      socket.on('error', () => undefined)
    })
    server.listen({ host: '127.0.0.1', port: 0 })
    await once(server, 'listening')
    const trapUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const chosen = VARIANTS.filter(({ isLong }) => ground.scale === 'full' || isLong !== true)
    const variants = chosen.map((variant, index) => ({ ...variant, folder: join(root, `work-${index}`) }))
    const idle: ChildProcess[] = []
    try {
      for (const { folder } of variants) {
        mkdirSync(folder, { mode: 0o700 })
        // What an old rule would have taken for the home's: its path, and a dot, in the command line.
        idle.push(
          spawn('/bin/sh', ['-c', 'read forever', join(folder, '.hearsay'), '.', NONCE], {
            stdio: ['pipe', 'ignore', 'ignore'],
          }),
        )
      }
      await Promise.all(idle.map(async (child) => child.pid ?? once(child, 'spawn')))
      const decoys = idle.map(({ pid = 0 }) => ({ pid, started: startOf(pid) ?? '1' }))
      const outcomes = await Promise.all(
        variants.map(async ({ name, folder, plant }) => {
          plant({ folder, trapUrl, secretFile, decoys, victim: ground.victim })
          return { name, ...(await runLines(folder, sources)) }
        }),
      )
      report.exactly('connections', trap.connections, 0)
      report.exactly('bytes', trap.bytes, 0)
      report.exactly('processesEnded', decoys.filter(({ pid }) => !isAlive(pid)).length, 0)
      report.figure('commands', outcomes.length * LINES.length)
      report.require(isAlive(ground.victim.pid), 'the node that was named is gone')
      report.require(readFileSync(secretFile, 'utf8') === `${'5e'.repeat(32)}\n`, 'the file elsewhere was changed')
      for (const { name, codes, stderr } of outcomes) {
        report.require(codes.length === LINES.length, `${name}: ${codes.length} of ${LINES.length} commands ended`)
        report.require(
          codes.every((code) => code !== 1),
          `${name}: a command failed unexpectedly: ${stderr}`,
        )
        report.require(!stderr.includes('5e5e'), `${name}: the content of the file elsewhere was printed`)
      }
    } finally {
      for (const child of idle) child.kill('SIGKILL')
      await eventually(() => idle.every(({ exitCode, signalCode }) => (exitCode ?? signalCode) !== null), 5_000)
      server.close()
      rmSync(root, { recursive: true, force: true })
    }
    return report
  },
}

async function runLines(cwd: string, sources: string): Promise<{ codes: readonly number[]; stderr: string }> {
  const args = ['--no-warnings', '--input-type=module', '-e', RUNNER, '--', sources, JSON.stringify(LINES)]
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', HEARSAY_KEYS: join(cwd, 'keys'), NO_COLOR: '1' },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_MS_MAX)
  await once(child, 'close')
  clearTimeout(timer)
  const codes = /^CODES (.*)$/m.exec(said)?.[1]
  return { codes: codes === undefined ? [] : (JSON.parse(codes) as number[]), stderr: said }
}

export const HOME_ATTACKS: readonly Attack[] = [a38]
