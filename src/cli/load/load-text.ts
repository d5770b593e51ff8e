/** A load and what became of it, as people read it and as a document. */
import type { HistogramFigures } from '../../lib/histogram.ts'
import { durationText, sizeText } from '../table-text.ts'
import { plain } from '../../lib/printable.ts'
import type { InclusionFigures } from './inclusion.ts'
import type { LoadFigures, LoadTally } from './load-tally.ts'
import { BURST_MS } from './open-loop.ts'

export interface LoadReport {
  readonly network: string
  readonly accounts: number
  readonly sizeBytes: number
  /** What was asked for. */
  readonly ratePerSecond: number
  readonly durationMs: number
  /** How many were due by its end. */
  readonly due: number
  /** From the start to the last acknowledgement, ms. */
  readonly elapsedMs: number
  readonly figures: LoadFigures
  /** Null where blocks were of no interest. */
  readonly inclusion: InclusionFigures | null
}

/** Accepted ones a second: over the time that was offered, or longer where acknowledgements came after it. */
export function achievedRate({ figures, durationMs, elapsedMs }: LoadReport): number {
  const ms = Math.max(durationMs, elapsedMs)
  return ms === 0 ? 0 : Math.round((figures.accepted / ms) * 1_000_000) / 1_000
}

export function loadDocument(report: LoadReport): object {
  const { network, accounts, sizeBytes, ratePerSecond, durationMs, due, elapsedMs, figures, inclusion } = report
  const { sent, accepted, known, refused, failed, unsent, latencyMs, nodes } = figures
  return {
    v: 1,
    network,
    accounts,
    sizeBytes,
    offered: { rate: ratePerSecond, transactions: due, forMs: durationMs, burstMs: BURST_MS },
    achieved: { rate: achievedRate(report), elapsedMs: Math.round(elapsedMs) },
    sent,
    accepted,
    known,
    refused,
    failed,
    unsent,
    latencyMs,
    ...(inclusion === null ? {} : { inclusion }),
    nodes,
  }
}

export function loadText(report: LoadReport): string {
  const { figures, inclusion, ratePerSecond, durationMs, due, sizeBytes, accounts } = report
  const { refused, failed, unsent, known, nodes } = figures
  const size = sizeText(sizeBytes)
  const lines: (readonly [string, string])[] = [
    [
      'offered',
      `${rateText(ratePerSecond)} for ${durationText(durationMs)}: ${countText(due)} of ${size} from ${accounts} accounts to ${nodes.length === 1 ? '1 node' : `${nodes.length} nodes`}`,
    ],
    ['achieved', `${rateText(achievedRate(report))}: ${countText(figures.accepted)} accepted`],
    ['refused', reasonsText(refused)],
    ['failed', reasonsText(failed)],
    ...(known === 0 ? [] : [['known', countText(known)] as const]),
    ...(unsent === 0 ? [] : [['unsent', `${countText(unsent)}: too many were waiting for an answer`] as const]),
    ['latency', `${latencyText(figures.latencyMs)}  (from when it was due to its 202)`],
  ]
  if (inclusion !== null) {
    const { followed, inBlock, settled, inBlockMs, settledMs } = inclusion
    lines.push(['in block', `${countText(inBlock)} of ${countText(followed)}  ${latencyText(inBlockMs)}`])
    lines.push(['settled', `${countText(settled)} of ${countText(followed)}  ${latencyText(settledMs)}`])
  }
  return lines.map(([name, text]) => `${name.padEnd(8)}  ${text}`).join('\n')
}

/** `12 s  500/s offered  5,990 accepted  0 refused  0 failed  10 waiting  p50 3.1 ms  p99 12 ms` */
export function progressLine(tally: LoadTally, ratePerSecond: number, elapsedMs: number): string {
  const [p50, p99] = [tally.percentile(0.5), tally.percentile(0.99)]
  return [
    durationText(elapsedMs),
    `${rateText(ratePerSecond)} offered`,
    `${countText(tally.accepted)} accepted`,
    `${countText(tally.refusedTotal)} refused`,
    `${countText(tally.failedTotal)} failed`,
    `${countText(tally.waiting)} waiting`,
    ...(p50 === null || p99 === null ? [] : [`p50 ${delayText(p50)}`, `p99 ${delayText(p99)}`]),
  ].join('  ')
}

function latencyText(figures: HistogramFigures | null): string {
  if (figures === null) return 'none'
  const { p50, p90, p99, p999, max } = figures
  const parts = { p50, p90, p99, 'p99.9': p999, max }
  return Object.entries(parts)
    .map(([name, ms]) => `${name} ${delayText(ms)}`)
    .join('  ')
}

/** `12: pool-full 10, nonce-gap 2`, the most frequent first. */
function reasonsText(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a)
  if (entries.length === 0) return 'none'
  const total = entries.reduce((sum, [, count]) => sum + count, 0)
  return `${countText(total)}: ${entries.map(([code, count]) => `${plain(code)} ${countText(count)}`).join(', ')}`
}

function delayText(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}

function rateText(perSecond: number): string {
  return `${Number.isInteger(perSecond) ? countText(perSecond) : perSecond.toFixed(1)}/s`
}

/** `12,345` */
function countText(count: number): string {
  return count.toLocaleString('en-US')
}
