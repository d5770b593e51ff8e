/**
 * A network of real node processes: starts them, knows their state, hurts them on command and stops them. One command at a time; `stop`
 * alone may come in between.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { networkDocument, networkIdOf, type NetworkParams } from '../src/domain/params.ts'
import { createPrng } from '../src/lib/prng.ts'
import type { Gap, NodeStatus, Outcome, PartitionStatus, Refusal, TestnetPlan, TestnetStatus } from './control.ts'
import { devNetwork } from './dev-network.ts'
import { findFreePort, isPortFree } from './free-port.ts'
import { manifestNode, newNode, type Host, type NodeRecord } from './host.ts'
import {
  BOOTS_AT_ONCE_PER_CORE,
  GUESTS_MAX,
  LINKS_MAX,
  MESH_MS_MAX,
  NODE_START_MS_MAX,
  NODES_MAX,
  READINESS_POLL_MS,
  STOP_GRACE_MS,
} from './limits.ts'
import { Links } from './links.ts'
import type { Manifest } from './manifest.ts'
import { writeNodeConfig } from './node-config-file.ts'
import { nodeStatus, observeNode } from './node-observer.ts'
import { NodeProcess } from './node-process.ts'
import type { NodeReady } from './node-messages.ts'
import { pauseProcess } from './pause.ts'
import { readinessWaits, type Wait } from './readiness.ts'
import { formatLinkShape } from './shaper/shape.ts'
import { planJoin, planLinks } from './topology.ts'
import { until } from './until.ts'

export interface TestnetOptions {
  readonly plan: TestnetPlan
  /** The program of a node process. */
  readonly childEntry: string
  /** How others reach this supervisor, for the manifest. */
  readonly supervisor: Manifest['supervisor']
  readonly onProgress: (text: string) => void
  readonly onManifest: (manifest: Manifest) => void
}

