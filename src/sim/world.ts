/** Runs a scenario: members, publications, faults, and the record of what spread where. */
import { openVerifier } from '../adapters/crypto/open-verifier.ts'
import { encodeBatch } from '../domain/codec/transaction-codec.ts'
import { asPeerId, asTxId } from '../domain/ids.ts'
import type { NetworkParams } from '../domain/params.ts'
import { assertNever } from '../lib/assert.ts'
import { sha256Hex } from '../lib/hash.ts'
import { createPrng, type Prng } from '../lib/prng.ts'
import { ChainWatch } from './chain-watch.ts'
import type { MemberObserver } from './member.ts'
import { NetworkWatch } from './network-watch.ts'
import { Network } from './network.ts'
import { Population } from './population.ts'
import { RelayMember } from './relay-member.ts'
import type { ForgeryFigures, MeshFigures, Report } from './report.ts'
import type { Fault, Publication, Scenario, Transfer } from './scenario.ts'
import type { Scheduler } from './scheduler.ts'
import { SharedVerifier } from './shared-verifier.ts'
import { simNetwork } from './sim-network.ts'
import { makeTransaction } from './sim-transactions.ts'
import { SpreadRecorder } from './spread.ts'
import { floodMedianMs, sampledDelays } from './theory.ts'
import { Trace } from './trace.ts'
import type { Witness, WorldView } from './witness.ts'

/**
 * Runs a scenario to its end. Rejects when anything in it throws.
 * @param witness is told what happens; it must change nothing
 */
export async function simulate(scenario: Scenario, scheduler: Scheduler, witness?: Witness): Promise<Report> {
  const world = await World.create(scenario, scheduler, witness ?? null)
  return world.run()
}

class World {
  readonly #scenario: Scenario
  readonly #scheduler: Scheduler
  readonly #random: Prng
  readonly #trace: Trace
  readonly #network: Network
  readonly #params: NetworkParams
  readonly #watch: ChainWatch
  readonly #networkWatch: NetworkWatch
  readonly #honest = new SpreadRecorder()
  readonly #forged = new SpreadRecorder()
  readonly #refused = new Map<string, number>()
  readonly #refusers = new Set<number>()
  #handedOn = 0
  readonly #witness: Witness | null
  #made = 0
  #population!: Population

