/** The members of a simulated network: making them, killing them, starting them again, and connecting them. */
import { messageIdsOf } from '../adapters/libp2p/gossip-options.ts'
import { ACQUAINTED_MS, acquaint, recordsOf } from './acquaintance.ts'
import { RecordGate } from './record-gate.ts'
import { networkIdOf, type NetworkParams } from '../domain/params.ts'
import { sha256Hex } from '../lib/hash.ts'
import type { Prng } from '../lib/prng.ts'
import { addressOf, nodeKey, SimHost } from './host.ts'
import type { Member, MemberObserver } from './member.ts'
import type { Network, Station } from './network.ts'
import { RelayMember } from './relay-member.ts'
import { RouterMember } from './router-member.ts'
import type { Scenario } from './scenario.ts'
import { SimProcess, type Scheduler } from './scheduler.ts'
import { SameBytes } from './same-bytes.ts'
import type { SharedWire } from './sim-gossip.ts'
import { sharedRecordReader } from './shared-records.ts'
import type { SharedVerifier } from './shared-verifier.ts'
import { validatorKeys } from './sim-network.ts'
import { SimDisk } from './sim-store.ts'
import { edgesOf, type Edge } from './topology.ts'
import { Conspiracy } from './withholder.ts'

/**
 * How long after a cut both ends notice that the other one is gone, ms: two unanswered keep-alives of the node would
 * take longer.
 */
const CUT_NOTICED_MS = 5_000
/** Between a node's goodbye and its end, as in production. */
const GOODBYE_MS = 100
/** Bare routers have nobody who redials for them: the world does so within this time after a heal or a restart, ms. */
const REDIAL_WITHIN_MS = 1_000

type PrivateKey = Awaited<ReturnType<typeof nodeKey>>

/** What remains of a node when its process is gone. */
interface Place {
  readonly station: Station
  readonly key: PrivateKey
  readonly disk: SimDisk
  member: Member
  starts: number
  /** Whether it has been started at all. */
  isPresent: boolean
}

export class Population {
  readonly #scenario: Scenario
  readonly #scheduler: Scheduler
  readonly #network: Network
  readonly #params: NetworkParams
  readonly #random: Prng
  readonly #verifier: SharedVerifier
  readonly #observerOf: (node: number) => MemberObserver
  readonly #edges: readonly Edge[]
  readonly #recordGate: RecordGate
  readonly #wire: SharedWire
  readonly #conspiracy: Conspiracy | null
  readonly #places: Place[] = []
  readonly #byAddress = new Map<string, number>()
  readonly #byPeer = new Map<string, number>()

