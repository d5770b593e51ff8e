/**
 * Watches repair and membership of all relays of a simulation. It looks on, ten times a second, and changes nothing.
 */
import { asPeerId, type PeerId } from '../domain/ids.ts'
import type { ApiEvent } from '../domain/views.ts'
import type { Fact } from '../kernel/shared/fact.ts'
import type { MemberStateView } from '../domain/views.ts'
import type { Compared, NetworkReport } from './network-report.ts'
import type { RelayMember } from './relay-member.ts'
import type { Fault, Scenario } from './scenario.ts'
import type { Scheduler } from './scheduler.ts'

const LOOK_MS = 100
const NOTHING: Compared = { sessions: 0, bytes: 0, largestBytes: 0, largestDifference: 0, mostRounds: 0 }

/** What all others, or for a new view the node itself, shall know after a fault. */
const NOTICED: Readonly<Partial<Record<Fault['kind'], NetworkReport['noticed'][number]['kind']>>> = {
  kill: 'dead',
  'power-cut': 'dead',
  leave: 'left',
  restart: 'alive',
  'reset-view': 'view',
}

type Comparison = Extract<Fact, { kind: 'sets-compared' }>

interface Expectation {
  readonly kind: NetworkReport['noticed'][number]['kind']
  readonly node: number
  readonly sinceMs: number
  afterMs: number | null
  isOpen: boolean
}

export class NetworkWatch {
  readonly #scenario: Scenario
  readonly #scheduler: Scheduler
  readonly #relays: () => readonly RelayMember[]
  readonly #peerOf: (node: number) => PeerId
  readonly #bytes: () => number
  readonly #isDead: (peer: string) => boolean
  #expectations: Expectation[] = []
  readonly #compared = { transactions: NOTHING, records: NOTHING }
  readonly #calmMs: number
  #calmBytes = 0
  #poolsEqualMs: number | null = null
  #wronglyDead = 0
  #suspected = 0

