/**
 * A node without a node: the control port over plain fields that a test sets, with a ring of events like the real one.
 */
import type {
  AccountProofView,
  AccountView,
  ApiEvent,
  BlockListView,
  BlockView,
  EventTopic,
  EvidenceView,
  HealthView,
  LogView,
  MemoryView,
  NetworkView,
  PropagationView,
  TransactionView,
} from '../../../src/domain/views.ts'
import { encodeInvitation } from '../../../src/domain/codec/invitation-codec.ts'
import { INVITATION_SECRET_BYTES } from '../../../src/domain/invitation.ts'
import { asNetworkId } from '../../../src/domain/ids.ts'
import { peerIdOfKey } from '../../../src/domain/record.ts'
import { diagnose, type DoctorView } from '../../../src/domain/doctor.ts'
import type { Lookup, NodeControl, SubmitResult } from '../../../src/ports/control.ts'

import { SOUND_FACTS } from './sound-facts.ts'

/** What each of `problems` is told as. */
export const PROBLEM = {
  code: 'no-peers',
  weight: 'problem',
  message: '',
  cause: 'a cause',
  next: 'a next step',
} as const

const ZERO_HASH = '0'.repeat(64)

export class FakeControl implements NodeControl {
  /** Every item that was handed in, in order. */
  readonly submitted: Uint8Array[] = []
  /** The answer to an item; accepted unless set. */
  onSubmit: (item: Uint8Array, index: number) => SubmitResult | Promise<SubmitResult> = () => ({
    kind: 'accepted',
    id: 'a'.repeat(64),
    state: 'pending',
  })
  problems: string[] = []
  startedAt = 1_700_000_000_000
  lookups = new Map<string, Lookup<TransactionView>>()
  observed = new Map<string, Awaited<ReturnType<NodeControl['observations']>>>()
  /** Whether it answers for itself where `observed` has nothing. */
  observesAlone = false
  /** What `observations` was asked for last. */
  observationsAsked: { samples: number; waitMs: number } | null = null
  propagations = new Map<string, Lookup<PropagationView>>()
  /** By what was asked for: `head`, `settled`, a height or a hash. */
  blockLookups = new Map<string, Lookup<BlockView>>()
  /** What `blocks` was asked for last. */
  blocksAsked: { limit: number; before?: number } | null = null
  evidenceKept: EvidenceView['evidence'] = []
  /** The proof of each account that is asked for with one; null: it is not in the ledger. */
  accountProof: AccountProofView | null = null
  /** Throws this from `status` and `peers` when set. */
  fault: Error | null = null
  inviteOutcome: Awaited<ReturnType<NodeControl['invite']>>['kind'] = 'invited'
  /** What `setTag` says; unless it is `set`, nothing changes. */
  tagOutcome: ReturnType<NodeControl['setTag']> = 'set'
  tagsKept: Record<string, string> = { zone: 'a' }
  /** How often the network was forgotten. */
  resets = 0
  metricsText = 'hearsay_up 1\n'
  poolLimit: number | null = null
  #ring: [number, ApiEvent][] = []
  #sequence = 0
  #forgotten: [number, EventTopic][] = []
  readonly #ringSize: number
  readonly #subscribers = new Set<(event: ApiEvent, sequence: number) => void>()

  constructor(options: { ringSize?: number } = {}) {
    this.#ringSize = options.ringSize ?? 1_000
  }

  get subscribers(): number {
    return this.#subscribers.size
  }

