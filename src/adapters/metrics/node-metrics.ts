/**
 * What a node counts and measures, in a registry of its own: nodes packed into one process do not mix. Names begin with `hearsay_`,
 * units are base units, labels are closed sets: never a peer, a hash or anything else that a stranger chooses.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { REJECTS } from '../../domain/reject.ts'
import type { Offence, RejectCode } from '../../domain/reject.ts'
import { TOPICS } from '../../domain/protocols.ts'
import type { Topic } from '../../domain/protocols.ts'
import type { Verdict } from '../../domain/verdict.ts'
import { gossipMetricsRegister } from './gossip-register.ts'
import type { GossipMetricsRegister } from './gossip-register.ts'
import { registerProcessMetrics } from './process-metrics.ts'

type Way = 'gossip' | 'local' | 'repair' | 'restored' | 'reorg'
type Removal = 'expired' | 'replaced' | 'evicted' | 'in-block' | 'invalidated'
type ShedReason = 'full' | 'late'
type MalformedKind = 'rpc' | 'oversize' | 'flood'

/** What is read when the metrics are, instead of being kept up to date. */
export interface MetricsSample {
  readonly pool: { readonly pending: number; readonly parked: number; readonly bytes: number }
  readonly peers: { readonly inbound: number; readonly outbound: number }
  readonly bans: number
  readonly topics: readonly { readonly topic: Topic; readonly subscribers: number; readonly mesh: number }[]
  readonly structures: readonly { readonly name: string; readonly size: number; readonly capacity: number }[]
  readonly eventLoopDelayP99Ms: number
}

export interface NodeMetrics {
  /** Prometheus text of all metrics. */
  text(): Promise<string>
  /** For gossipsub's `metricsRegister`; its metrics keep their own names. */
  readonly gossipRegister: GossipMetricsRegister
  /** Says where gauges are read from; the last call counts. */
  sampleFrom(sample: () => MetricsSample): void

  messageJudged(message: { topic: Topic; verdict: Verdict; items: number; bytes: number }): void
  messageDuplicated(topic: Topic, bytes: number): void
  messageShed(topic: Topic, reason: ShedReason): void
  messageMalformed(what: MalformedKind): void
  transactionAdmitted(way: Way, state: 'pending' | 'parked'): void
  transactionRefused(code: RejectCode): void
  transactionRemoved(why: Removal): void
  transactionPublished(bytes: number): void
  offenceCounted(offence: Offence): void
  subjectBanned(): void
  networkRefused(): void
  storeFailed(): void

  /** A message waited in ingress. */
  queued(topic: Topic, waitedMs: number): void
  /** A job of signature checks took this long. */
  checked(signatures: number, elapsedMs: number): void
  /** From the arrival of a message to its verdict. */
  judgedAfter(topic: Topic, elapsedMs: number): void
  /** From the creation of a transaction to its arrival; as true as the clocks of both machines. */
  spreadAfter(elapsedMs: number): void
  /** From the arrival of a submission to its answer. */
  submittedAfter(elapsedMs: number): void
  /** A write to the store. */
  written(durable: boolean, elapsedMs: number): void
  httpAnswered(answer: { route: string; method: string; status: number; elapsedMs: number }): void
  /** Lets go of everything. */
  close(): void
}

const WAYS: readonly Way[] = ['gossip', 'local', 'repair', 'restored', 'reorg']
const REMOVALS: readonly Removal[] = ['expired', 'replaced', 'evicted', 'in-block', 'invalidated']
const VERDICTS: readonly Verdict[] = ['accept', 'ignore', 'reject']

/** From a tenth of a millisecond to seconds: a check takes 75 µs, a verdict is owed within 5 s. */
const WORK_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
/** From one hop on one machine to a repair after a partition. */
const SPREAD_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.7, 1, 2, 5, 10, 30, 60]

