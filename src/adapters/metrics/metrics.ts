/**
 * What a node counts and measures, in a registry of its own, so that nodes packed into one process stay apart. Names
 * begin with `hearsay_`, units are base units. Labels are closed sets: never a peer, a hash, or anything else that a
 * stranger chooses.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { DIAL_FAILURES } from '../../domain/dial.ts'
import { TOPICS } from '../../domain/protocols.ts'
import { REJECTS } from '../../domain/reject.ts'
import type { Meter, MeterCounter, MeterHistogram } from '../../ports/meter.ts'
import { gossipMetricsRegister } from './gossip-register.ts'
import type { GossipMetricsRegister } from './gossip-register.ts'
import { registerProcessMetrics } from './process-metrics.ts'
import { readCounter } from './read-counter.ts'
import { Tally } from './tally.ts'

const VERDICTS = ['accept', 'ignore', 'reject']

/**
 * What may become of a message of the records topic (src/membership/verdicts.ts, and what concerns messages as a
 * whole).
 */
const RECORD_OUTCOMES = [
  'merged',
  'evidence',
  'too-frequent',
  'known',
  'stale',
  'future',
  'expired',
  'full',
  'counted',
  'refuted',
  'unknown-version',
  'unknown-target',
  'unproven-accuser',
  'limited',
  'out-of-time',
  'over',
  'absurd',
  'undecodable',
  'invalid-signature',
  'banned',
  'overloaded',
] as const

/** Every reason is a word of a closed list: reject codes, and what concerns messages as a whole. */
const OUTCOMES = [
  ...new Set([
    'accepted',
    'duplicate',
    'rejected-malformed',
    'rejected-unnamed',
    'ignored-unnamed',
    ...Object.entries(REJECTS).map(([code, { verdict }]) =>
      verdict === 'reject' ? `rejected-${code}` : `ignored-${code}`,
    ),
    ...['banned', 'nothing-new', 'mixed', 'unserved', ...RECORD_OUTCOMES].map((why) => `ignored-${why}`),
    'rejected-absurd',
    ...['full', 'late', 'muted', 'graylisted', 'flood', 'forgotten'].map((why) => `shed-${why}`),
  ]),
]

interface CounterShape {
  readonly help: string
  /**
   * Each label with all its values where they are few: a series that appears with its first event has no rate for it.
   */
  readonly labels: Readonly<Record<string, readonly string[]>>
}