  private constructor(options: PopulationOptions) {
    this.#scenario = options.scenario
    this.#scheduler = options.scheduler
    this.#network = options.network
    this.#params = options.params
    this.#random = options.random
    this.#verifier = options.verifier
    this.#observerOf = options.observerOf
    const { topology, nodes, degree, edges, chain } = options.scenario
    this.#conspiracy =
      chain?.withholding === undefined
        ? null
        : new Conspiracy(options.params, chain.withholding, options.random.child('withholding'))
    this.#wire = {
      ids: messageIdsOf(networkIdOf(options.params)),
      sameBytes: new SameBytes(),
      readRecord: sharedRecordReader(),
    }
    this.#recordGate = new RecordGate(!options.scenario.stands)
    this.#edges = edges ?? edgesOf(topology, nodes, degree, options.random.child('topology'))
  }

  /** Makes all members; none has started. */
  static async create(options: PopulationOptions): Promise<Population> {
    const population = new Population(options)
    for (let index = 0; index < options.scenario.nodes; index++) population.#settle(index, await nodeKey(index))
    return population
  }

  get members(): readonly Member[] {
    return this.#places.map((place) => place.member)
  }

  /** The member at a number. */
  at(node: number): Member {
    return this.#place(node).member
  }

  /** Bytes that a node received so far. */
  bytesReceived(node: number): number {
    return this.#place(node).station.bytesReceived
  }

  /** What a node's disk holds, whether it runs or not. */
  diskOf(node: number): SimDisk {
    return this.#place(node).disk
  }

  /** Questions for bodies that those who keep them back have had, by block. */
  get bodiesAskedInVain(): number {
    return this.#conspiracy?.bodiesAsked ?? 0
  }

  /** Whom a peer id names; -1: nobody. */
  indexOf(peer: string): number {
    return this.#byPeer.get(peer) ?? -1
  }

  /** Whether a node has been started, whatever became of it. */
  isPresent(node: number): boolean {
    return this.#place(node).isPresent
  }

  /** All members that are not absent start now, and connect. */
  start(): void {
    if (this.#scenario.stands) this.#scheduler.schedule(ACQUAINTED_MS, () => this.#acquaintAll(), null)
    for (const { member, isPresent } of this.#places) if (isPresent) this.#launch(member)
    for (const edge of this.#edges) if (edge.every((node) => this.isPresent(node))) this.#dial(edge, 0)
  }

  #acquaintAll(): void {
    const relays = this.#places
      .filter(({ isPresent }) => isPresent)
      .flatMap(({ member }) => (member instanceof RelayMember ? [member] : []))
    const records = recordsOf(relays)
    this.#recordGate.open()
    for (const relay of relays) this.#scheduler.schedule(0, () => acquaint(relay, records), relay.host.process)
  }

  /** A node that was absent starts, and connects. */
  join(node: number): void {
    const place = this.#place(node)
    place.isPresent = true
    this.#launch(place.member)
    for (const edge of this.#edges) if (edge[0] === node) this.#dial(edge, 0)
  }

  /** As SIGKILL: the peers' connections reset. */
  kill(node: number): void {
    const { host } = this.at(node)
    host.process.kill()
    host.vanish(this.members.map((member) => member.host))
  }

  /** Stops in good order: it says goodbye first. */
  leave(node: number): void {
    const { member } = this.#place(node)
    if (!(member instanceof RelayMember)) throw new Error(`node ${node} is a bare router, which cannot say goodbye`)
    const { process } = member.host
    this.#scheduler.schedule(0, () => member.runtime.leave(), process)
    // Ended by the world: a process's own end would be one of its tasks.
    this.#scheduler.schedule(GOODBYE_MS, () => this.kill(node), null)
  }

  /** Unsynced writes are lost, and the peers notice only that nothing comes any more. */
  cutPower(node: number): void {
    const { member, disk } = this.#place(node)
    member.host.process.kill()
    disk.cutPower()
    const hosts = this.members.map(({ host }) => host)
    this.#scheduler.schedule(CUT_NOTICED_MS, () => member.host.vanish(hosts), null)
  }

  /** A new process on the same disk, under the same key and address. */
  restart(node: number): void {
    const place = this.#place(node)
    place.starts++
    place.station.process = this.#createProcess(node, place.starts)
    place.member = this.#createMember(node, place)
    this.#launch(place.member)
    for (const edge of this.#edges) if (edge.includes(node)) this.#dial(edge, this.#redialDelay())
  }

  /** After a cut: connections over which nothing passes any more end on both sides when that is noticed. */
  noticeCuts(): void {
    this.#scheduler.schedule(
      CUT_NOTICED_MS,
      () => {
        for (const { host } of this.members) {
          for (const connection of host.connections) {
            if (this.#network.reaches(host.index, connection.remoteIndex)) continue
            this.#scheduler.schedule(0, () => connection.terminate(), host.process)
          }
        }
      },
      null,
    )
  }

  /** After a heal: bare routers dial again whom they dialled; relays do so by themselves. */
  redial(): void {
    for (const edge of this.#edges) this.#dial(edge, this.#redialDelay())
  }

  #settle(index: number, key: PrivateKey): void {
    const process = this.#createProcess(index, 0)
    const station = this.#network.createStation(index, process)
    const isPresent = !this.#scenario.absent.includes(index)
    const place = { station, key, disk: new SimDisk(), starts: 0, isPresent }
    const member = this.#createMember(index, place)
    this.#places.push({ ...place, member })
    this.#byAddress.set(member.host.address.toString(), index)
    this.#byPeer.set(member.host.peerId.toString(), index)
  }

  #createProcess(index: number, starts: number): SimProcess {
    return new SimProcess(`node-${index}`, this.#random.child(`node/${index}/${starts}`))
  }

  #createMember(index: number, place: Omit<Place, 'member'>): Member {
    const scheduler = this.#scheduler
    const host = new SimHost({
      index,
      privateKey: place.key,
      process: place.station.process,
      station: place.station,
      scheduler,
      network: this.#network,
    })
    const { eagerOnly } = this.#scenario
    const shared = { host, scheduler, eagerOnly, wire: this.#wire, observer: this.#observerOf(index) }
    if (!this.#isRelay(index)) {
      return new RouterMember({ ...shared, networkId: networkIdOf(this.#params), idOf: sha256Hex })
    }
    return new RelayMember({
      ...shared,
      routes: this.#scenario.routes,
      network: this.#params,
      validator: this.#makesBlocks(index) ? validatorKeys(index) : null,
      conspiracy: this.#withholds(index) ? this.#conspiracy : null,
      store: place.disk.open((ms, callback) => void scheduler.schedule(ms, callback, host.process)),
      discovers: this.#scenario.discovers,
      recordGate: this.#recordGate,
      verifier: this.#verifier.forNode(),
      bootstrap: this.#edges.filter(([dialler]) => dialler === index).map(([, listener]) => addressOf(listener)),
      find: (address) => this.#hostAt(address),
    })
  }

  #isRelay(index: number): boolean {
    return this.#scenario.member === 'relay' && !this.#scenario.hostile.includes(index)
  }

  #withholds(index: number): boolean {
    return this.#scenario.chain?.withholding?.nodes.includes(index) === true
  }

  #makesBlocks(index: number): boolean {
    const { chain } = this.#scenario
    if (chain?.validators.includes(index) !== true) return false
    return !this.#withholds(index) || chain.withholding?.works === true
  }

  #hostAt(address: string): SimHost | undefined {
    const index = this.#byAddress.get(address)
    return index === undefined ? undefined : this.at(index).host
  }

  #launch(member: Member): void {
    this.#scheduler.schedule(0, () => member.start(), member.host.process)
  }

  /** For diallers that are bare routers: relays dial by themselves. */
  #dial([from, to]: Edge, delayMs: number): void {
    if (this.#isRelay(from)) return
    const { host } = this.at(from)
    // A dial that fails is a connection less, as anywhere.
    this.#scheduler.schedule(delayMs, () => void host.dial(this.at(to).host).catch(() => undefined), host.process)
  }

  #redialDelay(): number {
    return this.#random.next() * REDIAL_WITHIN_MS
  }

  #place(node: number): Place {
    const place = this.#places[node]
    if (place === undefined) throw new Error(`there is no node ${node}: nodes count from 0`)
    return place
  }
}

export interface PopulationOptions {
  readonly scenario: Scenario
  readonly scheduler: Scheduler
  readonly network: Network
  readonly params: NetworkParams
  readonly random: Prng
  readonly verifier: SharedVerifier
  readonly observerOf: (node: number) => MemberObserver
}
