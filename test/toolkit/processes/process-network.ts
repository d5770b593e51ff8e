/**
 * A network of processes: one folder with the network's file, and the nodes that were made on it. Nothing runs until a
 * node is started. At the end every process is gone and so is the folder, whatever happened.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { networkDocument, type NetworkParams } from '../../../src/domain/params.ts'
import { until } from '../../../testnet/until.ts'
import { NodeUnderTest, type NodeOptions } from './node-under-test.ts'

export type MemberOptions = Partial<Omit<NodeOptions, 'home' | 'name' | 'networkFile'>>

export class ProcessNetwork {
  readonly params: NetworkParams
  /** Folder of everything: configuration, data and logs of each node. */
  readonly home: string
  readonly nodes: NodeUnderTest[] = []
  readonly #networkFile: string

  /** @param purpose a word for the folder's name */
  constructor(purpose: string, params: NetworkParams) {
    this.params = params
    this.home = mkdtempSync(join(tmpdir(), `hearsay-${purpose}-`))
    this.#networkFile = join(this.home, 'network.json')
    writeFileSync(this.#networkFile, JSON.stringify(networkDocument(params)))
  }

  /**
   * One more node, which does not run yet: of profile `dev`, logging warnings, knowing nobody, unless told otherwise.
   */
  async add(name: string, options: MemberOptions = {}): Promise<NodeUnderTest> {
    const node = await NodeUnderTest.create({
      home: this.home,
      name,
      networkFile: this.#networkFile,
      bootstrap: [],
      profile: 'dev',
      logLevel: 'warn',
      ...options,
    })
    this.nodes.push(node)
    return node
  }

  /** Waits until every node has so many others in its mesh; false where that does not come in time. */
  isMeshed(others: number, { timeoutMs = 60_000, everyMs = 200 } = {}): Promise<boolean> {
    const stands = async (): Promise<boolean> => {
      const statuses = await Promise.all(this.nodes.map((node) => node.client.status()))
      return statuses.every((status) => status.ok && status.value.mesh >= others)
    }
    return until(stands, { timeoutMs, everyMs })
  }

  /** Ends every node and removes the folder. */
  async close(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await Promise.all(this.nodes.map((node) => (signal === 'SIGTERM' ? node.stop() : node.end(signal))))
    rmSync(this.home, { recursive: true, force: true })
  }
}
