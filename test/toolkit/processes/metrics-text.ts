/** Reading a node's metrics. */
import { TOPICS } from '../../../src/domain/protocols.ts'
import type { Client } from '../../../src/client/connect.ts'

export type Metrics = ReadonlyMap<string, number>

/** Every series by its text, such as `hearsay_received_total{topic="blocks"}`. Throws when the node does not answer. */
export async function readMetrics(client: Client): Promise<Metrics> {
  const outcome = await client.metrics()
  if (!outcome.ok) throw new Error('the node gives no metrics')
  return parseMetrics(outcome.value)
}

/** The same of a text that is there. */
export function parseMetrics(text: string): Metrics {
  const series = new Map<string, number>()
  for (const line of text.split('\n')) {
    const at = line.lastIndexOf(' ')
    if (at > 0 && !line.startsWith('#')) series.set(line.slice(0, at), Number(line.slice(at + 1)))
  }
  return series
}

/** The sum of all series of a metric whose labels hold every one of `labels`. */
export function sumOf(metrics: Metrics, name: string, ...labels: readonly (readonly [string, RegExp])[]): number {
  let sum = 0
  for (const [series, value] of metrics) {
    if (!series.startsWith(`${name}{`) && series !== name) continue
    const holds = ([label, pattern]: readonly [string, RegExp]): boolean =>
      pattern.test(new RegExp(`[{,]${label}="([^"]*)"`).exec(series)?.[1] ?? '')
    if (labels.every(holds)) sum += value
  }
  return sum
}

/** Where the books of gossip do not add up, and how many messages still wait. */
export function auditBooks(metrics: Metrics): { readonly faults: string[]; readonly waiting: number } {
  const faults: string[] = []
  let allWaiting = 0
  for (const topic of TOPICS) {
    const of = [['topic', new RegExp(`^${topic}$`)]] as const
    const received = sumOf(metrics, 'hearsay_received_total', ...of)
    const settled = sumOf(metrics, 'hearsay_outcomes_total', ...of)
    const waiting = sumOf(metrics, 'hearsay_messages_waiting', ...of)
    allWaiting += waiting
    if (received !== settled + waiting || waiting < 0)
      faults.push(`${topic}: received ${received} is not settled ${settled} and waiting ${waiting}`)
  }
  return { faults, waiting: allWaiting }
}
