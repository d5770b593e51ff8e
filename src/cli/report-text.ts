/** A report as a few lines for a terminal. */
import type { Report } from '../trace/report.ts'
import { msText } from '../trace/report-charts.ts'
import { fieldsText, tableText } from './table-text.ts'

/** Figures of the whole run, then one line a node. */
export function reportText(report: Report): string {
  const { head, transactions, blocks, records, refusals, missed, dropped, theory, older, untraced, unasked } = report
  const { delays } = transactions
  const refused = refusals.count === 0 ? 'nothing' : `${refusals.count}, ${refusals.offences} of them as offences`
  return [
    fieldsText([
      [
        'network',
        `${head.network}, ${head.nodes.length} nodes, ${head.topology} of degree ${head.degree ?? '?'}, links ${head.link}`,
      ],
      [
        'transactions',
        `${transactions.journeys}, ${transactions.everywhere} of them everywhere (${Number((transactions.coverage * 100).toFixed(2))} %)`,
      ],
      ...(blocks.journeys === 0
        ? []
        : ([['blocks', `${blocks.journeys}, p50 ${msText(blocks.delays?.p50Ms ?? 0)}`]] as const)),
      ...(delays === null
        ? []
        : ([
            [
              'delays',
              `p50 ${msText(delays.p50Ms)}  p90 ${msText(delays.p90Ms)}  p99 ${msText(delays.p99Ms)}  max ${msText(delays.maxMs)}`,
            ],
          ] as const)),
      ...(theory === null ? [] : ([['theory', `half of the nodes after ${msText(theory.medianMs)}`]] as const)),
      ['copies', `${transactions.arrivals}, ${transactions.copiesPerNode?.toFixed(2) ?? '–'} a node`],
      ['refused', refused],
      ['missed', String(missed.count)],
      ...(transactions.pending === 0
        ? []
        : ([['not known', `${transactions.pending} (on the way, or not asked)`]] as const)),
      ...(transactions.absent === 0
        ? []
        : ([['not there', `${transactions.absent} (the node was down, came later, or restarted)`]] as const)),
      ...(older === 0 ? [] : ([['older', `${older}, no longer remembered and in no other figure`]] as const)),
      ...(untraced === 0 ? [] : ([['untraced', `${untraced} at the busiest node`]] as const)),
      ...unasked.map(({ node, why }) => ['not asked', `${node}: ${why}`] as const),
      [
        'records',
        `${Object.values(records).reduce((a, b) => a + b, 0)}${dropped > 0 ? `, and ${dropped} missing` : ''}`,
      ],
    ]),
    '',
    tableText(
      [
        { title: 'NODE' },
        ...[
          'MADE',
          'TAKEN',
          'REPAIR',
          'DUPLICATES',
          'REFUSED',
          'MISSED',
          'NOT KNOWN',
          'NOT THERE',
          'COPIES',
          'P50',
          'P95',
        ].map((title) => ({
          title,
          align: 'right' as const,
        })),
      ],
      report.nodes.map((node) => [
        node.name,
        ...[node.origins, node.delivered, node.recovered, node.duplicates, node.refused].map(String),
        ...[node.missed, node.pending + node.held, node.absent, node.copies].map(String),
        node.p50Ms === null ? '–' : msText(node.p50Ms),
        node.p95Ms === null ? '–' : msText(node.p95Ms),
      ]),
    ),
  ].join('\n')
}