const COUNTERS = {
  messages: { help: 'Gossip messages judged', labels: { topic: TOPICS, verdict: VERDICTS } },
  received: { help: 'Gossip messages that arrived, copies and all', labels: { topic: TOPICS } },
  outcomes: {
    help: 'What became of the gossip messages that arrived; the sum over outcomes is hearsay_received_total, less hearsay_messages_waiting',
    labels: { topic: TOPICS, outcome: OUTCOMES },
  },
  evicted: { help: 'Inbound peers that had to go', labels: { why: ['places', 'memory'] } },
  items: {
    help: 'Objects in gossip messages and submissions, by what became of them',
    labels: { topic: TOPICS, outcome: ['admitted', ...Object.keys(REJECTS)] },
  },
  propagation_records: {
    help: 'Propagation records written: what the event stream, traces and reports are made of',
    labels: {
      kind: ['transaction', 'block', 'record'],
      event: ['PUBLISH', 'DELIVER', 'DUPLICATE', 'REJECT', 'IGNORE', 'RECOVERED'],
    },
  },
  transactions_taken: { help: 'Transactions that this node made or got, each once', labels: {} },
  duplicates: { help: 'Further copies of messages that were seen before', labels: { topic: TOPICS } },
  bytes: { help: 'Bytes of gossip messages received', labels: { topic: TOPICS, kind: ['first', 'duplicate'] } },
  shed: { help: 'Messages given up before they were judged', labels: { topic: TOPICS, reason: ['full', 'late'] } },
  late_verdicts: { help: 'Verdicts that came too late to have an effect', labels: {} },
  published: {
    help: 'Messages published by this node',
    labels: { topic: TOPICS, outcome: ['published', 'duplicate', 'failed'] },
  },
  malformed: { help: 'What no honest node sends', labels: { what: ['rpc', 'oversize', 'flood', 'forged-copy'] } },
  mute_links: {
    help: 'Connections ended since gossip went one way or none, by the ways it went',
    labels: { carried: ['in', 'out', 'none'] },
  },
  deaf_peers: {
    help: 'Peers that ended our gossip stream three times within ten minutes, and are in no mesh for that',
    labels: {},
  },
  overworked: {
    help: 'Peers and addresses cut off for what they cost',
    labels: { what: ['empty-frames', 'empty-rpcs', 'pings', 'openings', 'work'] },
  },
  offences: { help: 'Offences of peers', labels: { offence: ['invalid', 'unpaid'] } },
  bans: { help: 'Bans made', labels: { subject: ['peer', 'address'] } },
  removed: {
    help: 'Transactions that left the pool',
    labels: { why: ['expired', 'replaced', 'evicted', 'in-block', 'invalidated'] },
  },
  blocks_rebuilt: {
    help: 'Blocks rebuilt from their compact form, without asking for transactions or after asking',
    labels: { how: ['unasked', 'asked'] },
  },
  block_bytes_saved: { help: 'Bytes of transactions that were in the pool when their block came', labels: {} },
  reorgs: { help: 'Moves of the head that took blocks back', labels: { across: ['settled', 'unsettled'] } },
  records: {
    help: 'Node records and suspicions from gossip, by what became of them',
    labels: { outcome: RECORD_OUTCOMES },
  },
  gossip_alarms: {
    help: 'Gossip bytes rose far above their usual rate, or came back',
    labels: { change: ['raised', 'ended'] },
  },
  sets_compared: {
    help: 'Comparisons of sets with peers',
    labels: { set: ['transactions', 'records'], outcome: ['equal', 'different'] },
  },
  repair_bytes: {
    help: 'Bytes of comparisons, both ways, before bodies',
    labels: { set: ['transactions', 'records'] },
  },
  own_blocks_refused: { help: 'Blocks of this validator that its own chain did not take', labels: {} },
  equivocations: { help: 'Slots of which two signed headers were seen', labels: {} },
  networks_refused: { help: 'Peers of another network that were refused', labels: {} },
  dials_failed: { help: 'Tries to reach a configured address that came to nothing', labels: { kind: DIAL_FAILURES } },
  store_failures: { help: 'Writes that failed; the first is final', labels: {} },
} as const satisfies Record<MeterCounter, CounterShape>

/** From a tenth of a millisecond to seconds: a check takes 75 µs, a verdict is owed within 5 s. */
const WORK_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
/** From one hop on one machine to a repair after a partition. */
const SPREAD_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.7, 1, 2, 5, 10, 30, 60]

const HISTOGRAMS = {
  queue_seconds: { help: 'Time that messages waited before they were judged', buckets: WORK_SECONDS },
  check_seconds: { help: 'Time that a job of signature checks took', buckets: WORK_SECONDS },
  judging_seconds: { help: 'Time from the arrival of a message to its verdict', buckets: WORK_SECONDS },
  propagation_seconds: {
    help: 'Time from the creation of a transaction to its admission here, where it came from a peer; as true as the clocks of both machines',
    buckets: SPREAD_SECONDS,
  },
  submission_seconds: { help: 'Time from a submission to its answer', buckets: WORK_SECONDS },
  store_write_seconds: { help: 'Time that a write to the store took', buckets: WORK_SECONDS },
} as const satisfies Record<MeterHistogram, { readonly help: string; readonly buckets: readonly number[] }>

type Labels = Readonly<Record<string, string>>