/** @param options.network name of the network; @param options.version of this program */
export function createNodeMetrics(options: { network: string; version: string }): NodeMetrics {
  const registry = new Registry()
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name: `hearsay_${name}`, help, labelNames, registers: [registry] })
  const histogram = <Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly Label[] = [],
  ) => new Histogram({ name: `hearsay_${name}`, help, buckets, labelNames, registers: [registry] })

  new Gauge({
    name: 'hearsay_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node', 'network'],
    registers: [registry],
  }).set({ version: options.version, node: process.version, network: options.network }, 1)

  const judged = counter('messages_judged_total', 'Gossip messages by verdict.', ['topic', 'verdict'])
  const judgedItems = counter('message_items_total', 'Objects in judged gossip messages.', ['topic'])
  const judgedBytes = counter('message_bytes_total', 'Bytes of judged gossip messages.', ['topic'])
  const duplicates = counter('message_duplicates_total', 'Further copies of known gossip messages.', ['topic'])
  const duplicateBytes = counter('message_duplicate_bytes_total', 'Bytes of further copies.', ['topic'])
  const shed = counter('messages_shed_total', 'Gossip messages given up unread, for load.', ['topic', 'reason'])
  const malformed = counter('messages_malformed_total', 'What no honest node sends.', ['what'])
  const admitted = counter('transactions_admitted_total', 'Transactions taken into the pool, by how they came.', [
    'way',
    'state',
  ])
  const refused = counter('transactions_refused_total', 'Transactions not taken, by reason.', ['code', 'verdict'])
  const removed = counter('transactions_removed_total', 'Transactions that left the pool.', ['why'])
  const published = counter('transactions_published_total', 'Transactions handed to the mesh by this node.')
  const publishedBytes = counter('transactions_published_bytes_total', 'Bytes of these.')
  const offences = counter('offences_total', 'Offences of peers.', ['offence'])
  const banned = counter('bans_total', 'Bans imposed.')
  const networksRefused = counter('networks_refused_total', 'Peers of other networks that were turned away.')
  const storeFailures = counter('store_failures_total', 'Failed writes to disk; the first is final.')
  const signatures = counter('signatures_checked_total', 'Signatures handed to the verifier.')

  const queueSeconds = histogram(
    'ingress_wait_seconds',
    'Wait of a gossip message before it was looked at.',
    WORK_SECONDS,
    ['topic'],
  )
  const checkSeconds = histogram('signature_check_seconds', 'One job of signature checks.', WORK_SECONDS)
  const judgeSeconds = histogram('judging_seconds', 'Arrival of a gossip message to its verdict.', WORK_SECONDS, [
    'topic',
  ])
  const spreadSeconds = histogram(
    'propagation_seconds',
    'Creation of a transaction to its arrival here, by two clocks.',
    SPREAD_SECONDS,
  )
  const submitSeconds = histogram('submission_seconds', 'Arrival of a submission to its answer.', WORK_SECONDS)
  const writeSeconds = histogram('store_write_seconds', 'Writes to the store.', WORK_SECONDS, ['durable'])
  const httpSeconds = histogram('http_request_seconds', 'Answers of the API.', WORK_SECONDS, [
    'route',
    'method',
    'status',
  ])

  // A counter that appears with its first event has no rate for it: the closed sets are there from the start.
  for (const topic of TOPICS) {
    for (const verdict of VERDICTS) judged.inc({ topic, verdict }, 0)
    duplicates.inc({ topic }, 0)
    for (const reason of ['full', 'late'] as const) shed.inc({ topic, reason }, 0)
  }
  for (const code of Object.keys(REJECTS) as RejectCode[]) refused.inc({ code, verdict: REJECTS[code].verdict }, 0)
  for (const way of WAYS) admitted.inc({ way, state: 'pending' }, 0)
  for (const why of REMOVALS) removed.inc({ why }, 0)
  for (const what of ['rpc', 'oversize', 'flood'] as const) malformed.inc({ what }, 0)
  for (const offence of ['invalid', 'unpaid'] as const) offences.inc({ offence }, 0)

  const sampled = registerSampledGauges(registry)
  registerProcessMetrics(registry)

  return {
    text: () => registry.metrics(),
    gossipRegister: gossipMetricsRegister(registry),
    sampleFrom: sampled.from,
    messageJudged: ({ topic, verdict, items, bytes }) => {
      judged.inc({ topic, verdict })
      judgedItems.inc({ topic }, items)
      judgedBytes.inc({ topic }, bytes)
    },
    messageDuplicated: (topic, bytes) => {
      duplicates.inc({ topic })
      duplicateBytes.inc({ topic }, bytes)
    },
    messageShed: (topic, reason) => {
      shed.inc({ topic, reason })
    },
    messageMalformed: (what) => {
      malformed.inc({ what })
    },
    transactionAdmitted: (way, state) => {
      admitted.inc({ way, state })
    },
    transactionRefused: (code) => {
      refused.inc({ code, verdict: REJECTS[code].verdict })
    },
    transactionRemoved: (why) => {
      removed.inc({ why })
    },
    transactionPublished: (bytes) => {
      published.inc()
      publishedBytes.inc(bytes)
    },
    offenceCounted: (offence) => {
      offences.inc({ offence })
    },
    subjectBanned: () => {
      banned.inc()
    },
    networkRefused: () => {
      networksRefused.inc()
    },
    storeFailed: () => {
      storeFailures.inc()
    },
    queued: (topic, waitedMs) => {
      queueSeconds.observe({ topic }, waitedMs / 1_000)
    },
    checked: (count, elapsedMs) => {
      signatures.inc(count)
      checkSeconds.observe(elapsedMs / 1_000)
    },
    judgedAfter: (topic, elapsedMs) => {
      judgeSeconds.observe({ topic }, elapsedMs / 1_000)
    },
    // A clock that is behind ours makes it negative, which no bucket holds.
    spreadAfter: (elapsedMs) => {
      spreadSeconds.observe(Math.max(0, elapsedMs) / 1_000)
    },
    submittedAfter: (elapsedMs) => {
      submitSeconds.observe(elapsedMs / 1_000)
    },
    written: (durable, elapsedMs) => {
      writeSeconds.observe({ durable: String(durable) }, elapsedMs / 1_000)
    },
    httpAnswered: ({ route, method, status, elapsedMs }) => {
      // The method is the client's word; only two are ours.
      const known = method === 'GET' || method === 'POST' ? method : 'other'
      httpSeconds.observe({ route, method: known, status: String(status) }, elapsedMs / 1_000)
    },
    close: () => {
      registry.clear()
    },
  }
}

