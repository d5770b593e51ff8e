/**
 * The runtime turns the outside world into events and hands the kernel's effects to `perform`. It decides nothing:
 * order, bounds and fairness of what comes in are all that it adds.
 */
import type { NetAddress, PeerId, TxId } from '../domain/ids.ts'
import { PROTOCOLS, TOPICS, type Topic } from '../domain/protocols.ts'
import type { InvitationOutcome, SurveyOutcome } from '../kernel/shared/effect.ts'
import { type Event, IS_END } from '../kernel/shared/event.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { ConnectionsListener, Direction, Gatekeeper } from '../ports/connections.ts'
import type { SubmitResult } from '../ports/control.ts'
import type { GossipListener } from '../ports/gossip.ts'
import type { Clock } from './clock.ts'
import { Ingress } from './ingress.ts'
import { EVENTS_MAX, INGRESS_WAIT_MAX_MS, PUMP_SLICE_MS } from './limits.ts'
import type { Observer } from './observe.ts'
import { loadChain } from './load-chain.ts'
import { loadSelf } from './load-self.ts'
import { Performer } from './perform.ts'
import type { Ports } from './ports.ts'
import { Waker } from './waker.ts'

export type Attached = { readonly ok: true } | { readonly ok: false; readonly message: string }

export class Runtime {
  readonly kernel: Kernel
  readonly #clock: Clock
  readonly #observer: Observer
  readonly #ingress = new Ingress()
  readonly #events: Event[] = []
  readonly #meshChanged = new Set<Topic>()
  #performer: Performer | null = null
  #waker: Waker | null = null
  #ports: Ports | null = null
  #stepping = false
  #pumping = false
  #stopped = false

  constructor(options: { kernel: Kernel; clock: Clock; observer: Observer }) {
    this.kernel = options.kernel
    this.#clock = options.clock
    this.#observer = options.observer
  }

