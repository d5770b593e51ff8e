/**
 * The processes of one testnet and the nodes in them: made, started, ended, paused and woken. It keeps each node's
 * state, its ports over restarts, and where the links to it lead.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Carrier, Carry } from './carrier.ts'
import type { TestnetPlan } from './control.ts'
import { makeFolder } from '../src/home/own-file.ts'
import { isStopped } from '../src/home/process.ts'
import { findFreePort, isPortFree } from './free-port.ts'
import { enterState, newNode, type Host, type NodeRecord } from './host.ts'
import { BOOTS_AT_ONCE_PER_CORE, GUESTS_MAX, KILL_MS_MAX, LOG_TAIL_BYTES, STOP_GRACE_MS } from './limits.ts'
import type { Links } from './links.ts'
import { logTail } from './log-tail.ts'
import { writeNodeConfig } from './node-config-file.ts'
import type { NodeReady } from './node-messages.ts'
import { pauseProcess } from './pause.ts'
import { until } from './until.ts'

export interface HostsOptions {
  readonly plan: TestnetPlan
  readonly networkFile: string
  readonly links: Links
  readonly carry: Carry
  /** Ends what is being started. */
  readonly stopping: AbortSignal
  readonly onProgress: (text: string) => void
  /** Whether a node that starts now makes blocks on demand only. */
  readonly blocksOnDemand: () => boolean
  /** Some node's state, process or address is another one now. */
  readonly onChange: () => void
}

export class Hosts {
  readonly #options: HostsOptions
  readonly #hosts: Host[] = []

  constructor(options: HostsOptions) {
    this.#options = options
  }

  all(): readonly Host[] {
    return this.#hosts
  }