  /** Something happens. */
  emit(topic: EventTopic, event: string, data: unknown = {}): number {
    const sequence = ++this.#sequence
    const made: ApiEvent = { v: 1, topic, event, node: 'node-0', data }
    this.#ring.push([sequence, made])
    while (this.#ring.length > this.#ringSize) {
      const [oldest] = this.#ring.splice(0, 1)
      if (oldest !== undefined) this.#forgotten.push([oldest[0], oldest[1].topic])
    }
    for (const subscriber of this.#subscribers) subscriber(made, sequence)
    return sequence
  }

  identity() {
    return {
      v: 1,
      name: 'node-0',
      peerId: '12D3KooWFake',
      network: 'dev-fake',
      networkId: ZERO_HASH,
      agentVersion: 'hearsay/0.1.0',
      listen: ['/ip4/127.0.0.1/tcp/4001'],
      pid: 4_242,
    } as const
  }

  status() {
    if (this.fault !== null) throw this.fault
    return {
      ...this.identity(),
      startedAt: this.startedAt,
      uptimeMs: 1_000,
      state: 'ready',
      peers: 3,
      mesh: 2,
      head: { height: 0, hash: ZERO_HASH },
      settled: { height: 0 },
      mempool: { count: 1, bytes: 250, parked: 0, fingerprint: ZERO_HASH },
      seen: { taken: 0, duplicates: 0, rejected: 0, ignored: 0, untraced: 0, forgotten: 0 },
      verifier: { name: 'libsodium', fallbackReason: null, verifications: 7 },
      eventLoopDelayP99Ms: 0.5,
      eventLoopDelayMaxMs: 4,
      validator: null,
      rssBytes: 100_000_000,
      problems: this.health().details,
    } as const
  }

  health(): HealthView {
    const details = this.problems.map((message) => ({ ...PROBLEM, message }))
    return { v: 1, ok: this.problems.length === 0, problems: this.problems, details }
  }

  async doctor(): Promise<DoctorView> {
    return diagnose({ ...SOUND_FACTS, problems: this.health().details })
  }

  log(): LogView {
    return { v: 1, lines: ['{"level":"info","msg":"a line"}'] }
  }

  peers() {
    if (this.fault !== null) throw this.fault
    return {
      v: 1,
      peers: [
        {
          peerId: '12D3KooWOther',
          name: 'node-1',
          address: '/ip4/127.0.0.1/tcp/4002',
          direction: 'outbound',
          connectedMs: 900,
          agentVersion: 'hearsay/0.1.0',
          score: 1.5,
          mesh: ['transactions'],
          topics: ['transactions'],
          offences: 0,
          rttMs: null,
          gossip: 'both',
          head: null,
        },
      ],
      dials: [],
      bans: [{ subject: '12D3KooWLiar', reason: 'invalid-signature', untilMs: 1 }],
    } as const
  }

  mesh() {
    return {
      v: 1,
      topics: [{ topic: 'transactions', subscribers: ['12D3KooWOther'], mesh: ['12D3KooWOther'] }],
    } as const
  }

  mempool({ limit }: { limit: number }) {
    this.poolLimit = limit
    return {
      v: 1,
      count: 1,
      bytes: 250,
      parked: 0,
      limits: { count: 10, bytes: 1_000, parked: 5 },
      fingerprint: ZERO_HASH,
      transactions: [
        {
          id: ZERO_HASH,
          sender: 'ths1fake',
          nonce: '0',
          fee: '1',
          sizeBytes: 250,
          createdAt: 1,
          state: 'pending',
          local: true,
        },
      ].slice(0, limit) as never,
    } as const
  }

  limits() {
    return { v: 1, structures: [{ name: 'pool', size: 1, capacity: 10, unit: 'transactions' }] } as const
  }

  async submit(items: readonly Uint8Array[]): Promise<readonly SubmitResult[]> {
    this.submitted.push(...items)
    return Promise.all(items.map(async (item, index) => this.onSubmit(item, index)))
  }

  async transaction(id: string): Promise<Lookup<TransactionView>> {
    return this.lookups.get(id) ?? { kind: 'missing' }
  }

  propagation(id: string): Lookup<PropagationView> {
    return this.propagations.get(id) ?? { kind: 'missing' }
  }

  /** What `memory` was asked for last. */
  memoryAsked: { before: number | null; limit: number } | readonly string[] | null = null
  objects: MemoryView['objects'] = []

  memory(page: { before: number | null; limit: number }): MemoryView {
    this.memoryAsked = page
    return this.#memory(this.objects)
  }

  async memoryOf(ids: readonly string[]): Promise<MemoryView> {
    this.memoryAsked = ids
    return this.#memory(
      ids.map(
        (id) =>
          this.objects.find((object) => object.id === id) ?? { n: null, id, known: false, copies: 0, records: [] },
      ),
    )
  }

