/**
 * Four nodes in processes of their own, all in one another's mesh, and the real Prometheus over them with the alerts
 * that we ship.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NetworkParams } from '../../../src/domain/params.ts'
import { until } from '../../../testnet/until.ts'
import { attackNetwork, HONEST_ACCOUNTS, transactionOf } from '../../../test/toolkit/processes/funded-network.ts'
import type { NodeUnderTest } from '../../../test/toolkit/processes/node-under-test.ts'
import { ProcessNetwork } from '../../../test/toolkit/processes/process-network.ts'
import { alertFile } from '../../../test/toolkit/prometheus/expressions.ts'
import { scaledRules } from '../../../test/toolkit/prometheus/scaled-rules.ts'
import { Prometheus } from '../../../test/toolkit/prometheus/server.ts'

/** By how much the time of the rules is shortened: windows of 5 min are 15 s, what must hold for 2 min 6 s. */
export const TIME_FACTOR = 20

/**
 * A pause of the subject's loop that is still answered in time is shorter than this, and three scrapes fit into the
 * shortest window.
 */
const SCRAPE_MS = 1_000

/** Scrapes in a row that are waited for, one of which may be late. */
const SCRAPES_SEEN = 3

/** Time for four processes to find one another on a busy machine, ms. */
const MESH_MS_MAX = 90_000

const NODES = 4
const DISK_MIB = 32

/** How long the loop is busy at each SIGUSR2, ms: longer than the alert's half second, and shorter than a scrape. */
const BUSY_MS = 650
const BUSY_ON_SIGNAL = `process.on('SIGUSR2', () => { for (const end = performance.now() + ${BUSY_MS}; performance.now() < end;); });`

export class Stage {
  readonly prometheus: Prometheus
  /** The node whose alerts are looked at. */
  readonly subject: NodeUnderTest
  readonly neighbours: readonly NodeUnderTest[]
  /** A file system of its own, on which the subject has its data. */
  readonly #disk: string
  readonly #network: ProcessNetwork
  readonly #nonces: number[] = []
  #sent = 0

  private constructor(disk: string, network: ProcessNetwork, prometheus: Prometheus) {
    const [subject, ...neighbours] = network.nodes
    if (subject === undefined) throw new Error('there is no node')
    this.#disk = disk
    this.#network = network
    this.prometheus = prometheus
    this.subject = subject
    this.neighbours = neighbours
  }

  /**
   * Opens it for `run`, and closes it whatever happens. Rejects where the subject can have no file system of its own
   * (it needs root), or no mesh comes about.
   */
  static async within<T>(run: (stage: Stage) => Promise<T>): Promise<T> {
    const network = new ProcessNetwork('alerts', attackNetwork(Date.now() - 60_000))
    const ended: (() => unknown)[] = [() => network.close('SIGKILL')]
    try {
      const disk = join(network.home, 'disk')
      mkdirSync(disk)
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'hearsay-alerts', disk])
      ended.push(() => execFileSync('umount', ['--lazy', disk]))
      for (let number = 0; number < NODES; number++) {
        const node = await network.add(`node-${number}`, {
          logLevel: 'info',
          bootstrap: network.nodes.map(({ address }) => address),
          ...(number === 0 && { dataDir: join(disk, 'data'), flags: ['--import', inline(BUSY_ON_SIGNAL)] }),
        })
        await node.start()
      }
      const prometheus = await Prometheus.start({
        targets: Object.fromEntries(network.nodes.map(({ name, place }) => [name, new URL(place.apiUrl).host])),
        scrapeMs: SCRAPE_MS,
        rules: scaledRules(readFileSync(alertFile, 'utf8'), TIME_FACTOR),
      })
      ended.push(() => prometheus.stop())
      const stage = new Stage(disk, network, prometheus)
      if (!(await stage.isMeshed())) throw new Error('the nodes do not mesh')
      return await run(stage)
    } finally {
      for (const end of ended.reverse()) await end()
    }
  }

  get network(): NetworkParams {
    return this.#network.params
  }

  /** Waits for all nodes to be in one another's mesh; false where that does not come. */
  isMeshed(): Promise<boolean> {
    return this.#network.isMeshed(NODES - 1, { timeoutMs: MESH_MS_MAX, everyMs: 500 })
  }

  /**
   * Waits for Prometheus to have seen the subject twice in a row: what happens before the first scrape has no rate, and
   * raises no alert.
   */
  isWatched(): Promise<boolean> {
    const isSeen = async (): Promise<boolean> => {
      const seen = await this.prometheus.query(
        `sum_over_time(up{node="${this.subject.name}"}[${SCRAPES_SEEN * SCRAPE_MS}ms])`,
      )
      return (seen[0]?.value ?? 0) >= SCRAPES_SEEN - 1
    }
    return until(isSeen, { timeoutMs: MESH_MS_MAX, everyMs: 200 })
  }

  /** Hands one transaction of the honest accounts in at a node; the code of a refusal, null where it was taken. */
  async send(node: NodeUnderTest, ageMs = 0): Promise<string | null> {
    const account = this.#sent++ % HONEST_ACCOUNTS
    const nonce = this.#nonces[account] ?? 0
    this.#nonces[account] = nonce + 1
    const sent = await node.client.submit(
      transactionOf(this.network, account, nonce, { createdAtMs: Date.now() - ageMs }),
    )
    return sent.ok ? null : sent.kind === 'problem' ? sent.problem.code : sent.kind
  }

  /** A file on the subject's disk. */
  onDisk(name: string): string {
    return join(this.#disk, name)
  }
}

const inline = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`