  nodes(): NodeRecord[] {
    return nodesOf(this.#hosts)
  }

  /** What carries a node now; null where it does not run. */
  carrierOf(name: string): Carrier | null {
    return this.#hosts.find(({ nodes }) => nodes.some((node) => node.name === name))?.process ?? null
  }

  /** Makes a process with `count` nodes, from number `first` on; nothing runs yet. */
  add(first: number, count: number): Host {
    const { home, validators, portBase } = this.#options.plan
    // Packed nodes write into the log of the first of them: they share one stdout.
    const logFile = join(home, 'nodes', `node-${first}`, 'node.log')
    const nodes = Array.from({ length: count }, (_, offset) =>
      newNode(home, first + offset, { logFile, validators, portBase }),
    )
    const host: Host = { nodes, process: null, pause: null }
    this.#hosts.push(host)
    for (const node of nodes) makeFolder(node.dataDir)
    return host
  }

  /**
   * Opens the planned links, and finds ports where nodes dial one another directly: those must be known before anybody
   * dials.
   */
  async wire(links: readonly { readonly from: string; readonly to: string }[]): Promise<void> {
    const byName = new Map(this.nodes().map((node) => [node.name, node]))
    const reserved = new Set(this.nodes().flatMap(({ apiPort, p2pPort }) => [apiPort, p2pPort]))
    await Promise.all(
      links.map(async ({ from, to }) => {
        byName.get(from)?.dials.push(to)
        await this.#options.links.open(from, to, reserved)
      }),
    )
    if (this.#options.links.isShaped) return
    const taken = new Set(this.nodes().map((node) => node.p2pPort))
    for (const node of this.nodes().filter(({ p2pPort }) => p2pPort === 0)) {
      do node.p2pPort = await findFreePort()
      while (taken.has(node.p2pPort))
      taken.add(node.p2pPort)
    }
  }

  /** Starts processes, several at once, and returns when each of their nodes is ready to answer or has failed. */
  async start(hosts: readonly Host[]): Promise<void> {
    const { links, stopping, onProgress } = this.#options
    const waiting = [...hosts]
    const nodes = nodesOf(hosts)
    for (const node of nodes) links.leadTo(node.name, { kind: 'starting' })
    const worker = async (): Promise<void> => {
      for (let host = waiting.shift(); host !== undefined && !stopping.aborted; host = waiting.shift()) {
        await this.#startOne(host)
        const up = nodes.filter((node) => node.state === 'ready').length
        onProgress(`${up} of ${nodes.length} nodes answer`)
      }
    }
    await Promise.all(Array.from({ length: BOOTS_AT_ONCE_PER_CORE * Math.max(2, availableParallelism()) }, worker))
  }

  /** Ends processes on purpose: killed, or stopped in good order. */
  async end(hosts: readonly Host[], state: 'killed' | 'stopped'): Promise<void> {
    await Promise.all(
      hosts.map(async (host) => {
        const { process } = host
        host.process = null
        host.pause?.end()
        host.pause = null
        for (const node of host.nodes) this.#options.links.leadTo(node.name, { kind: 'down' })
        if (process !== null) await (state === 'killed' ? process.kill() : process.stop(STOP_GRACE_MS))
        this.#setState(host, state)
      }),
    )
  }

  /** Stops a process from running for `forMs`; null: until it is woken. */
  async pause(host: Host, forMs: number | null): Promise<void> {
    const pid = host.process?.pid ?? null
    if (pid === null) return
    host.pause?.abandon()
    host.pause = await pauseProcess(pid, forMs, () => {
      this.wake(host)
    })
    await until(() => isStopped(pid), { timeoutMs: KILL_MS_MAX, everyMs: 5 })
    this.#setState(host, 'paused')
  }

  wake(host: Host): void {
    host.pause?.end()
    host.pause = null
    if (host.nodes.some((node) => node.state === 'paused')) this.#setState(host, 'ready')
  }

  /** Ends every process, whatever its state: in good order within `STOP_GRACE_MS`, or at once. */
  async stopAll(force: boolean): Promise<void> {
    for (const host of this.#hosts) host.pause?.end()
    const running = this.#hosts.flatMap((host) => host.process ?? [])
    await Promise.all(running.map((process) => (force ? process.kill() : process.stop(STOP_GRACE_MS))))
  }

  async #startOne(host: Host): Promise<void> {
    for (const node of host.nodes) await this.#configure(node)
    if (this.#options.stopping.aborted) return
    const logFile = host.nodes[0]?.logFile ?? ''
    const process = this.#options.carry({ configFiles: host.nodes.map((node) => node.configFile), logFile })
    host.process = process
    this.#setState(host, 'starting')
    const start = await process.started
    if (!start.ok) {
      await process.kill()
      const lastLine = logTail(logFile, LOG_TAIL_BYTES).split('\n').at(-1) ?? ''
      this.#fail(host, lastLine === '' ? start.message : `${start.message} (${lastLine})`)
      return
    }
    for (const ready of start.nodes) this.#noteReady(host, ready)
    this.#options.onChange()
    void process.exited.then(({ code, signal }) => {
      // Whoever ends a process on purpose has taken it from its host before.
      if (host.process !== process) return
      this.#fail(host, `its process ended by itself (${signal ?? `exit code ${code ?? 'unknown'}`})`)
    })
  }

  async #configure(node: NodeRecord): Promise<void> {
    const { networkFile, links, plan } = this.#options
    // Ports that the user has fixed are never exchanged for others: then the node says what is wrong.
    const isFixed = plan.portBase !== undefined
    const ports = new Map(this.nodes().map((other) => [other.name, other.p2pPort]))
    // Others dial a direct node at its port, so it must have that one; behind a shaped link another does as well.
    const isKept = node.p2pPort !== 0 && (isFixed || !links.isShaped || (await isPortFree(node.p2pPort)))
    writeNodeConfig(node.configFile, {
      name: node.name,
      network: networkFile,
      dataDir: node.dataDir,
      listen: [`/ip4/127.0.0.1/tcp/${isKept ? node.p2pPort : 0}`],
      bootstrap: links
        .from(node.name)
        .map(({ to, shaped }) => `/ip4/127.0.0.1/tcp/${shaped?.port ?? ports.get(to) ?? 0}`),
      api: `127.0.0.1:${isFixed || (await isPortFree(node.apiPort)) ? node.apiPort : 0}`,
      validator: node.validator,
      blocksOnDemand: this.#options.blocksOnDemand(),
      logLevel: 'info',
      // All its links (a star's hub has everybody's), twice while one end has not noticed a loss, and room for guests.
      connectionsMax: 2 * links.of(node.name) + GUESTS_MAX,
      ...(plan.discovery === true ? { discovery: true } : {}),
    })
  }

  #noteReady(host: Host, ready: NodeReady): void {
    const node = host.nodes.find(({ name }) => name === ready.name)
    const p2pPort = portOf(ready.listen)
    if (node === undefined || p2pPort === null) return
    node.peerId = ready.peerId
    node.apiUrl = ready.api
    node.apiPort = Number(new URL(ready.api).port)
    node.p2pPort = p2pPort
    enterState(node, 'ready', Date.now())
    node.reason = null
    this.#options.links.leadTo(node.name, { kind: 'at', port: p2pPort })
  }

  #fail(host: Host, reason: string): void {
    host.process = null
    host.pause?.abandon()
    host.pause = null
    for (const node of host.nodes) {
      node.reason = reason
      this.#options.links.leadTo(node.name, { kind: 'down' })
    }
    this.#setState(host, 'failed')
  }

  #setState(host: Host, state: NodeRecord['state']): void {
    for (const node of host.nodes) enterState(node, state, Date.now())
    this.#options.onChange()
  }
}

export function nodesOf(hosts: readonly Host[]): NodeRecord[] {
  return hosts.flatMap((host) => host.nodes)
}

function portOf(addresses: readonly string[]): number | null {
  const port = addresses.map((address) => /\/tcp\/(\d+)/.exec(address)?.[1]).find((found) => found !== undefined)
  return port === undefined ? null : Number(port)
}
