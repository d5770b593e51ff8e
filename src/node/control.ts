/** Answers the API from the machines and the observers: reads, and submissions. */
import { asTxId, isHashText, type PeerId } from '../domain/ids.ts'
import { TOPICS } from '../domain/protocols.ts'
import type {
  IdentityView,
  LimitsView,
  MempoolView,
  MeshView,
  PeersView,
  PropagationView,
  StatusView,
} from '../domain/views.ts'
import type { Machines } from '../kernel/machines.ts'
import type { Lookup, NodeControl } from '../ports/control.ts'
import { Archive } from './archive.ts'
import { validatorView } from './chain-health.ts'
import { accountView, evidenceView, findBlock, listBlocks } from './chain-views.ts'
import { examine, type DoctorSources } from './doctor.ts'
import { dialView } from './dial-view.ts'
import { invite, type InviteSources } from './invite.ts'
import { memoryOf, memoryPage } from './memory-view.ts'
import { networkView, tagProblem } from './network-views.ts'
import { observationsView } from './survey-view.ts'
import { findTransaction } from './transaction-views.ts'
import type { Observer } from './observe.ts'

export interface ControlOptions extends DoctorSources, InviteSources {
  readonly agentVersion: string
  readonly pid: number
  /** Why the verifier is not the first choice; null when it is. */
  readonly fallbackReason: string | null
  /** The last lines of the log. */
  readonly recentLines: () => readonly string[]
  readonly metrics: () => Promise<string>
  /** Fill and bound of what the adapters keep. */
  readonly adapterSizes?: () => LimitsView['structures']
}

/** Ids that are listed when a prefix fits several. */
const MATCHES_MAX = 5

export function createControl(options: ControlOptions): NodeControl {
  const { runtime, ports, observer, clock } = options
  const { machines } = runtime.kernel
  const startedAt = clock.now()
  const archive = new Archive()
  observer.onAdmitted((id) => {
    const entry = machines.transactions.pool.get(id)
    if (entry !== undefined) archive.keep(entry.transaction)
  })

  const identity = (): IdentityView => ({
    v: 1,
    name: machines.shared.config.name,
    peerId: ports.connections.self,
    network: machines.shared.config.network.name,
    networkId: machines.shared.networkId,
    agentVersion: options.agentVersion,
    listen: ports.connections.addresses(),
    pid: options.pid,
  })

  const status = (): StatusView => {
    const { pool } = machines.transactions
    const mesh = ports.gossip.meshOf('transactions').mesh.length
    const peers = machines.peers.table.size
    return {
      ...identity(),
      startedAt: startedAt.wallMs,
      uptimeMs: Math.round(clock.now().monoMs - startedAt.monoMs),
      state: observer.storeFailure !== null ? 'failing' : peers === 0 ? 'alone' : mesh === 0 ? 'starting' : 'ready',
      peers,
      mesh,
      head: { height: machines.shared.announced.height, hash: machines.shared.announced.hash },
      settled: { height: machines.shared.announced.settledHeight },
      validator: validatorView(machines, clock.now()),
      mempool: { count: pool.count, bytes: pool.bytes, parked: pool.parked, fingerprint: pool.fingerprint() },
      seen: observer.propagation.counts(),
      verifier: {
        name: ports.verifier.name,
        fallbackReason: options.fallbackReason,
        verifications: ports.verifier.stats().verifications,
      },
      eventLoopDelayP99Ms: options.vitals.eventLoopDelayP99Ms(),
      eventLoopDelayMaxMs: options.vitals.eventLoopDelay().maxMs,
      rssBytes: options.vitals.rssBytes(),
      problems: options.health.problems(),
    }
  }

  const peers = (): PeersView => {
    const now = clock.now()
    const topics = TOPICS.map((topic) => ports.gossip.meshOf(topic))
    const isIn = (list: readonly PeerId[], peer: PeerId): boolean => list.includes(peer)
    return {
      v: 1,
      peers: [...machines.peers.table.all()].map((entry) => ({
        peerId: entry.peer,
        name: entry.name,
        address: entry.address,
        direction: entry.direction,
        connectedMs: Math.round(now.monoMs - entry.sinceMonoMs),
        agentVersion: observer.agents.get(entry.peer)?.version ?? '',
        score: ports.gossip.score(entry.peer),
        mesh: topics.filter(({ mesh }) => isIn(mesh, entry.peer)).map(({ topic }) => topic),
        topics: topics.filter(({ subscribers }) => isIn(subscribers, entry.peer)).map(({ topic }) => topic),
        offences: machines.peers.offences.invalidCount(entry.peer, now.monoMs),
        rttMs: ports.connections.rttMs(entry.peer),
        gossip: ports.connections.gossipLink(entry.peer),
        head: entry.head,
      })),
      bans: machines.peers.offences
        .bans()
        .map(({ subject, reason, untilWallMs }) => ({ subject, reason, untilMs: untilWallMs })),
      dials: machines.peers.redial.stories().map((story) => dialView(story, now.monoMs)),
    }
  }

  const mesh = (): MeshView => ({ v: 1, topics: TOPICS.map((topic) => ports.gossip.meshOf(topic)) })

  const limits = (): LimitsView => ({
    v: 1,
    structures: [
      ...runtime.kernel.sizes(),
      ...runtime.sizes(),
      ...observer.sizes(),
      ...(options.adapterSizes?.() ?? []),
      ...observer.propagation.sizes(),
      ...observer.arrivals.sizes(),
      ...observer.conservation.sizes(),
      ...archive.sizes(),
      ...options.reach.sizes(),
    ],
  })

  return {
    identity,
    status,
    health: () => options.health.view(),
    doctor: () => examine(options),
    log: () => ({ v: 1, lines: options.recentLines() }),
    peers,
    mesh,
    limits,
    mempool: ({ limit }) => mempoolView(machines, limit),
    submit: (items) => runtime.submit(items),
    transaction: (idOrPrefix) => findTransaction({ machines, archive, clock, store: ports.store }, idOrPrefix),
    propagation: (idOrPrefix) => findPropagation(observer, machines, idOrPrefix),
    memory: (page) => memoryPage({ observer, machines, clock, startedAt: startedAt.wallMs }, page),
    memoryOf: (ids) =>
      memoryOf({ observer, machines, clock, startedAt: startedAt.wallMs }, ids, (id) =>
        findTransaction({ machines, archive, clock, store: ports.store }, id),
      ),
    observations: async (idOrPrefix, { samples, waitMs }) => {
      const seen = findPropagation(observer, machines, idOrPrefix)
      if (seen.kind !== 'found') return seen
      const id = asTxId(seen.value.id)
      const outcome = await runtime.survey([id], samples, waitMs)
      if (outcome.kind !== 'surveyed') return outcome
      // Asked again: what came here meanwhile belongs to the picture.
      const own = findPropagation(observer, machines, id)
      const { self } = ports.connections
      return own.kind === 'found'
        ? { kind: 'found', value: observationsView(id, { peerId: self, seen: own.value }, outcome.rows) }
        : own
    },
    account: (key, { proof } = { proof: false }) => accountView(machines, key, proof),
    block: (which) => findBlock({ machines, store: ports.store, observer }, which),
    blocks: (range) => listBlocks({ machines, store: ports.store, observer }, range),
    evidence: () => evidenceView(machines),
    network: () => networkView(machines, clock.now()),
    tags: () => Object.fromEntries(machines.members.self.tags),
    setTag: (key, value) => {
      const problem = tagProblem(machines, key, value)
      if (problem !== null) return problem
      runtime.post({ kind: 'tag-set', key, value })
      return 'set'
    },
    invite: (asked) => invite(options, asked),
    resetNetwork: () => {
      runtime.post({ kind: 'network-reset' })
    },
    subscribe: (topics, onEvent) => observer.events.subscribe(topics, onEvent),
    eventsSince: (topics, sequence) => observer.events.since(topics, sequence),
    metrics: options.metrics,
  }
}

