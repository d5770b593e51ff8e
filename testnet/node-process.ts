/**
 * One process of a testnet, with one node or several packed ones. It shares a channel with the supervisor, and ends
 * when the channel does: so no node outlives its supervisor, whatever ended that (pause.ts has the case of a stopped
 * one).
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openLog } from '../src/home/own-file.ts'
import { startOf } from '../src/home/process.ts'
import type { ChainPlace } from '../src/node/blocks-on-demand.ts'
import type { Carrier, CarrierExit, CarrierStart } from './carrier.ts'
import type { BlockOrder, NodeMessage, NodeReady, SupervisorOrder } from './node-messages.ts'
import { NODE_ANSWER_MS_MAX, NODE_START_MS_MAX } from './limits.ts'
import { PROCESS_ENVIRONMENT, processFlags } from './process-flags.ts'

/** The program of a node process. Bundled, it is a file beside whichever part of the bundle this is. */
const ENTRY = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? 'child.ts' : 'child.js', import.meta.url))

export class NodeProcess implements Carrier {
  readonly pid: number | null
  readonly startedAt: string | null
  readonly started: Promise<CarrierStart>
  readonly exited: Promise<CarrierExit>
  readonly #child: ChildProcess
  readonly #orders = new Map<number, (place: ChainPlace) => void>()
  #exit: CarrierExit | null = null
  #order = 0

  /**
   * Starts child.ts with its mark (src/home/proof.ts) and one configuration file a node; stdout and stderr are appended
   * to `logFile`.
   */
  constructor(options: { mark: string; configFiles: readonly string[]; logFile: string }) {
    const log = openLog(options.logFile)
    this.#child = spawn(
      process.execPath,
      [...processFlags(options.configFiles.length), ENTRY, options.mark, ...options.configFiles],
      {
        stdio: ['ignore', log, log, 'ipc'],
        // All nodes run the same bundle: compiled once, each later start takes a third less of a core (0.15 s instead
        // of 0.23 s).
        env: {
          NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
          ...PROCESS_ENVIRONMENT,
          ...process.env,
          NO_COLOR: '1',
        },
      },
    )
    closeSync(log)
    this.pid = this.#child.pid ?? null
    this.startedAt = this.pid === null ? null : startOf(this.pid)
    this.exited = new Promise((resolve) => {
      const end = (exit: CarrierExit): void => {
        this.#exit ??= exit
        resolve(this.#exit)
      }
      this.#child.on('exit', (code, signal) => {
        end({ code, signal })
      })
      this.#child.on('error', () => {
        if (this.pid === null) end({ code: null, signal: null })
      })
    })
    this.started = this.#start(options.configFiles.length)
  }

  get isRunning(): boolean {
    return this.#exit === null
  }

  /** Sends a signal; nothing happens when the process has ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.#exit === null) this.#child.kill(signal)
  }

  /** Where the chain of one of its nodes stands, after what was wanted of it; null where it does not say so in time. */
  async order(node: string, what: BlockOrder): Promise<ChainPlace | null> {
    if (this.#exit !== null || !this.#child.connected) return null
    const order = ++this.#order
    let timer: NodeJS.Timeout | undefined
    const place = await new Promise<ChainPlace | null>((resolve) => {
      timer = setTimeout(resolve, NODE_ANSWER_MS_MAX, null)
      this.#orders.set(order, resolve)
      this.#child.send({ order, node, what } satisfies SupervisorOrder, (error) => {
        if (error !== null) resolve(null)
      })
    })
    clearTimeout(timer)
    this.#orders.delete(order)
    return place
  }

  /** SIGTERM, and SIGKILL after `graceMs`; resolves when the process has ended. */
  async stop(graceMs: number): Promise<void> {
    this.signal('SIGTERM')
    const timer = setTimeout(() => {
      this.signal('SIGKILL')
    }, graceMs)
    await this.exited
    clearTimeout(timer)
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.exited
  }

  async #start(count: number): Promise<CarrierStart> {
    const nodes: NodeReady[] = []
    let timer: NodeJS.Timeout | undefined
    const told = new Promise<CarrierStart>((resolve) => {
      this.#child.on('message', (message: NodeMessage) => {
        if (message.kind === 'place') {
          this.#orders.get(message.order)?.(message.place)
          return
        }
        if (message.kind === 'failed') {
          resolve({ ok: false, message: message.message })
          return
        }
        nodes.push(message)
        if (nodes.length === count) resolve({ ok: true, nodes })
      })
      timer = setTimeout(() => {
        resolve({ ok: false, message: `it did not start within ${NODE_START_MS_MAX / 1_000} s` })
      }, NODE_START_MS_MAX)
    })
    const ended = this.exited.then(({ code, signal }): CarrierStart => {
      const how = signal === null ? `with exit code ${code ?? 'unknown'}` : `by ${signal}`
      return { ok: false, message: `its process ended ${how} before it was ready` }
    })
    const start = await Promise.race([told, ended])
    clearTimeout(timer)
    return start
  }
}
