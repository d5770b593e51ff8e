/** The end of the demo: what is printed on stdout, and the report. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { tableText } from '../../src/cli/table-text.ts'
import type { NodeStatus } from '../../testnet/control.ts'
import type { NodeFigures } from './figures.ts'
import { reportHtml, type ReportData } from './report.ts'

export interface Check {
  readonly name: string
  readonly detail: string
  readonly pass: boolean
}

/** A node with its figures and its state at the end. */
export interface NodeResult extends NodeFigures {
  readonly state: string
  readonly peers: number | null
  readonly mesh: number | null
  readonly pool: number | null
}

export function nodeResult(figures: NodeFigures, { state, peers, mesh, mempool }: NodeStatus): NodeResult {
  return { ...figures, state, peers, mesh, pool: mempool?.count ?? null }
}

/** The table of the nodes, the checks, and what to do next. */
export function resultText(options: {
  nodes: readonly NodeResult[]
  checks: readonly Check[]
  report: string
  logs: string
  elapsedMs: number
}): string {
  const { nodes, checks, report, logs, elapsedMs } = options
  const right = (title: string) => ({ title, align: 'right' as const })
  const columns = [
    { title: 'node' },
    { title: 'state' },
    ...['peers', 'mesh', 'pool', 'duplicates', 'refused', 'p50'].map(right),
  ]
  const rows = nodes.map((node) => [
    node.name,
    node.state,
    ...[node.peers, node.mesh, node.pool, node.duplicates, node.refused].map((value) => String(value ?? '–')),
    node.p50Ms === null ? '–' : `${node.p50Ms.toFixed(1)} ms`,
  ])
  const failed = checks.filter(({ pass }) => !pass)
  const end =
    failed.length === 0
      ? `Everything as expected, in ${(elapsedMs / 1_000).toFixed(1)} s; nothing is left running. To go on: npm run testnet`
      : `Not as expected: ${failed.map(({ name }) => name).join('; ')}. The logs are in ${logs}`
  return [
    tableText(columns, rows),
    '',
    ...checks.map(({ pass, name, detail }) => `${pass ? '✓' : '✗'} ${name}: ${detail}`),
    '',
    `report: ${report}`,
    end,
  ].join('\n')
}

export function writeReport(path: string, data: ReportData): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, reportHtml(data))
}