  #memory(objects: MemoryView['objects']): MemoryView {
    const { name } = this.identity()
    return { v: 1, node: name, startedAt: this.startedAt, at: 0, seen: this.status().seen, objects, next: null }
  }

  async observations(
    id: string,
    options: { samples: number; waitMs: number },
  ): ReturnType<NodeControl['observations']> {
    this.observationsAsked = options
    return this.observed.get(id) ?? (this.observesAlone ? this.#seenAlone(id) : { kind: 'missing' })
  }

  /** What a node without any other says of a transaction. */
  #seenAlone(id: string): Awaited<ReturnType<NodeControl['observations']>> {
    const { name, peerId } = this.identity()
    const known = this.submitted.length > 0
    const own = { name, peerId, trouble: null, over: [], clock: null, known, copies: 0, records: [] }
    return { kind: 'found', value: { v: 1, id, asked: 0, answered: 0, unreachable: 0, nodes: [own] } }
  }

  account(key: string, { proof } = { proof: false }): AccountView {
    return {
      v: 1,
      address: `ths1${key.slice(0, 8)}`,
      key,
      balance: '100',
      nonce: '0',
      nextNonce: '0',
      pending: 0,
      parked: 0,
      head: { height: 0, hash: ZERO_HASH },
      ...(proof ? { proof: this.accountProof, header: null } : {}),
    }
  }

  async block(which: string): Promise<Lookup<BlockView>> {
    return this.blockLookups.get(which) ?? { kind: 'missing' }
  }

  async blocks(options: { limit: number; before?: number }): Promise<BlockListView> {
    this.blocksAsked = options
    return {
      v: 1,
      head: { height: 1, hash: ZERO_HASH },
      settled: { height: 0 },
      blocks: [summaryOf(fakeBlock(1))].slice(0, options.limit),
    }
  }

  evidence(): EvidenceView {
    return { v: 1, evidence: this.evidenceKept }
  }

  network(): NetworkView {
    return { ...fakeNetwork([fakeMember({ tags: this.tagsKept })]) }
  }

  tags(): Record<string, string> {
    return this.tagsKept
  }

  async invite({ holdsMs, once }: Parameters<NodeControl['invite']>[0]): ReturnType<NodeControl['invite']> {
    if (this.inviteOutcome !== 'invited') return { kind: this.inviteOutcome }
    const [peer, addresses] = [peerIdOfKey(new Uint8Array(32).fill(9)), ['/ip4/10.0.0.1/tcp/4601']]
    const expiresAtMs = this.startedAt + holdsMs
    const secret = once ? new Uint8Array(INVITATION_SECRET_BYTES).fill(7) : null
    const line = encodeInvitation({ networkId: asNetworkId(ZERO_HASH), peer, addresses, expiresAtMs, secret })
    return {
      kind: 'invited',
      invitation: { v: 1, line, networkId: ZERO_HASH, peerId: peer, addresses, expiresAt: expiresAtMs, once },
    }
  }

  setTag(key: string, value: string | null): ReturnType<NodeControl['setTag']> {
    if (this.tagOutcome !== 'set') return this.tagOutcome
    const { [key]: _, ...others } = this.tagsKept
    this.tagsKept = value === null ? others : { ...others, [key]: value }
    return 'set'
  }

  resetNetwork(): void {
    this.resets++
  }

  subscribe(topics: readonly EventTopic[], onEvent: (event: ApiEvent, sequence: number) => void) {
    const subscriber = (event: ApiEvent, sequence: number): void => {
      if (topics.includes(event.topic)) onEvent(event, sequence)
    }
    this.#subscribers.add(subscriber)
    return { close: () => void this.#subscribers.delete(subscriber) }
  }

  eventsSince(topics: readonly EventTopic[], sequence: number) {
    return {
      events: this.#ring.filter(([at, event]) => at > sequence && topics.includes(event.topic)),
      missed: this.#forgotten.filter(([at, topic]) => at > sequence && topics.includes(topic)).length,
    }
  }

  async metrics(): Promise<string> {
    return this.metricsText
  }
}

/** An empty block of the best chain at `height`. */
export function fakeBlock(height: number, fields: Partial<BlockView> = {}): BlockView {
  return {
    v: 1,
    hash: height.toString(16).padStart(64, 'b'),
    height,
    slot: height + 1,
    slotTime: 1_700_000_000_000 + 2_000 * (height + 1),
    parent: (height - 1).toString(16).padStart(64, 'b'),
    proposer: 'ths1proposer',
    txRoot: ZERO_HASH,
    ledgerRoot: ZERO_HASH,
    txCount: 0,
    sizeBytes: 248,
    branch: 'best',
    reason: null,
    settled: false,
    firstSeenNs: '1700000004000000000',
    from: '12D3KooWOther',
    transactions: [],
    ...fields,
  }
}

export function fakeMember(fields: Partial<NetworkView['members'][number]> = {}): NetworkView['members'][number] {
  return {
    name: 'node-0',
    peerId: '12D3KooWFake',
    state: 'alive',
    stateMs: 61_000,
    source: 'self',
    head: { height: 3, hash: ZERO_HASH },
    settled: { height: 2 },
    lag: 0,
    mempool: { count: 1 },
    version: 'hearsay/0.1.0',
    ageMs: 0,
    phi: 0,
    rttMs: null,
    incarnation: 1_700_000_000_000,
    seq: 4,
    addresses: ['/ip4/127.0.0.1/tcp/4001'],
    neighbour: false,
    equivocated: false,
    tags: {},
    ...fields,
  }
}

/** The picture with these members. */
export function fakeNetwork(members: NetworkView['members']): NetworkView {
  const totals = { alive: 0, suspect: 0, dead: 0, left: 0, unreachable: 0, unknown: 0 }
  for (const { state } of members) totals[state]++
  return {
    v: 1,
    viewDigest: ZERO_HASH,
    totals,
    versions: { 'hearsay/0.1.0': members.length },
    gossip: { usualBytesPerSecond: 2_048, alarm: false },
    members,
  }
}

/** What the list tells of a block. */
function summaryOf({
  v: _v,
  transactions: _t,
  firstSeenNs: _n,
  from: _f,
  ...summary
}: BlockView): BlockListView['blocks'][number] {
  return summary
}