function registerSampledGauges(registry: Registry): { from: (sample: () => MetricsSample) => void } {
  let read: (() => MetricsSample) | null = null
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    fill: (gauge: Gauge<Label>, sample: MetricsSample) => void,
  ): void => {
    new Gauge<Label>({
      name: `hearsay_${name}`,
      help,
      labelNames,
      registers: [registry],
      collect() {
        if (read !== null) fill(this, read())
      },
    })
  }
  gauge('pool_transactions', 'Transactions in the pool.', ['state'], (to, { pool }) => {
    to.set({ state: 'pending' }, pool.pending)
    to.set({ state: 'parked' }, pool.parked)
  })
  gauge('pool_bytes', 'Bytes of the transactions in the pool.', [], (to, { pool }) => {
    to.set(pool.bytes)
  })
  gauge('peers', 'Connected peers.', ['direction'], (to, { peers }) => {
    to.set({ direction: 'inbound' }, peers.inbound)
    to.set({ direction: 'outbound' }, peers.outbound)
  })
  gauge('banned_subjects', 'Bans in force.', [], (to, { bans }) => {
    to.set(bans)
  })
  gauge('topic_subscribers', 'Connected peers that hear a topic.', ['topic'], (to, { topics }) => {
    for (const { topic, subscribers } of topics) to.set({ topic }, subscribers)
  })
  gauge('mesh_peers', 'Peers to whom whole messages of a topic are sent.', ['topic'], (to, { topics }) => {
    for (const { topic, mesh } of topics) to.set({ topic }, mesh)
  })
  gauge('structure_entries', 'Entries of a bounded structure.', ['name'], (to, { structures }) => {
    for (const { name, size } of structures) to.set({ name }, size)
  })
  gauge('structure_capacity', 'Most entries of a bounded structure.', ['name'], (to, { structures }) => {
    for (const { name, capacity } of structures) to.set({ name }, capacity)
  })
  gauge('event_loop_delay_p99_seconds', '99th percentile of how late timers fire.', [], (to, sample) => {
    to.set(sample.eventLoopDelayP99Ms / 1_000)
  })
  return {
    from: (sample) => {
      read = sample
    },
  }
}
