/** The end of the demo as text: the nodes, what was shown, and where to read on. */
import type { Check, NodeResult } from '../../testnet/demo/demo.ts'
import { tableText } from './table-text.ts'

/** The table of the nodes, the checks, and what to do next. */
export function resultText(options: {
  nodes: readonly NodeResult[]
  checks: readonly Check[]
  report: string
  home: string
  next: string
  elapsedMs: number
}): string {
  const { nodes, checks, report, home, next, elapsedMs } = options
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
      ? `Everything as expected, in ${(elapsedMs / 1_000).toFixed(1)} s; nothing is left running. To go on: ${next}`
      : `Not as expected: ${failed.map(({ name }) => name).join('; ')}. The logs are in ${home}`
  return [
    tableText(columns, rows),
    '',
    ...checks.map(({ pass, name, detail }) => `${pass ? '✓' : '✗'} ${name}: ${detail}`),
    '',
    `report: ${report}`,
    end,
  ].join('\n')
}