export interface NodeMetrics {
  readonly meter: Meter
  /** For gossipsub's `metricsRegister`; its metrics keep their own names. */
  readonly gossipRegister: GossipMetricsRegister
  /** Registers a counter of what is counted elsewhere: `read` gives its value when metrics are asked for. */
  counter(name: string, help: string, read: () => number): void
  /** Registers a gauge that is read when metrics are asked for. */
  gauge(name: string, help: string, read: () => number): void
  /** The same with one label; `read` gives a value for each of its values. The label's values must be a closed set. */
  gaugeBy(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void
  /** An answer of the API; the route is the pattern, never the path. */
  httpAnswered(answer: { route: string; method: string; status: number; elapsedMs: number }): void
  /** Prometheus text format. */
  text(): Promise<string>
  /** Lets go of all that is read. */
  close(): void
}

/** @param labels of `hearsay_build_info`, as version and network */
export function createMetrics(labels: Labels = {}): NodeMetrics {
  const registry = new Registry()
  const counters = registerCounters(registry)
  const histograms = registerHistograms(registry)
  const tally = new Tally<MeterCounter>()
  const http = new Histogram({
    name: 'hearsay_http_request_seconds',
    help: 'Time that answers of the API took',
    labelNames: ['route', 'method', 'status'],
    buckets: WORK_SECONDS,
    registers: [registry],
  })
  const info = { node_version: process.version, ...labels }
  new Gauge({
    name: 'hearsay_build_info',
    help: 'Always 1; the labels say what runs',
    labelNames: Object.keys(info),
    registers: [registry],
  }).set(info, 1)
  registerProcessMetrics(registry)
  const gossipRegister = gossipMetricsRegister(registry)
  return {
    meter: {
      count: (name, by, count = 1) => {
        tally.add(name, by, count)
      },
      observe: (name, seconds) => {
        // A creator whose clock is ahead of ours makes a negative time, which no bucket holds.
        histograms.get(name)?.observe(Math.max(0, seconds))
      },
    },
    gossipRegister,
    counter: (name, help, read) => {
      readCounter(registry, { name: `hearsay_${name}`, help }, read)
    },
    gauge: (name, help, read) => {
      new Gauge({
        name: `hearsay_${name}`,
        help,
        registers: [registry],
        collect() {
          this.set(read())
        },
      })
    },
    gaugeBy: (name, help, label, read) => {
      new Gauge({
        name: `hearsay_${name}`,
        help,
        labelNames: [label],
        registers: [registry],
        collect() {
          for (const [value, measured] of Object.entries(read())) this.set({ [label]: value }, measured)
        },
      })
    },
    httpAnswered: ({ route, method, status, elapsedMs }) => {
      // The method is the client's word; only three are ours.
      const known = ['GET', 'HEAD', 'POST'].includes(method) ? method : 'other'
      http.observe({ route, method: known, status: String(status) }, elapsedMs / 1_000)
    },
    text: () => {
      tally.pour((name, by, count) => counters.get(name)?.inc({ ...by }, count))
      gossipRegister.fill()
      return registry.metrics()
    },
    close: () => {
      registry.clear()
    },
  }
}

function registerCounters(registry: Registry): Map<MeterCounter, Counter> {
  const counters = new Map<MeterCounter, Counter>()
  for (const [name, { help, labels }] of Object.entries(COUNTERS) as [MeterCounter, CounterShape][]) {
    const counter = new Counter({
      name: `hearsay_${name}_total`,
      help,
      labelNames: Object.keys(labels),
      registers: [registry],
    })
    for (const series of combinations(Object.entries(labels))) counter.inc(series, 0)
    counters.set(name, counter)
  }
  return counters
}

function registerHistograms(registry: Registry): Map<MeterHistogram, Histogram> {
  const histograms = new Map<MeterHistogram, Histogram>()
  for (const [name, { help, buckets }] of Object.entries(HISTOGRAMS) as [
    MeterHistogram,
    (typeof HISTOGRAMS)[MeterHistogram],
  ][])
    histograms.set(name, new Histogram({ name: `hearsay_${name}`, help, buckets: [...buckets], registers: [registry] }))
  return histograms
}

/** Every choice of one value for each label. */
function combinations(labels: readonly (readonly [string, readonly string[]])[]): Record<string, string>[] {
  return labels.reduce<Record<string, string>[]>(
    (series, [label, values]) => series.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  )
}
