/** One node process that can be ended in any way and started again with its data and its ports. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect, type Client } from '../../../src/client/connect.ts'
import { childEnvironment } from '../../../src/sim/child.ts'
import { findFreePort } from '../../../testnet/free-port.ts'
import { writeNodeConfig, type NodeConfigDocument } from '../../../testnet/node-config-file.ts'
import type { NodeMessage } from '../../../testnet/node-messages.ts'
import { processFlags } from '../../../testnet/process-flags.ts'

const START_MS_MAX = 30_000

const ENTRY = fileURLToPath(new URL('../../../testnet/child.ts', import.meta.url))

/** Where a node is, for whoever asks it from another process. */
export interface NodePlace {
  readonly name: string
  readonly peerId: string
  /** Multiaddr with peer id. */
  readonly address: string
  readonly apiUrl: string
  readonly cookieFile: string
  readonly pid: number
}

export interface NodeOptions {
  readonly home: string
  readonly name: string
  /** File with the network's parameters. */
  readonly networkFile: string
  readonly bootstrap: readonly string[]
  readonly profile: 'node' | 'dev' | 'bench'
  readonly connectionsMax?: number
  readonly logLevel?: NodeConfigDocument['logLevel']
  readonly validator?: number | null
  /** Whether it looks for peers in records. */
  readonly discovery?: boolean
  readonly dataDir?: string
  /** Where it listens and from where it dials; 127.0.0.1 by default. */
  readonly ip?: string
  /** Flags of Node itself, beside those of every node. */
  readonly flags?: readonly string[]
  /** A program in front of it, such as strace with its arguments. */
  readonly wrapper?: readonly string[]
  /** The program that it runs; this project's sources by default. */
  readonly entry?: string
}

/** Lets a process dial from one address, as a machine of its own would. */
const dialsFrom = (ip: string): string =>
  `import net from 'node:net'; const connect = net.connect;
net.connect = (options, ...rest) => connect({ ...options, localAddress: '${ip}' }, ...rest);`

/** Sets the wall clock on a message from the parent: for attacks on clocks. */
const CLOCK_SHIM = `const now = Date.now; let ahead = 0; Date.now = () => now() + ahead;
process.on('message', (m) => { if (m && m.kind === 'clock') { ahead = m.aheadMs; process.send({ kind: 'clock-set' }) } });`

export class NodeUnderTest {
  readonly name: string
  readonly dataDir: string
  readonly logFile: string
  readonly #options: NodeOptions
  readonly #ports: { readonly p2p: number; readonly api: number }
  #child: ChildProcess | null = null
  #place: NodePlace | null = null
  #client: Client | null = null

  private constructor(options: NodeOptions, ports: { p2p: number; api: number }) {
    this.#options = options
    this.#ports = ports
    this.name = options.name
    this.dataDir = options.dataDir ?? join(options.home, options.name, 'data')
    this.logFile = join(options.home, `${options.name}.log`)
  }

  /** Chooses ports; nothing runs yet. */
  static async create(options: NodeOptions): Promise<NodeUnderTest> {
    return new NodeUnderTest(options, { p2p: await findFreePort(), api: await findFreePort() })
  }

  /** Where it listens, known before it does; without its identity. */
  get address(): string {
    return `/ip4/${this.#options.ip ?? '127.0.0.1'}/tcp/${this.#ports.p2p}`
  }

