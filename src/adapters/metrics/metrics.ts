/** Prometheus metrics of one node: a registry of its own, so that packed nodes of one process stay apart. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/** Names and labels of all counters. Labels come from closed lists: never a peer id or a hash. */
const COUNTERS = {
  messages: { help: 'Gossip messages judged', labels: ['topic', 'verdict'] },
  items: { help: 'Objects in gossip messages and submissions, by what became of them', labels: ['topic', 'outcome'] },
  duplicates: { help: 'Further copies of messages that were seen before', labels: ['topic'] },
  bytes: { help: 'Bytes of gossip messages received', labels: ['topic', 'kind'] },
  shed: { help: 'Messages given up before they were judged', labels: ['topic', 'reason'] },
  late_verdicts: { help: 'Verdicts that came too late to have an effect', labels: [] },
  published: { help: 'Messages published by this node', labels: ['topic', 'outcome'] },
  offences: { help: 'Offences of peers', labels: ['offence'] },
  bans: { help: 'Bans made', labels: ['subject'] },
  removed: { help: 'Transactions that left the pool', labels: ['why'] },
  store_failures: { help: 'Writes that failed', labels: [] },
} as const

export interface NodeMetrics {
  readonly meter: {
    count(name: keyof typeof COUNTERS, labels: Readonly<Record<string, string>>, by?: number): void
    observe(name: 'queue_seconds', seconds: number): void
  }
  readonly registry: Registry
  /** Registers a gauge that is read when metrics are asked for. */
  gauge(name: string, help: string, read: () => number): void
  /** Prometheus text format. */
  text(): Promise<string>
}

export function createMetrics(): NodeMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'hearsay_' })
  const counters = new Map<string, Counter>()
  for (const [name, { help, labels }] of Object.entries(COUNTERS)) {
    counters.set(
      name,
      new Counter({ name: `hearsay_${name}_total`, help, labelNames: [...labels], registers: [registry] }),
    )
  }
  const queue = new Histogram({
    name: 'hearsay_queue_seconds',
    help: 'Time that messages waited before they were judged',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3],
    registers: [registry],
  })
  return {
    meter: {
      count(name, labels, by = 1) {
        counters.get(name)?.inc({ ...labels }, by)
      },
      observe(_name, seconds) {
        queue.observe(seconds)
      },
    },
    registry,
    gauge(name, help, read) {
      new Gauge({
        name: `hearsay_${name}`,
        help,
        registers: [registry],
        collect() {
          this.set(read())
        },
      })
    },
    text: () => registry.metrics(),
  }
}
