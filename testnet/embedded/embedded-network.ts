/** A testnet as somebody's test holds it, over the one that the supervisor steers too. */
import { readFileSync, rmSync } from 'node:fs'
import { connect, type Client } from '../../src/client/connect.ts'
import type { NetworkParams } from '../../src/domain/params.ts'
import type { Manifest, ManifestNode } from '../../src/home/manifest.ts'
import type { Outcome } from '../control.ts'
import { COVERAGE_LOOK_MS, UNTIL_MS } from '../limits.ts'
import type { Testnet } from '../testnet.ts'
import { until } from '../until.ts'
import type { Expectation, NodeRef, TestNetwork, TestNode } from './test-network.ts'
import { Transfers, type Submitted, type Transfer } from './transfers.ts'

export class EmbeddedNetwork implements TestNetwork {
  readonly seed: number
  readonly params: NetworkParams
  readonly #testnet: Testnet
  readonly #home: string
  readonly #clients = new Map<string, { readonly client: Client; readonly url: string }>()
  readonly #transfers: Transfers
  readonly #onStopped: () => void
  #stopping: Promise<void> | null = null

  /** @param onStopped the network and its folder are gone */
  constructor(options: {
    readonly testnet: Testnet
    readonly params: NetworkParams
    readonly seed: number
    readonly home: string
    readonly onStopped: () => void
  }) {
    this.#testnet = options.testnet
    this.params = options.params
    this.seed = options.seed
    this.#home = options.home
    this.#onStopped = options.onStopped
    this.#transfers = new Transfers(options.params)
  }

  get nodes(): readonly TestNode[] {
    return this.#manifest().nodes.map((node) => this.#nodeOf(node))
  }

  node(which: NodeRef): TestNode {
    const name = nameOf(which)
    const node = this.#manifest().nodes.find((each) => each.name === name)
    if (node === undefined) throw new RangeError(`there is no ${name}: ${this.#manifest().nodes.length} nodes`)
    return this.#nodeOf(node)
  }

  async submit(given: Transfer | Uint8Array = {}): Promise<Submitted> {
    const running = this.#running()
    const at = given instanceof Uint8Array ? undefined : given.at
    const node = at === undefined ? running[0] : this.node(at)
    if (node === undefined) throw new Error('no node runs')
    return this.#transfers.submit(given, node.client)
  }

  async until(expected: Expectation): Promise<void> {
    const { coverage = 1, settled = false, ids = this.#transfers.ids(), timeoutMs = UNTIL_MS } = expected
    const met = new Set<string>()
    let lacking: readonly string[] = []
    const look = async (): Promise<boolean> => {
      const nodes = this.#running()
      await Promise.all(
        nodes.flatMap((node) =>
          ids
            .filter((id) => !met.has(`${node.name} ${id}`))
            .map(async (id) => {
              const answer = await node.client.transaction(id)
              const holds = answer.ok && (!settled || answer.value.state === 'settled')
              if (holds) met.add(`${node.name} ${id}`)
            }),
        ),
      )
      lacking = ids.flatMap((id) => {
        const without = nodes.filter(({ name }) => !met.has(`${name} ${id}`))
        const isMet = nodes.length > 0 && nodes.length - without.length >= coverage * nodes.length
        return isMet ? [] : without.map(({ name }) => `${id.slice(0, 8)} at ${name}`)
      })
      return nodes.length > 0 && lacking.length === 0
    }
    if (await until(look, { timeoutMs, everyMs: COVERAGE_LOOK_MS })) return
    const [first = 'no node runs'] = lacking
    const more = lacking.length > 1 ? ` and ${lacking.length - 1} more` : ''
    throw new Error(`not met within ${timeoutMs} ms: ${settled ? 'not settled' : 'missing'}: ${first}${more}`)
  }

  async partition(...groups: readonly (readonly NodeRef[])[]): Promise<void> {
    done(
      await this.#testnet.partition(
        groups.map((group) => group.map(nameOf)),
        null,
      ),
    )
  }

  async heal(): Promise<void> {
    done(await this.#testnet.heal())
  }

  async kill(...nodes: readonly NodeRef[]): Promise<void> {
    done(await this.#testnet.kill(nodes.map(nameOf)))
  }

  async restart(...nodes: readonly NodeRef[]): Promise<void> {
    done(await this.#testnet.restart(nodes.map(nameOf)))
  }

  async add(count = 1): Promise<readonly string[]> {
    return done(await this.#testnet.add(count)).nodes
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#end()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #end(): Promise<void> {
    for (const { client } of this.#clients.values()) client.close()
    try {
      await this.#testnet.stop(false)
    } finally {
      rmSync(this.#home, { recursive: true, force: true })
      this.#onStopped()
    }
  }

  #manifest(): Manifest {
    return this.#testnet.manifest()
  }

  #running(): readonly TestNode[] {
    return this.nodes.filter(({ state }) => state === 'ready')
  }

  #nodeOf({ name, peerId, state, apiUrl, cookieFile }: ManifestNode): TestNode {
    const known = this.#clients.get(name)
    if (known?.url === apiUrl) return { name, peerId, state, apiUrl, client: known.client }
    known?.client.close()
    // A node makes a new token at each start, and is asked for it again where the old one is refused.
    const client = connect(apiUrl, { token: () => tokenIn(cookieFile) })
    this.#clients.set(name, { client, url: apiUrl })
    return { name, peerId, state, apiUrl, client }
  }
}

function tokenIn(cookieFile: string): string | null {
  try {
    return readFileSync(cookieFile, 'utf8').trim()
  } catch {
    return null
  }
}

function nameOf(node: NodeRef): string {
  return typeof node === 'number' ? `node-${node}` : node
}

function done<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value
  throw new Error(outcome.refusal.message)
}