  get place(): NodePlace {
    if (this.#place === null) throw new Error(`${this.name} does not run`)
    return this.#place
  }

  get pid(): number {
    return this.place.pid
  }

  get client(): Client {
    if (this.#client === null) throw new Error(`${this.name} does not run`)
    return this.#client
  }

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Starts it and waits until it answers. Returns how long that took, ms. Rejects with the reason. */
  async start(bootstrap: readonly string[] = this.#options.bootstrap): Promise<number> {
    const before = performance.now()
    const {
      home,
      name,
      networkFile,
      profile,
      connectionsMax,
      logLevel,
      validator,
      discovery,
      flags = [],
      wrapper = [],
      ip,
      entry = ENTRY,
    } = this.#options
    const config = join(home, name, 'config.json')
    writeNodeConfig(config, {
      name,
      network: networkFile,
      dataDir: this.dataDir,
      listen: [this.address],
      bootstrap,
      api: `127.0.0.1:${this.#ports.api}`,
      validator: validator ?? null,
      logLevel: logLevel ?? 'info',
      connectionsMax: connectionsMax ?? 56,
      profile,
      discovery: discovery ?? false,
    })
    const command = [
      ...wrapper,
      process.execPath,
      '--no-warnings',
      ...processFlags(1),
      ...flags,
      '--import',
      `data:text/javascript,${encodeURIComponent(CLOCK_SHIM)}`,
      ...(ip === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(dialsFrom(ip))}`]),
      entry,
      // Where a home's processes have their mark.
      'hearsay-attack',
      config,
    ]
    const log = openSync(this.logFile, 'a')
    const child = spawn(command[0] ?? process.execPath, command.slice(1), {
      stdio: ['ignore', log, log, 'ipc'],
      env: childEnvironment(),
    })
    closeSync(log)
    this.#child = child
    const ready = await this.#ready(child)
    this.#client?.close()
    const cookieFile = join(this.dataDir, '.cookie')
    this.#client = connect(ready.api, { token: readFileSync(cookieFile, 'utf8').trim(), timeoutMs: 10_000 })
    this.#place = {
      name,
      peerId: ready.peerId,
      address: ready.listen[0] ?? '',
      apiUrl: ready.api,
      cookieFile,
      pid: child.pid ?? 0,
    }
    return performance.now() - before
  }

  /** SIGTERM, and SIGKILL when it hangs. */
  async stop(): Promise<void> {
    this.#client?.close()
    await this.end('SIGTERM')
  }

  /** Ends the process with a signal and waits for its end. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === null || !this.isRunning) return
    const ended = once(child, 'exit')
    // What a wrapper started outlives it, and keeps the database locked.
    for (const pid of this.#options.wrapper === undefined ? [] : childrenOf(child.pid ?? 0)) process.kill(pid, signal)
    child.kill(signal)
    const force = setTimeout(() => child.kill('SIGKILL'), 8_000)
    await ended
    clearTimeout(force)
  }

  /** Waits for its own end; null when it still runs after `timeoutMs`. */
  async exited(timeoutMs: number): Promise<{ code: number | null; signal: NodeJS.Signals | null } | null> {
    const child = this.#child
    if (child !== null && this.isRunning)
      await Promise.race([once(child, 'exit'), new Promise((resolve) => setTimeout(resolve, timeoutMs).unref())])
    return child === null || this.isRunning ? null : { code: child.exitCode, signal: child.signalCode }
  }

  async setClock(aheadMs: number): Promise<void> {
    const child = this.#child
    if (child === null) return
    const set = new Promise<void>((resolve) => {
      child.on('message', (message: { kind?: string }) => {
        if (message.kind === 'clock-set') resolve()
      })
    })
    child.send({ kind: 'clock', aheadMs })
    await set
  }

  /** Resident memory, bytes. */
  rss(): number {
    return rssOf(this.pid)
  }

  #ready(child: ChildProcess): Promise<Extract<NodeMessage, { kind: 'ready' }>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${this.name} did not start within ${START_MS_MAX} ms; see ${this.logFile}`))
      }, START_MS_MAX)
      child.on('message', (message: NodeMessage) => {
        clearTimeout(timer)
        if (message.kind === 'ready') resolve(message)
        else if (message.kind === 'failed') reject(new Error(`${this.name}: ${message.message}`))
      })
      child.on('exit', (code, signal) => {
        clearTimeout(timer)
        reject(new Error(`${this.name} ended with ${signal ?? code} before it was ready; see ${this.logFile}`))
      })
    })
  }
}

/** Resident memory of a process, bytes. */
export function rssOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4_096
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return text === '' ? [] : text.split(' ').map(Number)
}
