/**
 * One simulated libp2p host: identity, address, protocols, connections, and the six components that gossipsub is made
 * of. What it leaves out of libp2p (handshakes, identify's contents, multiplexer windows) it keeps as time.
 */
import type { GossipSubComponents } from '@chainsafe/libp2p-gossipsub'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Logger, PeerId, PrivateKey, StreamHandler, Topology } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { sha256Of } from '../lib/hash.ts'
import { utf8 } from '../lib/bytes.ts'
import { SimConnection, type ConnectionHost } from './connection.ts'
import type { Network, Station } from './network.ts'
import type { Scheduler, SimProcess } from './scheduler.ts'

/** Setting a connection up costs TCP's, TLS's and the multiplexer's round trip. */
const HANDSHAKE_ROUND_TRIPS = 3
/** How long a dial waits for an answer, ms: libp2p's default. */
const DIAL_DEADLINE_MS = 10_000
/** When TCP sends its first packet again while nothing comes back, ms after the dial: Linux waits 1, 2 and 4 s. */
const SYN_RETRIES_MS = [1_000, 3_000, 7_000]
/** Of a simulated address; nothing listens there. */
const PORT = 4001

/** Whom a host admits; asked synchronously. */
export interface Gate {
  admitsAddress(ip: string): boolean
  admitsPeer(peer: PeerId): boolean
}

type ConnectionCallback = (connection: SimConnection) => void

export class SimHost implements ConnectionHost {
  readonly index: number
  readonly peerId: PeerId
  readonly process: SimProcess
  readonly station: Station
  readonly ip: string
  readonly address: Multiaddr
  readonly components: GossipSubComponents
  gate: Gate = { admitsAddress: () => true, admitsPeer: () => true }
  readonly #scheduler: Scheduler
  readonly #network: Network
  readonly #handlers = new Map<string, StreamHandler>()
  readonly #topologies = new Map<string, { protocol: string; topology: Topology }>()
  readonly #connections = new Map<number, SimConnection>()
  readonly #dials = new Map<number, Promise<SimConnection>>()
  readonly #openCallbacks: ConnectionCallback[] = []
  readonly #identifyCallbacks: ConnectionCallback[] = []
  readonly #closeCallbacks: ConnectionCallback[] = []
  #registered = 0

  constructor(options: {
    index: number
    privateKey: PrivateKey
    process: SimProcess
    station: Station
    scheduler: Scheduler
    network: Network
  }) {
    this.index = options.index
    this.peerId = peerIdFromPrivateKey(options.privateKey)
    this.process = options.process
    this.station = options.station
    this.ip = ipOf(options.index)
    this.address = multiaddr(addressOf(options.index))
    this.#scheduler = options.scheduler
    this.#network = options.network
    this.components = this.#createComponents(options.privateKey)
  }

