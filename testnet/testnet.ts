/**
 * A network of real nodes and what may be done to it. One command at a time; `stop` alone may come in between.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { networkDocument, networkIdOf, type NetworkParams } from '../src/domain/params.ts'
import { assertNever } from '../src/lib/assert.ts'
import { createPrng } from '../src/lib/prng.ts'
import type { Carry } from './carrier.ts'
import type {
  MinedBlock,
  NodeStatus,
  Outcome,
  PartitionStatus,
  Snapshot,
  TestnetPlan,
  TestnetStatus,
} from './control.ts'
import { devNetwork } from './dev-network.ts'
import { isPortFree } from './free-port.ts'
import { fixedPorts, manifestNode, portsEnd, type Host, type NodeRecord } from './host.ts'
import { Hosts, nodesOf } from './hosts.ts'
import { withLag } from './lag.ts'
import { LINKS_MAX, NODES_MAX, PORT_MAX, READINESS_POLL_INSIDE_MS, READINESS_POLL_MS } from './limits.ts'
import { Links } from './links.ts'
import { Mining } from './mining.ts'
import type { Manifest } from '../src/home/manifest.ts'
import { makeFolder, replaceFile } from '../src/home/own-file.ts'
import { nodeStatus, observeNode } from './node-observer.ts'
import { nodeStatusOf } from './node-status.ts'
import { refuse } from './refuse.ts'
import { RESUME_FILE } from '../src/home/testnet-home.ts'
import type { SavedNetwork } from './resume-file.ts'
import { formatLinkShape } from './shaper/shape.ts'
import { saveSnapshot, snapshotRefusal, type SnapshotOutcome } from './snapshots.ts'
import { planJoin, planLinks, type PlannedLink } from './topology.ts'
import { whenReady, type Readiness } from './when-ready.ts'

export interface TestnetOptions {
  readonly plan: TestnetPlan
  /** The network to go on with; null: a new one begins. */
  readonly resumed: { readonly saved: SavedNetwork; readonly network: NetworkParams } | null
  readonly carry: Carry
  /** What proves processes of this run (src/home/proof.ts). */
  readonly nonce: string
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
  readonly #hosts: Hosts
  readonly #mining: Mining
  readonly #startedMs = performance.now()
  readonly #stopping = new AbortController()
  #turn: Promise<unknown> = Promise.resolve()
  #recordingFailed: string | null = null

  constructor(options: TestnetOptions) {
    const { plan, carry, onProgress } = options
    const { slotMs, validators, seed } = plan
    this.#options = options
    this.#network = options.resumed?.network ?? devNetwork({ genesisTimeMs: Date.now(), slotMs, validators, seed })
    this.#networkFile = join(plan.home, 'network.json')
    this.#links = new Links({ shape: plan.link, regions: plan.regions, seed, direct: plan.direct })
    this.#hosts = new Hosts({
      plan,
      carry,
      onProgress,
      networkFile: this.#networkFile,
      links: this.#links,
      stopping: this.#stopping.signal,
      blocksOnDemand: () => this.#mining.isOn,
      onChange: () => {
        this.#publish()
      },
    })
    this.#mining = new Mining({
      network: this.#network,
      hosts: () => this.#hosts.all(),
      signal: this.#stopping.signal,
    })
  }

  /**
   * Starts every node and waits until the network is ready; the gaps say which nodes are not, when it does not get
   * there.
   */
  async start(): Promise<Readiness> {
    const { plan, resumed, onProgress } = this.#options
    if (resumed !== null) return this.#resume(resumed.saved)
    const planned = planLinks(plan.topology, plan.count, plan.degree, createPrng(plan.seed).child('topology'))
    if (plan.count > NODES_MAX || planned.length > LINKS_MAX) {
      const message = `${plan.count} nodes with ${planned.length} links are more than ${NODES_MAX} nodes or ${LINKS_MAX} links`
      return refuse('bad-request', message, 'choose fewer nodes, or a smaller --degree')
    }
    // Before anything goes: a network that can't start replaces none.
    const taken = plan.portBase === undefined ? null : await this.#takenFixedPort(plan.portBase, plan.count)
    if (taken !== null)
      return refuse('bad-request', `port ${taken.port} of ${taken.name} is taken`, 'choose another --port-base')
    // A network begins with its genesis: what an earlier one left here belongs to another network.
    rmSync(join(plan.home, 'nodes'), { recursive: true, force: true })
    makeFolder(join(plan.home, 'nodes'))
    rmSync(join(plan.home, RESUME_FILE), { force: true })
    replaceFile(this.#networkFile, `${JSON.stringify(networkDocument(this.#network), null, 2)}\n`)
    for (let first = 0; first < plan.count; first += plan.perProcess) {
      this.#hosts.add(first, Math.min(plan.count, first + plan.perProcess) - first)
    }
    onProgress(`starting ${plan.count} nodes on network ${this.#network.name}`)
    return this.#startAll(named(planned))
  }

  /** Brings back the nodes that were, with their data, their links and where they can be had their ports. */
  async #resume({ nodes }: SavedNetwork): Promise<Readiness> {
    const { onProgress, plan } = this.#options
    for (const { host } of nodes.filter(({ host }, index) => host === index))
      this.#hosts.add(host, nodes.filter((node) => node.host === host).length)
    for (const [index, node] of this.#hosts.nodes().entries()) {
      node.apiPort = nodes[index]?.apiPort ?? 0
      node.p2pPort = nodes[index]?.p2pPort ?? 0
    }
    const taken = await takenPort(this.#hosts.nodes())
    if (taken !== null && plan.portBase !== undefined)
      return refuse(
        'bad-request',
        `port ${taken.port} of ${taken.name}, fixed by --port-base, is taken`,
        'stop who has it',
      )
    if (taken !== null) onProgress(`port ${taken.port} of ${taken.name} is taken by now, so it gets another`)
    onProgress(`starting ${nodes.length} nodes again on network ${this.#network.name}`)
    return this.#startAll(nodes.flatMap(({ name, dials }) => dials.map((to) => ({ from: name, to }))))
  }

  /** Its page's too, which is open by now. */
  async #takenFixedPort(
    portBase: number,
    count: number,
  ): Promise<{ readonly name: string; readonly port: number } | null> {
    if (this.saved().pagePort !== portBase) return { name: 'the page', port: portBase }
    return takenPort(
      Array.from({ length: count }, (_, index) => ({ name: `node-${index}`, ...fixedPorts(portBase, index) })),
    )
  }

  async #startAll(links: readonly { readonly from: string; readonly to: string }[]): Promise<Readiness> {
    await this.#hosts.wire(links)
    this.#publish()
    await this.#hosts.start(this.#hosts.all())
    return this.#whenReady(this.#hosts.all())
  }

  /** The recording has ended early: whoever wants a report must not take it for the whole. */
  recordingFailed(reason: string): void {
    this.#recordingFailed = reason
    this.#publish()
  }

  /** The manifest of the network as it is now. */
  manifest(): Manifest {
    const { plan, supervisor } = this.#options
    return {
      v: 1,
      home: plan.home,
      nonce: this.#options.nonce,
      network: this.#network.name,
      networkId: networkIdOf(this.#network),
      networkFile: this.#networkFile,
      supervisor,
      seed: plan.seed,
      topology: plan.topology,
      degree: plan.degree,
      link: plan.direct ? 'direct' : formatLinkShape(plan.link),
      createdAt: this.#network.genesisTimeMs,
      ...(plan.record === undefined || this.#recordingFailed !== null ? {} : { recording: plan.record }),
      ...(this.#recordingFailed === null ? {} : { recordingFailed: this.#recordingFailed }),
      nodes: this.#hosts.all().flatMap((host) => host.nodes.map((node) => manifestNode(node, host))),
    }
  }

  /** What the home shall remember of it. */
  saved(): SavedNetwork {
    const { home: _, detach: __, record: ___, resume: ____, regions: _____, ...plan } = this.#options.plan
    const url = URL.parse(this.#options.supervisor.pageUrl ?? '')
    return {
      v: 1,
      network: this.#network.name,
      createdAt: this.#network.genesisTimeMs,
      plan,
      pagePort: Number(url?.port ?? 0),
      nodes: this.#hosts.all().flatMap(({ nodes }) =>
        nodes.map(({ name, dials, apiPort, p2pPort }) => {
          return { name, host: nodes[0]?.index ?? 0, dials: [...dials], apiPort, p2pPort }
        }),
      ),
    }
  }

  /** What all its nodes agree on. */
  get network(): NetworkParams {
    return this.#network
  }

  /** The cut that stands now; null where there is none. */
  get partitioned(): PartitionStatus | null {
    return this.#links.partition
  }

  async status(): Promise<TestnetStatus> {
    const { network, networkId, home, topology, degree, link, seed } = this.manifest()
    const nodes = withLag(
      await Promise.all(this.#hosts.all().flatMap((host) => host.nodes.map((node) => statusOf(node, host)))),
    )
    const uptimeMs = Math.round(performance.now() - this.#startedMs)
    const { partition } = this.#links
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
      partition,
      blocksOnDemand: this.#mining.isOn,
      pageUrl: this.#options.supervisor.pageUrl ?? null,
      nodes,
    }
  }

  kill(names: readonly string[]): Promise<Outcome<{ nodes: string[] }>> {
    return this.#change(names, async (hosts) => {
      await this.#hosts.end(hosts, 'killed')
      return done(hosts)
    })
  }

  /** As their operator stops nodes: they say goodbye. */
  stopNodes(names: readonly string[]): Promise<Outcome<{ nodes: string[] }>> {
    return this.#change(names, async (hosts) => {
      await this.#hosts.end(hosts, 'stopped')
      return done(hosts)
    })
  }

  /** Makes every link of nodes slower, one way. */
  slow(names: readonly string[], extraMs: number): Promise<Outcome<{ nodes: string[] }>> {
    return this.#change(names, async () => {
      if (!this.#links.isShaped)
        return refuse('no-shaper', 'the nodes dial one another directly', 'start the network without --direct')
      for (const name of names) this.#links.slow(name, extraMs)
      return { ok: true, value: { nodes: [...names] } }
    })
  }

  /** Bytes that reached each node over its links. */
  traffic(): { readonly nodes: readonly { readonly name: string; readonly bytesReceived: number }[] } {
    return {
      nodes: this.#hosts.nodes().map(({ name }) => ({ name, bytesReceived: this.#links.bytesReceived(name) })),
    }
  }

  pause(names: readonly string[], forMs: number | null): Promise<Outcome<{ nodes: string[] }>> {
    return this.#change(names, async (hosts) => {
      const idle = nodesOf(hosts).find(({ state }) => state !== 'ready' && state !== 'paused')
      if (idle !== undefined) {
        const hint = `bring it back with \`hearsay testnet restart ${idle.name}\``
        return refuse('wrong-state', `${idle.name} is ${idle.state}, so there is nothing to pause`, hint)
      }
      for (const host of hosts) await this.#hosts.pause(host, forMs)
      return done(hosts)
    })
  }

  resume(names: readonly string[]): Promise<Outcome<{ nodes: string[] }>> {
    return this.#change(names, async (hosts) => {
      const awake = nodesOf(hosts).find(({ state }) => state !== 'paused')
      if (awake !== undefined) {
        const hint =
          awake.state === 'ready'
            ? `\`hearsay testnet pause ${awake.name}\` pauses it`
            : `bring it back with \`hearsay testnet restart ${awake.name}\``
        return refuse('wrong-state', `${awake.name} is ${awake.state}, not paused`, hint)
      }
      for (const host of hosts) this.#hosts.wake(host)
      return done(hosts)
    })
  }

  restart(names: readonly string[]): Promise<Outcome<{ nodes: string[]; elapsedMs: number }>> {
    return this.#change(names, async (hosts) => {
      const before = performance.now()
      await this.#hosts.end(hosts, 'stopped')
      return this.#startAndWait(hosts, before)
    })
  }

  add(count: number): Promise<Outcome<{ nodes: string[]; elapsedMs: number }>> {
    return this.#change([], async () => {
      const { plan } = this.#options
      const before = performance.now()
      const others = this.#hosts.nodes()
      const first = others.length
      if (first + count > NODES_MAX) {
        return refuse('bad-request', `the network would have more than ${NODES_MAX} nodes`, 'add fewer')
      }
      if (plan.portBase !== undefined && portsEnd(plan.portBase, first + count) > PORT_MAX)
        return refuse('bad-request', `there are no ports for them above ${plan.portBase}`, 'add fewer')
      const live = others.filter((node) => node.state === 'ready').map((node) => node.index)
      const random = createPrng(plan.seed).child(`join ${first}`)
      const hosts = Array.from({ length: count }, (_, index) => this.#hosts.add(first + index, 1))
      await this.#hosts.wire(named(hosts.flatMap((_, index) => planJoin(first + index, live, plan.degree, random))))
      return this.#startAndWait(hosts, before)
    })
  }

  partition(groups: readonly (readonly string[])[], forMs: number | null): Promise<Outcome<PartitionStatus>> {
    return this.#change(groups.flat(), async () => {
      if (!this.#links.isShaped) {
        const message = 'the nodes dial one another directly, so there is no link to cut'
        return refuse('no-shaper', message, 'start the network without --direct')
      }
      if (new Set(groups.flat()).size < groups.flat().length) {
        return refuse('bad-request', 'a node is in two groups', 'name each node once')
      }
      const onHealed = (): void => {
        this.#options.onProgress('the partition has healed')
      }
      const named = new Set(groups.flat())
      const others = nodesOf(this.#hosts.all()).flatMap(({ name }) => (named.has(name) ? [] : [name]))
      if (groups.length === 1 && others.length === 0)
        return refuse('bad-request', 'all nodes are in one group', 'leave some out, or name a second group')
      const all = others.length === 0 ? groups : [...groups, others]
      return { ok: true, value: this.#links.divide(all, forMs, onHealed) }
    })
  }

  heal(): Promise<Outcome<{ healedLinks: number }>> {
    return this.#change([], async () => ({ ok: true, value: { healedLinks: this.#links.heal() } }))
  }

  onDemand(isOn: boolean): Promise<Outcome<{ isOn: boolean; wasOn: boolean }>> {
    return this.#change([], async () => {
      const wasOn = this.#mining.isOn
      await this.#mining.set(isOn)
      return { ok: true, value: { isOn, wasOn } }
    })
  }

  mine(): Promise<Outcome<MinedBlock>> {
    return this.#change([], () => this.#mining.mine())
  }

  /** Copies the network as it is on disk, while its processes stand still: a crash could leave nothing else. */
  snapshot(name: string): Promise<Outcome<Snapshot>> {
    return this.#change([], async () => {
      const odd = this.#hosts.nodes().find(({ state }) => state === 'starting' || state === 'paused')
      if (odd !== undefined) {
        const hint = odd.state === 'paused' ? `\`hearsay testnet resume ${odd.name}\` first` : 'try again in a moment'
        return refuse('wrong-state', `${odd.name} is ${odd.state}`, hint)
      }
      const running = this.#hosts.all().filter(({ process }) => process?.isRunning === true)
      try {
        await Promise.all(running.map((host) => this.#hosts.pause(host, null)))
        return snapshotOutcome(name, await saveSnapshot(this.#options.plan.home, name))
      } finally {
        for (const host of running) this.#hosts.wake(host)
      }
    })
  }

  /** Ends everything: in good order, or at once when forced. May be called again to force what hangs. */
  async stop(force: boolean): Promise<void> {
    this.#stopping.abort()
    await this.#hosts.stopAll(force)
    await this.#links.close()
  }

  async #startAndWait(
    hosts: readonly Host[],
    beforeMs: number,
  ): Promise<Outcome<{ nodes: string[]; elapsedMs: number }>> {
    await this.#hosts.start(hosts)
    const ready = await this.#whenReady(hosts)
    if (!ready.ok) return ready
    const elapsedMs = Math.round(performance.now() - beforeMs)
    return { ok: true, value: { nodes: nodesOf(hosts).map(({ name }) => name), elapsedMs } }
  }

  #whenReady(hosts: readonly Host[]): Promise<Readiness> {
    return whenReady({
      concerned: nodesOf(hosts),
      nodes: () => this.#hosts.nodes(),
      links: () => this.#links.standing(),
      observe: async (node) => this.#hosts.carrierOf(node.name)?.observe?.(node.name) ?? observeNode(node),
      everyMs: this.#hosts.all().every(({ process }) => process?.pid === null)
        ? READINESS_POLL_INSIDE_MS
        : READINESS_POLL_MS,
      signal: this.#stopping.signal,
      onProgress: this.#options.onProgress,
    })
  }

  #publish(): void {
    if (!this.#stopping.signal.aborted) this.#options.onManifest(this.manifest())
  }

  /** Runs a command on the hosts of the named nodes when those before it are done. */
  async #change<T>(
    names: readonly string[],
    command: (hosts: readonly Host[]) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const turn = this.#turn.then(async (): Promise<Outcome<T>> => {
      if (this.#stopping.signal.aborted) {
        return refuse('wrong-state', 'the network is stopping', 'start it again with `hearsay testnet up`')
      }
      const known = new Set(this.#hosts.nodes().map((node) => node.name))
      const unknown = names.find((name) => !known.has(name))
      if (unknown !== undefined) {
        return refuse('unknown-node', `there is no node "${unknown}"`, `there are node-0 to node-${known.size - 1}`)
      }
      return command(this.#hosts.all().filter((host) => host.nodes.some(({ name }) => names.includes(name))))
    })
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}

