/**
 * A member that is the whole node: kernel, runtime and the production adapters for gossip and requests, on a simulated
 * host.
 */
import { createSigner } from '../adapters/crypto/signer.ts'
import { createRequests } from '../adapters/libp2p/requests.ts'
import { asNetAddress, asPeerId, type AccountId, type PeerId } from '../domain/ids.ts'
import { networkIdOf, type NetworkParams } from '../domain/params.ts'
import type { PropagationRecord } from '../domain/propagation.ts'
import type { ApiEvent } from '../domain/views.ts'
import { Kernel } from '../kernel/kernel.ts'
import type { Clock } from '../node/clock.ts'
import { Observer, type Journal } from '../node/observe.ts'
import { Runtime } from '../node/runtime.ts'
import type { SignatureVerifier } from '../ports/signature-verifier.ts'
import type { Store } from '../ports/store.ts'
import type { RecordGate } from './record-gate.ts'
import type { SimHost } from './host.ts'
import type { Member, MemberObserver } from './member.ts'
import type { Scheduler } from './scheduler.ts'
import { simClock } from './sim-clock.ts'
import { SimConnections } from './sim-connections.ts'
import { createSimGossip, type SharedWire, type SimGossip } from './sim-gossip.ts'
import { Withholder, type Conspiracy } from './withholder.ts'

export interface RelayOptions {
  readonly host: SimHost
  readonly network: NetworkParams
  readonly wire: SharedWire
  /** With whose key it makes blocks; null: it makes none. */
  readonly validator: { readonly id: AccountId; readonly secret: Uint8Array } | null
  readonly scheduler: Scheduler
  readonly store: Store
  readonly verifier: SignatureVerifier
  /** Addresses that it dials and keeps dialling. */
  readonly bootstrap: readonly string[]
  /** Whether it looks for peers by itself. */
  readonly discovers: boolean
  /** What keeps its records back while a network starts that shall have stood. */
  readonly recordGate: RecordGate
  readonly eagerOnly: boolean
  readonly routes: boolean
  readonly find: (address: string) => SimHost | undefined
  readonly observer: MemberObserver
  /** With whom it shows what it does not give; null for an honest one. */
  readonly conspiracy: Conspiracy | null
}

const NO_METER = { count: () => undefined, observe: () => undefined }

export class RelayMember implements Member {
  readonly host: SimHost
  readonly runtime: Runtime
  readonly clock: Clock
  readonly #options: RelayOptions
  readonly #gossip: SimGossip
  readonly #connections: SimConnections

  constructor(options: RelayOptions) {
    const { host, network, scheduler } = options
    this.#options = options
    this.host = host
    const name = `node-${host.index}`
    const clock = simClock(scheduler, host.process)
    this.clock = clock
    const observer = new Observer({ name, clock, meter: NO_METER, journal: failingJournal(scheduler, name) })
    observer.events.subscribe(['propagation'], (event) => report(event, options.observer))
    observer.events.subscribe(['transactions', 'peers', 'blocks', 'network'], (event) =>
      options.observer.onEvent(event),
    )
    const kernel = new Kernel({
      network,
      profile: 'node',
      name,
      self: asPeerId(host.peerId.toString()),
      bootstrap: options.bootstrap.map(asNetAddress),
      agentVersion: 'hearsay/simulated',
      discovers: options.discovers,
      observes: true,
      readRecord: options.wire.readRecord,
      validator: options.validator?.id ?? null,
      chance: () => host.process.random.next(),
    })
    this.runtime = new Runtime({ kernel, clock, observer })
    const { gossipListener, connectionsListener, gatekeeper } = this.runtime
    this.#gossip = createSimGossip({ ...options, networkId: networkIdOf(network), listener: gossipListener })
    this.#connections = new SimConnections({
      ...options,
      listener: connectionsListener,
      gatekeeper,
      onLeaving: (peer) => this.#gossip.gossip.mute(peer),
    })
  }

  start(): void {
    void this.#start()
  }

  publish(bytes: Uint8Array): void {
    void this.runtime.submit([bytes]).then((results) => {
      for (const result of results) this.#options.observer.onAnswer(result)
    })
  }

  meshPeers(): readonly string[] {
    return this.#gossip.gossip.meshOf('transactions').mesh
  }

  /** Connected peers that have said hello. */
  greeted(): number {
    const { table: peers } = this.runtime.kernel.machines.peers
    return this.host.connections.filter(
      (connection) => peers.get(asPeerId(connection.remotePeer.toString()))?.greeted === true,
    ).length
  }

  async #start(): Promise<void> {
    const { host, network, scheduler, store, verifier, validator, conspiracy, recordGate } = this.#options
    const requests = createRequests(
      {
        connectionWith: (peer: PeerId) => host.connectionTo(peer)?.asConnection,
        handle: async (protocol, handler) => host.handle(protocol, handler),
      },
      { network: networkIdOf(network), now: () => scheduler.nowMs },
    )
    const { clock, runtime } = this
    const withholder =
      conspiracy === null ? null : new Withholder({ conspiracy, kernel: runtime.kernel, now: () => clock.now() })
    const attached = await this.runtime.attach({
      gossip: recordGate.before(this.#gossip.gossip),
      requests: withholder?.lying(requests) ?? requests,
      connections: this.#connections,
      store,
      verifier,
      identity: createSigner(host.components.privateKey.raw.slice(0, 32)),
      signer: validator === null ? null : createSigner(validator.secret),
    })
    if (!attached.ok) throw new Error(`node-${host.index}: ${attached.message}`)
    await this.#gossip.start()
    await this.runtime.open()
    withholder?.start(this.#gossip.gossip, clock)
  }
}

/** Lines that say that something broke, which nothing may in a simulation that does not ask for it, end the run. */
function failingJournal(scheduler: Scheduler, name: string): Journal {
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (fields, message) => scheduler.fail(new Error(`${name}: ${message} ${JSON.stringify(fields)}`)),
  }
}

function report(event: ApiEvent, observer: MemberObserver): void {
  const { event: kind, id, from, reason } = event.data as PropagationRecord
  switch (kind) {
    case 'DELIVER':
    case 'RECOVERED':
      observer.onFirst(id, from ?? '')
      observer.onCopy(id)
      return
    case 'DUPLICATE':
      observer.onCopy(id)
      return
    case 'REJECT':
    case 'IGNORE':
      observer.onRefused(id, from, reason ?? '')
      return
    case 'PUBLISH':
    case 'FORWARD':
    case 'GRAFT':
    case 'PRUNE':
  }
}