  get connections(): readonly SimConnection[] {
    return [...this.#connections.values()]
  }

  connectionTo(peer: string): SimConnection | undefined {
    return this.connections.find((connection) => connection.remotePeer.toString() === peer)
  }

  handlerOf(protocol: string): StreamHandler | undefined {
    return this.#handlers.get(protocol)
  }

  handle(protocol: string, handler: StreamHandler): void {
    this.#handlers.set(protocol, handler)
  }

  onOpen(callback: ConnectionCallback): void {
    this.#openCallbacks.push(callback)
  }

  /** The peer's protocols are known. */
  onIdentify(callback: ConnectionCallback): void {
    this.#identifyCallbacks.push(callback)
  }

  onClose(callback: ConnectionCallback): void {
    this.#closeCallbacks.push(callback)
  }

  /**
   * Connects with another host, or finds the connection that is there. Rejects when refused, unreachable or too late.
   */
  async dial(target: SimHost): Promise<SimConnection> {
    const existing = this.#connections.get(target.index)
    if (existing !== undefined) return existing
    // Whoever of the two began wins: both ends may dial at once.
    const underway = this.#dials.get(target.index) ?? target.#dials.get(this.index)
    if (underway !== undefined) {
      await underway
      return this.#connections.get(target.index) ?? this.dial(target)
    }
    const dialling = this.#handshake(target).finally(() => this.#dials.delete(target.index))
    this.#dials.set(target.index, dialling)
    return dialling
  }

  closed(connection: SimConnection): void {
    if (this.#connections.get(connection.remoteIndex) !== connection) return
    this.#connections.delete(connection.remoteIndex)
    for (const { topology } of this.#topologies.values()) void topology.onDisconnect?.(connection.remotePeer)
    for (const callback of this.#closeCallbacks) callback(connection)
  }

  /**
   * What the peers of a killed process see: their ends of these connections reset, a latency later; ones that came
   * since do not.
   */
  vanish(hosts: readonly SimHost[]): void {
    for (const connection of this.connections) {
      const peer = hosts[connection.remoteIndex]
      if (peer === undefined) continue
      const { far } = connection
      this.#scheduler.schedule(this.#network.latencyMs(this.index, peer.index), () => far.terminate(), peer.process)
    }
  }

  /**
   * Three round trips; the gates are asked where libp2p asks them: the address at the first packet, the peer when it is
   * proven.
   */
  #handshake(target: SimHost, attempt = 0): Promise<SimConnection> {
    const { promise, resolve, reject } = Promise.withResolvers<SimConnection>()
    const rtt = 2 * this.#network.latencyMs(this.index, target.index)
    const later = (delayMs: number, process: SimProcess, run: () => void): void => {
      this.#scheduler.schedule(delayMs, run, process)
    }
    const refuse = (afterMs: number, reason: string): void =>
      later(afterMs, this.process, () => reject(new Error(reason)))
    refuse(DIAL_DEADLINE_MS, 'the dial took too long')
    if (!this.#network.reaches(this.index, target.index)) {
      const afterMs = SYN_RETRIES_MS[attempt]
      if (afterMs !== undefined)
        later(afterMs - (SYN_RETRIES_MS[attempt - 1] ?? 0), this.process, () => {
          this.#handshake(target, attempt + 1).then(resolve, reject)
        })
      return promise
    }
    if (target.process.state === 'dead') {
      refuse(rtt, 'connection refused')
      return promise
    }
    later(rtt / 2, target.process, () => {
      if (!target.gate.admitsAddress(this.ip)) {
        refuse(rtt / 2, 'connection reset')
        return
      }
      later((HANDSHAKE_ROUND_TRIPS - 1) * rtt, target.process, () => {
        if (!this.#network.reaches(this.index, target.index) || this.process.state === 'dead') return
        if (!target.gate.admitsPeer(this.peerId)) {
          refuse(rtt / 2, 'the peer refused the connection')
          return
        }
        const [near, far] = this.#join(target)
        target.#opened(far, rtt)
        // Whoever dies before it hears of the connection leaves none: its system answers the next packet with a reset.
        later(rtt, target.process, () => {
          if (this.process.state === 'dead') far.terminate()
        })
        later(rtt / 2, this.process, () => {
          if (this.gate.admitsPeer(target.peerId)) {
            this.#opened(near, rtt)
            resolve(near)
          } else {
            near.abort()
            reject(new Error('this node refuses the peer'))
          }
        })
      })
    })
    return promise
  }

  #join(target: SimHost): [SimConnection, SimConnection] {
    const out = this.#network.openChannel(this.station, target.station)
    const back = this.#network.openChannel(target.station, this.station)
    const id = `${this.index}-${target.index}@${this.#scheduler.nowMs}`
    const shared = { id, network: this.#network, log: silentLogger() }
    const near = new SimConnection({
      ...shared,
      host: this,
      out,
      remotePeer: target.peerId,
      remoteAddr: target.address,
      direction: 'outbound',
    })
    const far = new SimConnection({
      ...shared,
      host: target,
      out: back,
      remotePeer: this.peerId,
      remoteAddr: this.address,
      direction: 'inbound',
    })
    SimConnection.join(near, far)
    return [near, far]
  }

  #opened(connection: SimConnection, rttMs: number): void {
    this.#connections.set(connection.remoteIndex, connection)
    for (const callback of this.#openCallbacks) callback(connection)
    // Identify, a round trip later, is what tells the topologies.
    this.#scheduler.schedule(
      rttMs,
      () => {
        if (connection.status !== 'open') return
        for (const callback of this.#identifyCallbacks) callback(connection)
        for (const { protocol, topology } of this.#topologies.values()) {
          if (connection.farHandles(protocol)) void topology.onConnect?.(connection.remotePeer, connection.asConnection)
        }
      },
      this.process,
    )
  }

  /**
   * Gossipsub's components. Of their interfaces it uses these methods alone; a call of another one fails and says its
   * name.
   */
  #createComponents(privateKey: PrivateKey): GossipSubComponents {
    const registrar = {
      handle: async (protocol: string, handler: StreamHandler) => this.handle(protocol, handler),
      unhandle: async (protocol: string) => void this.#handlers.delete(protocol),
      register: async (protocol: string, topology: Topology) => {
        const id = `topology-${this.#registered++}`
        this.#topologies.set(id, { protocol, topology })
        return id
      },
      unregister: (id: string) => void this.#topologies.delete(id),
      getTopologies: () => [],
    }
    const peerStore = {
      merge: async () => undefined,
      get: async () => ({}),
      consumePeerRecord: async () => false,
    }
    const connectionManager = {
      getConnections: () => this.connections.map((connection) => connection.asConnection),
      openConnection: async () => Promise.reject(new Error('gossipsub dials nobody here: peer exchange is off')),
    }
    return {
      privateKey,
      peerId: this.peerId,
      registrar,
      peerStore,
      connectionManager,
      logger: { forComponent: silentLogger },
    } as unknown as GossipSubComponents
  }
}

/** The key of node `index`, the same in every simulation: what differs between two seeds is then not the names. */
export async function nodeKey(index: number): Promise<PrivateKey> {
  return generateKeyPairFromSeed('Ed25519', sha256Of([utf8(`hearsay/sim/node/${index}`)]))
}

/** The multiaddr of node `index`. */
export function addressOf(index: number): string {
  return `/ip4/${ipOf(index)}/tcp/${PORT}`
}

/** Every node has an address of its own in 10.0.0.0/8. */
function ipOf(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
}

function silentLogger(): Logger {
  const log = Object.assign(() => undefined, { error: () => undefined, trace: () => undefined, enabled: false })
  return Object.assign(log, { newScope: silentLogger })
}