  /**
   * @param options.isDead whether the process of this peer id has ended; @param options.bytes sent so far by everybody
   */
  constructor(options: {
    scenario: Scenario
    scheduler: Scheduler
    relays: () => readonly RelayMember[]
    peerOf: (node: number) => string
    isDead: (peer: string) => boolean
    bytes: () => number
  }) {
    const { scenario, scheduler } = options
    this.#scenario = scenario
    this.#scheduler = scheduler
    this.#relays = options.relays
    this.#peerOf = (node) => asPeerId(options.peerOf(node))
    this.#isDead = options.isDead
    this.#bytes = options.bytes
    // Pools that are empty are equal too: the last transaction has been handed in.
    const happenings = [...scenario.faults, ...scenario.publications]
    this.#calmMs = scenario.warmUpMs + Math.max(0, ...happenings.map(({ atMs }) => atMs))
    if (!scenario.watchesNetwork) return
    scheduler.schedule(this.#calmMs, () => (this.#calmBytes = this.#bytes()), null)
    this.#lookLater()
  }

  event({ topic, event, data }: ApiEvent): void {
    if (topic !== 'network') return
    if (event === 'compared') this.#sum(data as Comparison)
    if (event === 'dead' && !this.#isDead((data as { peerId: string }).peerId)) this.#wronglyDead++
    if (event === 'suspect' && !this.#isDead((data as { peerId: string }).peerId)) this.#suspected++
  }

  /** A fault has just been inflicted. */
  inflicted(fault: Fault): void {
    const kind = NOTICED[fault.kind]
    if (kind !== undefined && 'node' in fault) this.#expect(kind, fault.node)
  }

  /** Null where the scenario does not ask for it. */
  report(): NetworkReport | null {
    if (!this.#scenario.watchesNetwork) return null
    const relays = this.#relays()
    const digests = new Map<string, number>()
    for (const { runtime } of relays) {
      const digest = runtime.kernel.machines.members.membership.digest()
      digests.set(digest, (digests.get(digest) ?? 0) + 1)
    }
    const seconds = (this.#scheduler.nowMs - this.#calmMs) / 1_000
    return {
      noticed: this.#expectations.map(({ kind, node, afterMs }) => ({ kind, node, afterMs })),
      wronglyDead: this.#wronglyDead,
      suspected: this.#suspected,
      poolsEqualAfterMs: this.#poolsEqualMs === null ? null : Math.round(this.#poolsEqualMs - this.#calmMs),
      viewAgreement: Math.max(0, ...digests.values()) / Math.max(1, relays.length),
      smallestView: Math.min(...relays.map(({ runtime }) => runtime.kernel.machines.members.membership.records.size)),
      compared: this.#compared,
      bytesPerSecondPerNode: Math.round((this.#bytes() - this.#calmBytes) / Math.max(1, relays.length) / seconds),
      components: componentsOf(relays),
    }
  }

  #expect(kind: Expectation['kind'], node: number): void {
    // What was expected of it before, nobody can see any more.
    this.#expectations = this.#expectations.filter((earlier) => earlier.node !== node || !earlier.isOpen)
    this.#expectations.push({ kind, node, sinceMs: this.#scheduler.nowMs, afterMs: null, isOpen: true })
  }

  #lookLater(): void {
    this.#scheduler.schedule(
      LOOK_MS,
      () => {
        this.#look()
        this.#lookLater()
      },
      null,
    )
  }

  #look(): void {
    const { nowMs } = this.#scheduler
    const relays = this.#relays().filter(({ host }) => host.process.state === 'running')
    for (const expectation of this.#expectations) {
      if (!expectation.isOpen || !this.#holds(expectation, relays)) continue
      expectation.isOpen = false
      expectation.afterMs = Math.round(nowMs - expectation.sinceMs)
    }
    if (this.#poolsEqualMs !== null || nowMs < this.#calmMs) return
    if (new Set(relays.map(({ runtime }) => runtime.kernel.machines.transactions.pool.fingerprint())).size === 1)
      this.#poolsEqualMs = nowMs
  }

  #holds({ kind, node, sinceMs }: Expectation, relays: readonly RelayMember[]): boolean {
    if (kind === 'view') {
      const self = relays.find(({ host }) => host.index === node)
      return (
        self !== undefined &&
        relays.every(({ host }) => host.index === node || isSeen(self, this.#peerOf(host.index), 'alive'))
      )
    }
    const bornMs = kind === 'alive' ? this.#scheduler.epochMs + sinceMs : 0
    return relays.every(({ host }, at) => {
      const relay = relays[at] as RelayMember
      return host.index === node || isSeen(relay, this.#peerOf(node), kind, bornMs)
    })
  }

  #sum({ set, need, have, bytes, rounds }: Comparison): void {
    if (this.#scheduler.nowMs < this.#calmMs) return
    const before = this.#compared[set]
    this.#compared[set] = {
      sessions: before.sessions + 1,
      bytes: before.bytes + bytes,
      largestBytes: Math.max(before.largestBytes, bytes),
      largestDifference: Math.max(before.largestDifference, need + have),
      mostRounds: Math.max(before.mostRounds, rounds),
    }
  }
}

/** Whether a relay sees a peer in a state, by a record that is not older than `bornMs`. */
function isSeen({ runtime }: RelayMember, peer: PeerId, state: MemberStateView, bornMs = 0): boolean {
  const { membership } = runtime.kernel.machines.members
  return membership.stateOf(peer) === state && (membership.records.get(peer)?.incarnation ?? 0) >= Math.floor(bornMs)
}

function componentsOf(relays: readonly RelayMember[]): number {
  const left = new Map(relays.map((relay) => [relay.host.index, relay]))
  let components = 0
  for (const start of relays) {
    if (!left.delete(start.host.index)) continue
    components++
    const frontier = [start]
    for (let relay = frontier.pop(); relay !== undefined; relay = frontier.pop()) {
      for (const { remoteIndex } of relay.host.connections) {
        const next = left.get(remoteIndex)
        if (next === undefined) continue
        left.delete(remoteIndex)
        frontier.push(next)
      }
    }
  }
  return components
}