async function statusOf(node: NodeRecord, host: Host): Promise<Omit<NodeStatus, 'lag'>> {
  const view = node.state === 'ready' ? await nodeStatus(node.apiUrl) : null
  return nodeStatusOf(node, host.process?.isRunning === true ? host.process.pid : null, view)
}

/** The first port that a node shall have again and cannot; null where there is none. */
async function takenPort(
  nodes: readonly Pick<NodeRecord, 'name' | 'apiPort' | 'p2pPort'>[],
): Promise<{ readonly name: string; readonly port: number } | null> {
  for (const { name, apiPort, p2pPort } of nodes)
    for (const port of [apiPort, p2pPort]) if (port !== 0 && !(await isPortFree(port))) return { name, port }
  return null
}

function snapshotOutcome(name: string, outcome: SnapshotOutcome<Snapshot>): Outcome<Snapshot> {
  switch (outcome.kind) {
    case 'done':
      return { ok: true, value: outcome.value }
    case 'distrusted':
      return refuse('failed', outcome.distrust.message, outcome.distrust.hint)
    case 'exists':
    case 'too-many':
    case 'no-network':
    case 'unknown': {
      const { message, hint } = snapshotRefusal(name, outcome)
      return refuse('wrong-state', message, hint)
    }
    default:
      return assertNever(outcome)
  }
}

function done(hosts: readonly Host[]): Outcome<{ nodes: string[] }> {
  return { ok: true, value: { nodes: nodesOf(hosts).map(({ name }) => name) } }
}

function named(links: readonly PlannedLink[]): { from: string; to: string }[] {
  return links.map(({ from, to }) => ({ from: `node-${from}`, to: `node-${to}` }))
}