export class Testnet {
  readonly #options: TestnetOptions
  readonly #network: NetworkParams
  readonly #networkFile: string
  readonly #links: Links
  readonly #hosts: Host[] = []
  readonly #startedMs = performance.now()
  readonly #stopping = new AbortController()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: TestnetOptions) {
    const { plan } = options
    this.#options = options
    this.#network = devNetwork({
      genesisTimeMs: Date.now(),
      slotMs: plan.slotMs,
      validators: plan.validators,
      seed: plan.seed,
    })
    this.#networkFile = join(plan.home, 'network.json')
    this.#links = new Links({ shape: plan.link, seed: plan.seed, direct: plan.direct })
  }

  /** Starts every node and waits until the network is ready; the gaps say which nodes are not, when it does not get there. */
  async start(): Promise<Outcome<null> & { readonly gaps?: readonly Gap[] }> {
    const { plan, onProgress } = this.#options
    const planned = planLinks(plan.topology, plan.count, plan.degree, createPrng(plan.seed).child('topology'))
    if (plan.count > NODES_MAX || planned.length > LINKS_MAX) {
      return refuse(
        'bad-request',
        `${plan.count} nodes with ${planned.length} links are more than ${NODES_MAX} and ${LINKS_MAX}`,
        'choose fewer nodes or a smaller --degree',
      )
    }
    // A network begins with its genesis: what an earlier one left here belongs to another network.
    rmSync(join(plan.home, 'nodes'), { recursive: true, force: true })
    mkdirSync(join(plan.home, 'nodes'), { recursive: true, mode: 0o700 })
    writeFileSync(this.#networkFile, `${JSON.stringify(networkDocument(this.#network), null, 2)}\n`, { mode: 0o600 })
    for (let first = 0; first < plan.count; first += plan.perProcess) {
      this.#addHost(first, Math.min(plan.count, first + plan.perProcess) - first)
    }
    await this.#wire(planned.map(({ from, to }) => ({ from: `node-${from}`, to: `node-${to}` })))
    if (plan.direct) await this.#choosePorts(this.#nodes())
    onProgress(`starting ${plan.count} nodes on network ${this.#network.name}`)
    this.#publish()
    await this.#startHosts(this.#hosts)
    return this.#whenReady(this.#hosts)
  }

  /** The manifest of the network as it is now. */
  manifest(): Manifest {
    const { plan, supervisor } = this.#options
    return {
      v: 1,
      home: plan.home,
      network: this.#network.name,
      networkId: networkIdOf(this.#network),
      networkFile: this.#networkFile,
      supervisor,
      seed: plan.seed,
      topology: plan.topology,
      degree: plan.degree,
      link: plan.direct ? 'direct' : formatLinkShape(plan.link),
      createdAt: this.#network.genesisTimeMs,
      nodes: this.#hosts.flatMap((host) => host.nodes.map((node) => manifestNode(node, host))),
    }
  }

  async status(): Promise<TestnetStatus> {
    const { network, networkId, home, topology, degree, link, seed } = this.manifest()
    const nodes = await Promise.all(this.#hosts.flatMap((host) => host.nodes.map((node) => statusOf(node, host))))
    const uptimeMs = Math.round(performance.now() - this.#startedMs)
    return {
      v: 1,
      network,
      networkId,
      home,
      topology,
      degree,
      link,
      seed,
      uptimeMs,
      partition: this.#links.partition,
      nodes,
    }
  }

  kill(names: readonly string[]): Promise<Outcome<{ nodes: string[] }>> {
    return this.#change(names, async (hosts) => {
      await Promise.all(hosts.map((host) => this.#end(host, 'killed')))
      return { ok: true, value: { nodes: nodeNames(hosts) } }
    })
  }

  pause(names: readonly string[], forMs: number | null): Promise<Outcome<{ nodes: string[] }>> {
    return this.#change(names, async (hosts) => {
      const idle = hosts.flatMap((host) => host.nodes).find((node) => node.state !== 'ready' && node.state !== 'paused')
      if (idle !== undefined)
        return refuse(
          'wrong-state',
          `${idle.name} is ${idle.state}, so there is nothing to pause`,
          `bring it back with \`hearsay testnet restart ${idle.name}\``,
        )
      for (const host of hosts) {
        const pid = host.process?.pid ?? null
        if (pid === null) continue
        host.pause?.abandon()
        host.pause = await pauseProcess(pid, forMs, () => {
          this.#wake(host)
        })
        this.#setState(host, 'paused')
      }
      return { ok: true, value: { nodes: nodeNames(hosts) } }
    })
  }

  resume(names: readonly string[]): Promise<Outcome<{ nodes: string[] }>> {
    return this.#change(names, async (hosts) => {
      for (const host of hosts) this.#wake(host)
      return { ok: true, value: { nodes: nodeNames(hosts) } }
    })
  }

  restart(names: readonly string[]): Promise<Outcome<{ nodes: string[]; elapsedMs: number }>> {
    return this.#change(names, async (hosts) => {
      const before = performance.now()
      await Promise.all(hosts.map((host) => this.#end(host, 'stopped')))
      await this.#startHosts(hosts)
      const ready = await this.#whenReady(hosts)
      if (!ready.ok) return ready
      return { ok: true, value: { nodes: nodeNames(hosts), elapsedMs: Math.round(performance.now() - before) } }
    })
  }

  add(count: number): Promise<Outcome<{ nodes: string[]; elapsedMs: number }>> {
    return this.#change([], async () => {
      const { plan } = this.#options
      const before = performance.now()
      const others = this.#nodes()
      if (others.length + count > NODES_MAX)
        return refuse('bad-request', `the network would have more than ${NODES_MAX} nodes`, 'add fewer')
      const live = others.filter((node) => node.state === 'ready').map((node) => node.index)
      const first = others.length
      const random = createPrng(plan.seed).child(`join ${first}`)
      const hosts = Array.from({ length: count }, (_, index) => this.#addHost(first + index, 1))
      const planned = hosts.flatMap((_, index) => planJoin(first + index, live, plan.degree, random))
      await this.#wire(planned.map(({ from, to }) => ({ from: `node-${from}`, to: `node-${to}` })))
      if (plan.direct) await this.#choosePorts(hosts.flatMap((host) => host.nodes))
      await this.#startHosts(hosts)
      const ready = await this.#whenReady(hosts)
      if (!ready.ok) return ready
      return { ok: true, value: { nodes: nodeNames(hosts), elapsedMs: Math.round(performance.now() - before) } }
    })
  }

  partition(groups: readonly (readonly string[])[], forMs: number | null): Promise<Outcome<PartitionStatus>> {
    return this.#change(groups.flat(), async () => {
      if (!this.#links.isShaped)
        return refuse(
          'no-shaper',
          'the nodes dial one another directly, so there is no link to cut',
          'start the network without --direct',
        )
      if (new Set(groups.flat()).size < groups.flat().length)
        return refuse('bad-request', 'a node is in two groups', 'name each node once')
      const status = this.#links.divide(groups, forMs, () => {
        this.#options.onProgress('the partition has healed')
      })
      return { ok: true, value: status }
    })
  }

  heal(): Promise<Outcome<{ healedLinks: number }>> {
    return this.#change([], async () => ({ ok: true, value: { healedLinks: this.#links.heal() } }))
  }

  /** Stops every process: in good order within `STOP_GRACE_MS`, or at once when forced. May be called again to force what hangs. */
  async stop(force: boolean): Promise<void> {
    this.#stopping.abort()
    for (const host of this.#hosts) host.pause?.end()
    const running = this.#hosts.flatMap((host) => host.process ?? [])
    await Promise.all(running.map((process) => (force ? process.kill() : process.stop(STOP_GRACE_MS))))
    await this.#links.close()
  }

  #nodes(): NodeRecord[] {
    return this.#hosts.flatMap((host) => host.nodes)
  }

  #addHost(first: number, count: number): Host {
    const { home } = this.#options.plan
    // Packed nodes write into the log of the first of them: they share one stdout.
    const logFile = join(home, 'nodes', `node-${first}`, 'node.log')
    const nodes = Array.from({ length: count }, (_, offset) => newNode(home, first + offset, logFile))
    const host: Host = { nodes, process: null, pause: null }
    this.#hosts.push(host)
    for (const node of nodes) mkdirSync(node.dataDir, { recursive: true, mode: 0o700 })
    return host
  }

  async #wire(links: readonly { from: string; to: string }[]): Promise<void> {
    const byName = new Map(this.#nodes().map((node) => [node.name, node]))
    await Promise.all(
      links.map(async ({ from, to }) => {
        byName.get(from)?.dials.push(to)
        await this.#links.open(from, to)
      }),
    )
  }

  /** Without the shaper a node's port must be known before anybody dials it. */
  async #choosePorts(nodes: readonly NodeRecord[]): Promise<void> {
    const taken = new Set(this.#nodes().map((node) => node.p2pPort))
    for (const node of nodes) {
      do node.p2pPort = await findFreePort()
      while (taken.has(node.p2pPort))
      taken.add(node.p2pPort)
    }
  }

  async #startHosts(hosts: readonly Host[]): Promise<void> {
    const waiting = [...hosts]
    const nodes = hosts.flatMap((host) => host.nodes)
    for (const node of nodes) this.#links.leadTo(node.name, { kind: 'starting' })
    const worker = async (): Promise<void> => {
      for (let host = waiting.shift(); host !== undefined && !this.#stopping.signal.aborted; host = waiting.shift()) {
        await this.#startHost(host)
        const up = nodes.filter((node) => node.state === 'ready').length
        this.#options.onProgress(`${up} of ${nodes.length} nodes answer`)
      }
    }
    await Promise.all(Array.from({ length: BOOTS_AT_ONCE_PER_CORE * Math.max(2, availableParallelism()) }, worker))
  }

  async #startHost(host: Host): Promise<void> {
    for (const node of host.nodes) await this.#configure(node)
    if (this.#stopping.signal.aborted) return
    const logFile = host.nodes[0]?.logFile ?? ''
    const process = new NodeProcess({
      entry: this.#options.childEntry,
      configFiles: host.nodes.map((node) => node.configFile),
      logFile,
      startMsMax: NODE_START_MS_MAX,
    })
    host.process = process
    this.#setState(host, 'starting')
    const start = await process.started
    if (!start.ok) {
      await process.kill()
      this.#fail(host, start.message)
      return
    }
    for (const ready of start.nodes) this.#noteReady(host, ready)
    this.#publish()
    void process.exited.then(({ code, signal }) => {
      // Whoever ends a process on purpose has taken it from its host before.
      if (host.process === process)
        this.#fail(host, `its process ended by itself (${signal ?? `exit code ${code ?? 'unknown'}`})`)
    })
  }

  async #configure(node: NodeRecord): Promise<void> {
    const { plan } = this.#options
    const byName = new Map(this.#nodes().map((other) => [other.name, other]))
    const keep = async (port: number): Promise<number> =>
      port !== 0 && (plan.direct || (await isPortFree(port))) ? port : 0
    const links = this.#links.from(node.name)
    writeNodeConfig(node.configFile, {
      name: node.name,
      network: this.#networkFile,
      dataDir: node.dataDir,
      listen: [`/ip4/127.0.0.1/tcp/${await keep(node.p2pPort)}`],
      bootstrap: links.map(({ to, shaped }) => `/ip4/127.0.0.1/tcp/${shaped?.port ?? byName.get(to)?.p2pPort ?? 0}`),
      api: `127.0.0.1:${(await isPortFree(node.apiPort)) ? node.apiPort : 0}`,
      validator: node.index < plan.validators ? node.index : null,
      logLevel: 'info',
      // All its links (a star's hub has everybody's), twice while one end has not noticed a loss, and room for guests.
      connectionsMax: 2 * this.#links.of(node.name) + GUESTS_MAX,
    })
  }

  #noteReady(host: Host, ready: NodeReady): void {
    const node = host.nodes.find(({ name }) => name === ready.name)
    const p2pPort = portOfMultiaddr(ready.listen)
    if (node === undefined || p2pPort === null) return
    node.peerId = ready.peerId
    node.apiUrl = ready.api
    node.apiPort = Number(new URL(ready.api).port)
    node.p2pPort = p2pPort
    node.state = 'ready'
    node.reason = null
    this.#links.leadTo(node.name, { kind: 'at', port: p2pPort })
  }

  /** Ends the process of a host on purpose. */
  async #end(host: Host, state: 'killed' | 'stopped'): Promise<void> {
    const { process } = host
    host.process = null
    host.pause?.end()
    host.pause = null
    for (const node of host.nodes) this.#links.leadTo(node.name, { kind: 'down' })
    if (process !== null) await (state === 'killed' ? process.kill() : process.stop(STOP_GRACE_MS))
    this.#setState(host, state)
  }

  #wake(host: Host): void {
    host.pause?.end()
    host.pause = null
    if (host.nodes.some((node) => node.state === 'paused')) this.#setState(host, 'ready')
  }

  #fail(host: Host, reason: string): void {
    host.process = null
    host.pause?.abandon()
    host.pause = null
    for (const node of host.nodes) {
      node.reason = reason
      this.#links.leadTo(node.name, { kind: 'down' })
    }
    this.#setState(host, 'failed')
  }

  #setState(host: Host, state: NodeRecord['state']): void {
    for (const node of host.nodes) node.state = state
    this.#publish()
  }

  #publish(): void {
    if (!this.#stopping.signal.aborted) this.#options.onManifest(this.manifest())
  }

  /** Waits until all nodes that run are ready together (readiness.ts); those of `hosts` that failed to start are gaps at once. */
  async #whenReady(hosts: readonly Host[]): Promise<Outcome<null> & { readonly gaps?: readonly Gap[] }> {
    let waits: readonly Wait[] = []
    let told = ''
    const failed = hosts.flatMap((host) => host.nodes).filter((node) => node.state === 'failed')
    const look = async (): Promise<boolean> => {
      const live = this.#nodes().filter((node) => node.state === 'ready')
      waits = readinessWaits(await Promise.all(live.map(observeNode)), this.#links.standing())
      const text = `${live.length - new Set(waits.map(({ node }) => node)).size} of ${live.length} nodes have their mesh`
      if (text !== told) this.#options.onProgress(text)
      told = text
      return waits.length === 0
    }
    const isReady =
      failed.length === 0 &&
      (await until(look, { timeoutMs: MESH_MS_MAX, everyMs: READINESS_POLL_MS, signal: this.#stopping.signal }))
    if (isReady) return { ok: true, value: null }
    const logOf = (name: string): string => this.#nodes().find((node) => node.name === name)?.logFile ?? ''
    const gaps = [
      ...failed.map((node) => ({
        node: node.name,
        waitsFor: `a restart: ${node.reason ?? 'it failed'}`,
        logFile: node.logFile,
      })),
      ...waits.map(({ node, waitsFor }) => ({ node, waitsFor, logFile: logOf(node) })),
    ]
    const [first] = gaps
    const what = first === undefined ? 'it was stopped' : `${first.node} waits for ${first.waitsFor}`
    return {
      ...refuse(
        'not-ready',
        `the network is not ready: ${what}`,
        first === undefined ? 'start it again' : `its log is ${first.logFile}`,
      ),
      gaps,
    }
  }

  /** Runs a command on the hosts of the named nodes when those before it are done. */
  async #change<T>(
    names: readonly string[],
    command: (hosts: readonly Host[]) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const turn = this.#turn.then(async (): Promise<Outcome<T>> => {
      if (this.#stopping.signal.aborted)
        return refuse('wrong-state', 'the network is stopping', 'start it again with `hearsay testnet up`')
      const known = new Set(this.#nodes().map((node) => node.name))
      const unknown = names.find((name) => !known.has(name))
      if (unknown !== undefined)
        return refuse(
          'unknown-node',
          `there is no node "${unknown}"`,
          `the network has node-0 to node-${known.size - 1}`,
        )
      return command(this.#hosts.filter((host) => host.nodes.some(({ name }) => names.includes(name))))
    })
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}

async function statusOf(node: NodeRecord, host: Host): Promise<NodeStatus> {
  const view = node.state === 'ready' ? await nodeStatus(node.apiUrl) : null
  return {
    name: node.name,
    peerId: node.peerId,
    state: node.state === 'ready' && view === null ? 'unresponsive' : node.state,
    pid: host.process?.isRunning === true ? host.process.pid : null,
    apiUrl: node.apiUrl,
    peers: view?.peers ?? null,
    mesh: view?.mesh ?? null,
    head: view?.head ?? null,
    settled: view?.settled ?? null,
    mempool: view === null ? null : { count: view.mempool.count, fingerprint: view.mempool.fingerprint },
    rssBytes: view?.rssBytes ?? null,
    reason: node.reason,
  }
}

function nodeNames(hosts: readonly Host[]): string[] {
  return hosts.flatMap((host) => host.nodes.map(({ name }) => name))
}

function portOfMultiaddr(addresses: readonly string[]): number | null {
  const port = addresses.map((address) => /\/tcp\/(\d+)/.exec(address)?.[1]).find((found) => found !== undefined)
  return port === undefined ? null : Number(port)
}

function refuse(
  code: Refusal['code'],
  message: string,
  hint: string,
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { code, message, hint } }
}