  private constructor(scenario: Scenario, scheduler: Scheduler, witness: Witness | null) {
    this.#scenario = scenario
    this.#witness = witness
    this.#scheduler = scheduler
    this.#random = createPrng(scenario.seed)
    this.#trace = new Trace(scheduler)
    this.#params = simNetwork(scenario, scheduler.epochMs)
    this.#watch = new ChainWatch({
      scenario,
      scheduler,
      trace: this.#trace,
      params: this.#params,
      relays: () => this.#honestRelays(),
      isHonest: (peer) => this.#isHonest(this.#population.indexOf(peer)),
      reaches: (a, b) => this.#network.reaches(a, b),
      bodiesAskedInVain: () => this.#population.bodiesAskedInVain,
    })
    this.#network = new Network({
      scheduler,
      random: this.#random.child('network'),
      links: scenario.links,
      regions: scenario.regions,
      trace: this.#trace,
    })
    this.#networkWatch = new NetworkWatch({
      scenario,
      scheduler,
      relays: () => this.#relays(),
      peerOf: (node) => this.#population.at(node).host.peerId.toString(),
      isDead: (peer) => this.#population.at(this.#population.indexOf(peer)).host.process.state === 'dead',
      bytes: () => this.#network.totals.bytes,
    })
  }

  static async create(scenario: Scenario, scheduler: Scheduler, witness: Witness | null): Promise<World> {
    const world = new World(scenario, scheduler, witness)
    const { verifier } = await openVerifier()
    world.#population = await Population.create({
      scenario,
      scheduler,
      network: world.#network,
      params: world.#params,
      random: world.#random,
      verifier: new SharedVerifier(verifier),
      observerOf: (node) => world.#observerOf(node),
    })
    return world
  }

  async run(): Promise<Report> {
    const { warmUpMs, publications, faults, settleMs } = this.#scenario
    this.#population.start()
    await this.#scheduler.runUntil(warmUpMs)
    const mesh = this.#meshFigures()
    const bytesBefore = this.#network.totals.bytes
    for (const fault of faults) this.#scheduler.schedule(fault.atMs, () => this.#inflict(fault), null)
    for (const publication of publications) this.#publish(publication)
    this.#witness?.begin(this.#view())
    const lastMs = Math.max(0, ...faults.map(({ atMs }) => atMs), ...publications.map(({ atMs }) => atMs))
    await this.#scheduler.runUntil(warmUpMs + lastMs + settleMs)
    return this.#report(mesh, bytesBefore)
  }

  #observerOf(node: number): MemberObserver {
    const isHonest = !this.#scenario.hostile.includes(node)
    return {
      onFirst: (id, from) => {
        this.#trace.note(`first ${node} ${id} ${from}`)
        if (!isHonest) return
        const { nowMs } = this.#scheduler
        this.#witness?.had(id, node, nowMs - this.#scenario.warmUpMs)
        for (const recorder of [this.#honest, this.#forged]) {
          recorder.arrived(id, node, this.#population.indexOf(from), nowMs)
        }
      },
      onCopy: (id) => {
        this.#trace.note(`copy ${node} ${id}`)
        if (!isHonest) return
        this.#honest.copy(id)
        this.#witness?.copied(id)
      },
      onRefused: (id, from, reason) => {
        this.#trace.note(`refused ${node} ${id} ${reason}`)
        this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1)
        if (isHonest) this.#witness?.refused(id)
        if (!isHonest || !this.#forged.ids().includes(id)) return
        this.#refusers.add(node)
        if (from !== null && !this.#scenario.hostile.includes(this.#population.indexOf(from))) this.#handedOn++
      },
      onEvent: (event) => {
        if (this.#isHonest(node)) this.#watch.event(node, event)
        this.#networkWatch.event(event)
        this.#witness?.event(node, event)
      },
      onAnswer: (result) => {
        this.#watch.answered(node, result)
        this.#witness?.answered(node, result)
      },
    }
  }

  #publish(publication: Publication): void {
    const { atMs, forged, transfer, isRehearsal } = publication
    const number = this.#made++
    const publish = (node: number): void => {
      const { id, bytes } = this.#make(publication, transfer ?? { account: number, nonce: 0 }, number, node)
      const recorder = forged === undefined ? this.#honest : this.#forged
      if (isRehearsal !== true) recorder.published(id, node, this.#scheduler.nowMs)
      this.#witness?.published(id, node, this.#scheduler.nowMs - this.#scenario.warmUpMs, forged !== undefined)
      this.#trace.note(`publish ${node} ${id}`)
      this.#population.at(node).publish(bytes)
    }
    const hand = (): void => {
      const node = publication.orNext === true ? this.#nextRunning(publication.node) : publication.node
      if (node === null) {
        this.#witness?.unserved()
        return
      }
      // By the process that the node is then: it may be restarted before.
      this.#scheduler.schedule(0, () => publish(node), this.#population.at(node).host.process)
    }
    this.#scheduler.schedule(atMs, hand, null)
  }

  /** This node, or the next one after it that runs; null where none does. */
  #nextRunning(node: number): number | null {
    const { members } = this.#population
    const isRunning = (index: number): boolean =>
      this.#population.isPresent(index) &&
      !this.#scenario.hostile.includes(index) &&
      members[index]?.host.process.state === 'running'
    for (let step = 0; step < members.length; step++) {
      const index = (node + step) % members.length
      if (isRunning(index)) return index
    }
    return null
  }

  /** Bytes of a publication, by what its maker hands in: a message to a router, a transaction to a relay. */
  #make(
    { forged, payloadBytes = this.#scenario.payloadBytes }: Publication,
    transfer: Transfer,
    number: number,
    node: number,
  ): { id: string; bytes: Uint8Array } {
    const { member, hostile } = this.#scenario
    const random = this.#random.child(`publication/${number}`)
    if (member === 'router') {
      const bytes = random.bytes(payloadBytes)
      return { id: sha256Hex(bytes), bytes }
    }
    const nowMs = Math.floor(this.#scheduler.epochMs + this.#scheduler.nowMs)
    const made = makeTransaction({
      network: this.#params,
      transfer,
      nowMs,
      payloadBytes,
      random,
      forgery: forged ?? null,
    })
    return hostile.includes(node) ? { id: made.id, bytes: encodeBatch([made.bytes]) } : made
  }

  #inflict(fault: Fault): void {
    this.#trace.note(`fault ${JSON.stringify(fault)}`)
    const population = this.#population
    this.#networkWatch.inflicted(fault)
    this.#witness?.inflicted(fault)
    this.#watch.inflicted(fault)
    switch (fault.kind) {
      case 'partition':
        this.#network.partition(fault.groups)
        population.noticeCuts()
        return
      case 'cut':
        this.#network.cut(fault.a, fault.b)
        population.noticeCuts()
        return
      case 'heal':
        this.#network.heal()
        population.redial()
        return
      case 'kill':
        population.kill(fault.node)
        return
      case 'power-cut':
        population.cutPower(fault.node)
        return
      case 'leave':
        population.leave(fault.node)
        return
      case 'reset-view': {
        const member = population.at(fault.node)
        if (!(member instanceof RelayMember)) throw new Error(`node ${fault.node} is a bare router: it has no view`)
        this.#scheduler.schedule(0, () => member.runtime.post({ kind: 'network-reset' }), member.host.process)
        return
      }
      case 'join':
        population.join(fault.node)
        return
      case 'tag': {
        const member = population.at(fault.node)
        if (!(member instanceof RelayMember)) throw new Error(`node ${fault.node} is a bare router: it has no tags`)
        const { key, value } = fault
        this.#scheduler.schedule(0, () => member.runtime.post({ kind: 'tag-set', key, value }), member.host.process)
        return
      }
      case 'forget-pool': {
        const { written } = population.diskOf(fault.node)
        const keys = [...written.keys()].filter((key) => key.startsWith('pool/')).slice(0, fault.count)
        for (const key of keys) written.delete(key)
        return
      }
      case 'restart':
        population.restart(fault.node)
        this.#watch.restarted(fault.node)
        return
      case 'pause':
        population.at(fault.node).host.process.pause()
        return
      case 'resume':
        this.#scheduler.resume(population.at(fault.node).host.process)
        return
      case 'skew':
        population.at(fault.node).host.process.skewMs = fault.skewMs
        return
      case 'slow':
        this.#network.slowDown(fault.node, fault.extraMs)
        return
      case 'lose-messages':
        this.#network.messageLossRate = fault.rate
        return
      default:
        assertNever(fault)
    }
  }

  #report(mesh: Report['mesh'], bytesBefore: number): Report {
    const { nodes, hostile } = this.#scenario
    const honest = Array.from({ length: nodes }, (_, node) => node).filter((node) => !hostile.includes(node))
    const figures = this.#honest.figures(honest)
    const bytes = this.#network.totals.bytes - bytesBefore
    return {
      ...figures,
      digest: this.#trace.digest(),
      traceLines: this.#trace.lines,
      mesh,
      bytesPerMessagePerNode: bytes / nodes / Math.max(1, figures.messages),
      network: this.#network.totals,
      holders: this.#honest.ids().map((id) => this.#honest.holders(id)),
      forgeries: this.#forgeryFigures(),
      pools: this.#poolFigures(),
      greeted: this.#relays().reduce((sum, relay) => sum + relay.greeted(), 0),
      refused: Object.fromEntries(this.#refused),
      connections: this.#population.members.map((member) => member.host.connections.length),
      chain: this.#watch.report((node) => this.#population.diskOf(node)),
      repair: this.#networkWatch.report(),
      virtualMs: this.#scheduler.nowMs,
      tasks: this.#scheduler.tasksRun,
    }
  }

  #meshFigures(): MeshFigures {
    const delays = this.#population.members.flatMap((member) =>
      member.meshPeers().map((peer) => this.#network.latencyMs(member.host.index, this.#population.indexOf(peer))),
    )
    const { nodes } = this.#scenario
    const degree = delays.length / nodes
    return {
      degree,
      latencyMs: delays.reduce((sum, delay) => sum + delay, 0) / Math.max(1, delays.length),
      predictedP50Ms:
        degree > 2 ? floodMedianMs({ nodes, branching: degree - 1, delays: sampledDelays(delays) }) : null,
    }
  }

  #forgeryFigures(): ForgeryFigures {
    const ids = this.#forged.ids()
    const inPools = this.#relays().reduce(
      (sum, { runtime }) =>
        sum + ids.filter((id) => runtime.kernel.machines.transactions.pool.get(asTxId(id)) !== undefined).length,
      0,
    )
    const arrivals = ids.reduce((sum, id) => sum + this.#forged.holders(id).length - 1, 0)
    return {
      published: ids.length,
      taken: arrivals + inPools,
      refusers: this.#refusers.size,
      handedOn: this.#handedOn,
    }
  }

  #poolFigures(): Report['pools'] {
    const relays = this.#relays()
    if (relays.length === 0) return null
    const pools = relays.map(({ runtime }) => {
      runtime.kernel.invariants()
      const { pool } = runtime.kernel.machines.transactions
      return { fingerprint: pool.fingerprint(), count: pool.count }
    })
    return {
      different: new Set(pools.map(({ fingerprint }) => fingerprint)).size,
      smallest: Math.min(...pools.map(({ count }) => count)),
      largest: Math.max(...pools.map(({ count }) => count)),
    }
  }

  /** Whether a node gives what it shows. */
  #isHonest(node: number): boolean {
    return this.#scenario.chain?.withholding?.nodes.includes(node) !== true
  }

  #honestRelays(): readonly RelayMember[] {
    return this.#relays().filter(({ host }) => this.#isHonest(host.index))
  }

  #relays(): readonly RelayMember[] {
    return this.#population.members.filter(
      (member): member is RelayMember =>
        member instanceof RelayMember &&
        member.host.process.state !== 'dead' &&
        this.#population.isPresent(member.host.index),
    )
  }

  /** What a witness may look at. */
  #view(): WorldView {
    const running = (): readonly RelayMember[] => this.#relays().filter(({ host }) => host.process.state === 'running')
    return {
      nodes: () =>
        running().map(({ host, runtime }) => ({
          node: host.index,
          head: runtime.kernel.machines.shared.announced.hash,
          pool: runtime.kernel.machines.transactions.pool.fingerprint(),
          bytesReceived: this.#population.bytesReceived(host.index),
        })),
      holdings: () =>
        running().map(({ host, runtime }) => {
          const { pool } = runtime.kernel.machines.transactions
          const chain = this.#watch.transactionsOn(this.#population.diskOf(host.index))
          return { node: host.index, has: (id) => chain.has(id) || pool.has(asTxId(id)) }
        }),
      notSeeingDead: (node) => {
        const peer = asPeerId(this.#population.at(node).host.peerId.toString())
        return running()
          .filter(({ host }) => host.index !== node)
          .flatMap(({ host, runtime }) =>
            runtime.kernel.machines.members.membership.stateOf(peer) === 'dead' ? [] : [host.index],
          )
      },
      indexOf: (peer) => this.#population.indexOf(peer),
      later: (ms, run) => void this.#scheduler.schedule(ms, run, null),
      nowMs: () => this.#scheduler.nowMs - this.#scenario.warmUpMs,
    }
  }
}
