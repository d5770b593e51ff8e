/**
 * What readers of server-sent events that others wrote do by themselves over a node's stream: when the connection is
 * cut for a while, and when the node is restarted. A real node in this process, and a proxy in front of it that can be
 * cut.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseNetwork, type NetworkParams } from '../../../src/domain/params.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { openNode, type Node } from '../../../src/node/compose.ts'
import { keyPairOf, sign, type KeyPair } from '../../../src/wallet/keys.ts'
import { makeTransaction } from '../../../src/wallet/make-transaction.ts'
import { until } from '../../../testnet/until.ts'
import { CuttingProxy } from './cutting-proxy.ts'

export interface StreamResult {
  readonly reader: string
  /** It read the first event. */
  readonly reads: boolean
  /** After a cut it connected again without being told to. */
  readonly reconnects: boolean
  /** ... and asked with `Last-Event-ID`. */
  readonly asksToResume: boolean
  /** It had what happened while it was cut off, once. */
  readonly misses: 'nothing' | 'what happened meanwhile'
  /** After a restart of the node it read on, and was told that the node had been restarted. */
  readonly afterRestart: 'reads on, told `dropped`' | 'reads on, not told' | 'ends'
}

/** How long a reader may take to come back, ms: r3labs/sse pauses longer and longer. */
const BACK_MS_MAX = 20_000
const CUT_MS = 1_000

/** A node of a network of its own, whose account pays itself: each payment is an event. */
class Scene {
  readonly #dataDir = mkdtempSync(join(tmpdir(), 'hearsay-streams-'))
  readonly #keys: KeyPair = keyPairOf(new Uint8Array(32).fill(7))
  readonly #network: NetworkParams
  readonly #proxy: CuttingProxy
  #node: Node | null = null
  #nonce = 0n

  constructor(proxy: CuttingProxy) {
    this.#proxy = proxy
    const parsed = parseNetwork({
      name: 'dev-streams',
      genesisTime: Date.now(),
      slotMs: 2_000,
      validators: [],
      accounts: [{ key: toHex(this.#keys.publicKey), balance: '1000000' }],
    })
    if (!parsed.ok) throw new Error(parsed.message)
    this.#network = parsed.params
  }

  async start(): Promise<void> {
    const opening = await openNode({
      name: 'streams',
      network: this.#network,
      profile: 'dev',
      dataDir: this.#dataDir,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      bootstrap: [],
      api: '127.0.0.1:0',
      apiHosts: [`127.0.0.1:${this.#proxy.port}`],
      validator: null,
      logLevel: 'silent',
      connectionsMax: 8,
    })
    if (!opening.ok) throw new Error(opening.message)
    this.#node = opening.node
    this.mend()
  }

  async stop(): Promise<void> {
    await this.#node?.stop()
    this.#node = null
  }

  mend(): void {
    this.#proxy.mend(Number(new URL(this.#node?.apiUrl ?? '').port))
  }

  /** Something happens; its id. */
  async happen(): Promise<string> {
    const { publicKey, secret } = this.#keys
    const draft = {
      sender: publicKey,
      recipient: publicKey,
      nonce: this.#nonce++,
      amount: 1n,
      fee: 1n,
      createdAtMs: Date.now(),
      payload: new Uint8Array(),
    }
    const { id, bytes } = makeTransaction(draft, networkIdOf(this.#network), (message) => sign(secret, message))
    const [result] = (await this.#node?.control.submit([bytes])) ?? []
    if (result?.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`)
    return id
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.#dataDir, { recursive: true, force: true })
  }
}

/** A reader under test: a program that prints name and data of each event. */
export interface Reader {
  readonly name: string
  start(url: string): { readonly said: () => string; readonly running: () => boolean; stop(): Promise<void> }
}

export function programReader(name: string, command: string, args: readonly string[], cwd: string): Reader {
  return {
    name,
    start: (url) => {
      const child: ChildProcess = spawn(command, [...args], {
        cwd,
        env: { ...process.env, HEARSAY_STREAM: url },
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      let said = ''
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
      return {
        said: () => said,
        running: () => child.exitCode === null && child.signalCode === null,
        stop: async () => {
          child.kill('SIGKILL')
        },
      }
    },
  }
}

export async function tryReader(reader: Reader): Promise<StreamResult> {
  const proxy = await CuttingProxy.open()
  const scene = new Scene(proxy)
  await scene.start()
  const running = reader.start(`http://127.0.0.1:${proxy.port}/v1/events?topics=transactions`)
  const has = (id: string, timeoutMs: number): Promise<boolean> =>
    until(() => running.said().includes(id), { timeoutMs, everyMs: 50 })
  const asked = (count: number, timeoutMs: number): Promise<boolean> =>
    until(() => proxy.asked.length >= count || !running.running(), { timeoutMs, everyMs: 50 })
  try {
    await asked(1, BACK_MS_MAX)
    // Whoever has asked hears what happens from a moment later on.
    let reads = false
    for (let tries = 0; tries < 10 && !reads; tries++) reads = await has(await scene.happen(), 500)
    proxy.cut()
    const meanwhile = await scene.happen()
    await new Promise((resolve) => setTimeout(resolve, CUT_MS))
    scene.mend()
    await asked(2, BACK_MS_MAX)
    const reconnects = proxy.asked.length >= 2
    const asksToResume = reconnects && proxy.asked.at(-1) !== null
    const hadIt = reconnects && (await has(meanwhile, 3_000))
    const times = running.said().split(meanwhile).length - 1
    const before = proxy.asked.length
    proxy.cut()
    await scene.stop()
    await scene.start()
    await asked(before + 1, BACK_MS_MAX)
    let readsOn = false
    for (let tries = 0; tries < 4 && !readsOn && running.running(); tries++)
      readsOn = await has(await scene.happen(), 1_500)
    const told = /dropped .*restarted/.test(running.said())
    return {
      reader: reader.name,
      reads,
      reconnects,
      asksToResume,
      misses: hadIt && times >= 1 ? 'nothing' : 'what happened meanwhile',
      afterRestart: readsOn ? (told ? 'reads on, told `dropped`' : 'reads on, not told') : 'ends',
    }
  } finally {
    await running.stop()
    proxy.close()
    await scene.close()
  }
}