  /** Who may connect; asked by the connection gater before the ports are attached too. */
  readonly gatekeeper: Gatekeeper = {
    admitsAddress: (ip) => this.kernel.admitsAddress(ip, this.#clock.now()),
    admitsPeer: (peer) => this.kernel.admitsPeer(peer, this.#clock.now()),
  }

  readonly gossipListener: GossipListener = {
    onMessage: ({ topic, bytes, from, messageId }) => {
      this.#observer.raised(messageId, topic)
      const arrivedMonoMs = this.#clock.now().monoMs
      for (const without of this.#ingress.push({ topic, bytes, from, messageId, arrivedMonoMs }))
        this.post({
          kind: 'gossip-shed',
          topic: without.topic,
          bytes: without.bytes,
          from: without.from,
          messageId: without.messageId,
          reason: 'full',
        })
      this.#pumpSoon()
    },
    hasRoom: (peer, ahead) => this.#ingress.hasRoom(peer, ahead),
    onDuplicate: (copy) => {
      this.#observer.duplicate(copy)
    },
    onArrival: ({ topic, messages, fate }) => {
      this.#observer.conservation.arrived(topic, messages, fate)
    },
    onMalformed: (from, what) => {
      this.#observer.malformed(what)
      this.post({ kind: 'malformed-received', from, what })
    },
    onUnheard: (from, messages, sinceMs) => {
      this.post({ kind: 'unheard', from, messages, sinceMs })
    },
    onMeshChange: (change) => {
      this.#observer.meshChange(change)
      this.#meshChangedSoon(change.topic)
    },
  }

  readonly connectionsListener: ConnectionsListener = {
    onConnect: (peer: PeerId, address: NetAddress, direction: Direction) => {
      this.post({ kind: 'peer-connected', peer, address, direction })
    },
    onDisconnect: (peer) => {
      this.post({ kind: 'peer-disconnected', peer })
      for (const topic of TOPICS) this.#meshChangedSoon(topic)
    },
    onOverwork: (subject, what, ip) => {
      this.#observer.overworked(what)
      this.post({ kind: 'overworked', subject, what, ip })
    },
    onIdentify: (peer, agentVersion, seenAt) => {
      this.#observer.identified(peer, agentVersion, seenAt)
    },
    onMute: (peer, link) => {
      this.#observer.muteLink(peer, link)
    },
    onDeaf: (peer) => {
      this.#observer.deaf(peer)
    },
  }

  /**
   * Reads what the disk holds and serves the request protocols; to be called before the network listens, since peers
   * ask at once.
   */
  async attach(ports: Ports): Promise<Attached> {
    this.#ports = ports
    this.#performer = new Performer({
      ports,
      post: (event) => {
        this.post(event)
      },
      clock: this.#clock,
      observer: this.#observer,
      idle: () => {
        this.#pumpSoon()
      },
    })
    const loaded = await loadChain(ports.store, this.kernel.machines.shared.config.network)
    if (loaded.kind === 'damaged') return { ok: false, message: loaded.message }
    const { lastSignedSlot } = loaded
    this.post({ kind: 'chain-restored', start: loaded.kind === 'loaded' ? loaded.start : null, lastSignedSlot })
    this.post({ kind: 'bans-restored', records: await ports.store.entries('bans') })
    this.post({ kind: 'anchors-restored', records: await ports.store.entries('peers') })
    this.post({ kind: 'invitations-restored', records: await ports.store.entries('invitations') })
    this.post({ kind: 'pool-restored', records: await ports.store.entries('pool') })
    const { observes } = this.kernel.machines.shared.config
    // Every protocol is answered, but for the one that the operator may switch off.
    for (const protocol of PROTOCOLS.filter((name) => name !== 'observe' || observes))
      await ports.requests.serve(protocol, (from, bytes) => this.performer.answer(protocol, from, bytes))
    return { ok: true }
  }

  /**
   * Starts the kernel's clock: from here on it dials.
   * @param vitals `loopDelayMs`: how late the event loop has been of late; `atWake`: called after each wake of the
   *   kernel; `announce`: where others are told to find this node, unless it is where it listens
   */
  async open(vitals?: {
    readonly loopDelayMs: () => number
    readonly atWake: () => void
    readonly announce: readonly NetAddress[] | null
  }): Promise<void> {
    const { store, connections } = this.ports
    this.post({
      kind: 'self-restored',
      ...(await loadSelf(store)),
      addresses: vitals?.announce ?? connections.addresses(),
    })
    this.#waker = new Waker({
      clock: this.#clock,
      sleeper: this.kernel,
      wake: (plannedMs) => {
        this.post({ kind: 'woke', plannedMs, ...(vitals === undefined ? {} : { loopDelayMs: vitals.loopDelayMs() }) })
        vitals?.atWake()
      },
    })
    this.#waker.start()
  }

  /** Ends all that this started; what is under way in ports ends with them. */
  stop(): void {
    this.#stopped = true
    this.#waker?.stop()
  }

  /** Transactions from this node's user; settles when each is durable or refused. */
  submit(items: readonly Uint8Array[]): Promise<readonly SubmitResult[]> {
    this.ports.connections.workFor(null)
    return this.performer.submission((submission) => {
      this.post({ kind: 'transactions-submitted', submission, items })
    })
  }

  /** Invites until then; settles when that is on the disk. @param secretHash SHA-256 of its secret, hex, or null */
  invite(secretHash: string | null, untilMs: number): Promise<InvitationOutcome> {
    return this.performer.invitation((invitation) => {
      this.post({ kind: 'invitation-made', invitation, secretHash, untilMs })
    })
  }

  /** Asks all nodes that can be reached what they saw of these; ends within `waitMs`. */
  survey(ids: readonly TxId[], samples: number, waitMs: number): Promise<SurveyOutcome> {
    return this.performer.survey((survey) => {
      this.post({ kind: 'survey-asked', survey, ids, samples, waitMs })
    })
  }

  /**
   * Hands an event to the kernel and carries out what follows, in order. An event that comes meanwhile waits for its
   * turn.
   */
  post(event: Event): void {
    this.#events.push(event)
    if (this.#stepping) return
    this.#stepping = true
    let isEnd = false
    // What was asked for is our own work, whoever brought the answer.
    const before = IS_END[event.kind] ? this.#ports?.connections.workFor(null) : undefined
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        isEnd ||= IS_END[next.kind]
        for (const effect of this.kernel.step(next, this.#clock.now())) this.#performer?.perform(effect)
      }
    } finally {
      this.#stepping = false
      if (before !== undefined) this.#ports?.connections.resumeWork(before)
    }
    this.#waker?.happened(isEnd)
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      ...this.#ingress.sizes(),
      { name: 'runtime.events', size: this.#events.length, capacity: EVENTS_MAX, unit: 'events' },
      ...(this.#performer?.sizes() ?? []),
    ]
  }

  /** Says goodbye, and gives the router a moment to pass it on. */
  leave(): void {
    this.post({ kind: 'leaving' })
  }

  get ports(): Ports {
    if (this.#ports === null) throw new Error('the runtime was not started')
    return this.#ports
  }

  get performer(): Performer {
    if (this.#performer === null) throw new Error('the runtime was not started')
    return this.#performer
  }

  #pumpSoon(): void {
    if (this.#pumping || this.#stopped || this.#ingress.count === 0) return
    this.#pumping = true
    this.#clock.soon(() => {
      this.#pumping = false
      this.#pump()
    })
  }

  /** Feeds messages to the kernel until the slice is over or a verification takes longer than one. */
  #pump(): void {
    const startMs = this.#clock.now().monoMs
    while (this.performer.verifierIdle) {
      const nowMs = this.#clock.now().monoMs
      const message = this.#ingress.shift(nowMs)
      if (message === undefined) break
      this.ports.connections.workFor(message.from)
      const waitedMs = nowMs - message.arrivedMonoMs
      if (waitedMs > INGRESS_WAIT_MAX_MS) this.post({ kind: 'gossip-shed', ...message, reason: 'late' })
      else {
        this.#observer.taken(message.messageId, nowMs, waitedMs)
        this.post({ kind: 'gossip-received', ...message, waitedMs })
      }
      if (nowMs - startMs >= PUMP_SLICE_MS) break
    }
    this.ports.connections.workFor(null)
    this.ports.gossip.resume()
    if (this.performer.verifierIdle) this.#pumpSoon()
  }

  #meshChangedSoon(topic: Topic): void {
    if (this.#meshChanged.size === 0) {
      this.#clock.soon(() => {
        const topics = [...this.#meshChanged]
        this.#meshChanged.clear()
        if (this.#ports === null || this.#stopped) return
        for (const changed of topics) {
          const { subscribers, mesh } = this.#ports.gossip.meshOf(changed)
          this.post({ kind: 'mesh-changed', topic: changed, subscribers: subscribers.length, mesh: mesh.length })
        }
      })
    }
    this.#meshChanged.add(topic)
  }
}