function mempoolView(machines: Machines, limit: number): MempoolView {
  const { pool } = machines.transactions
  const transactions: MempoolView['transactions'][number][] = []
  for (const { transaction, state, local } of pool.entries()) {
    if (transactions.length >= limit) break
    transactions.push({
      id: transaction.id,
      sender: transaction.sender,
      nonce: transaction.nonce.toString(),
      fee: transaction.fee.toString(),
      sizeBytes: transaction.bytes.byteLength,
      createdAt: transaction.createdAtMs,
      state,
      local,
    })
  }
  const capacity = (name: string): number => pool.sizes().find((entry) => entry.name === name)?.capacity ?? 0
  return {
    v: 1,
    count: pool.count,
    bytes: pool.bytes,
    parked: pool.parked,
    limits: {
      count: capacity('mempool.transactions'),
      bytes: capacity('mempool.bytes'),
      parked: capacity('mempool.early'),
    },
    fingerprint: pool.fingerprint(),
    transactions,
  }
}

function findPropagation(observer: Observer, machines: Machines, idOrPrefix: string): Lookup<PropagationView> {
  const ids = isHashText(idOrPrefix) ? [idOrPrefix] : observer.propagation.idsByPrefix(idOrPrefix, MATCHES_MAX)
  const [id, ...others] = ids
  if (id === undefined) return { kind: 'missing' }
  if (others.length > 0) return { kind: 'ambiguous', matches: ids }
  const sighting = observer.propagation.get(id)
  return {
    kind: 'found',
    value: {
      v: 1,
      id,
      node: machines.shared.config.name,
      // Under load not every transaction is traced; that it is here is known all the same.
      known: (sighting?.first ?? null) !== null || machines.transactions.pool.has(asTxId(id)),
      firstSeenNs: sighting?.first?.t_ns ?? null,
      from: sighting?.first?.from ?? null,
      copies: sighting?.copies ?? 0,
      records: sighting?.records ?? [],
    },
  }
}
