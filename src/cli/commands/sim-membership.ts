import type { DetectorRun } from '../../lab/detector.ts'
import type { Measured } from '../../lab/measured.ts'
import { defineCommand, value, valueOr } from '../command.ts'
import { readCount, readFraction, readList, readText } from '../parse.ts'
import { measuredCells, timeText, writePlot } from '../sim-text.ts'
import { rightColumns, tableText } from '../table-text.ts'
import { isStopped } from '../waiting.ts'

const PROBES = 1_000_000
const DETECTIONS = 400
/** Helpers that SWIM asks, and that nodes ask. */
const HELPERS = [0, 1, 3]
const HEAD = ['NODES', 'LOST', 'FIRST SUSPECTS', 'FIRST HOLDS IT DEAD', 'ALL DO', 'LIVE ONES HELD DEAD']

export const command = defineCommand({
  details:
    'First SWIM by the book, beside its formulae: periods until somebody asks the dead one, and live nodes suspected because packets got lost. Then the detector that nodes run: ' +
    'one of them hangs, with its sockets open.',
  args: [],
  options: {
    nodes: valueOr('-n, --nodes <counts>', 'how many nodes, with commas', readList(readCount(2, 500)), '20,100'),
    loss: valueOr(
      '--loss <shares>',
      'share of packets, and of records, that get lost',
      readList(readFraction),
      '0,0.05,0.1',
    ),
    runs: valueOr('--runs <count>', 'runs of our own detector', readCount(1, 100), '3'),
    seed: valueOr('--seed <number>', 'of all chance', readCount(0, 2 ** 32 - 1), '1'),
    plot: value('--plot <file>', 'also draw it, as one HTML file', readText),
  },
  examples: [
    ['sim membership', '20 and 100 nodes, without loss and with 5 and 10 %'],
    ['sim membership -n 50 --loss 0 --runs 10 --json', 'how steady the figures are'],
  ],
  without: ['api', 'token-file', 'home'],
  async run(context, { options }) {
    const { shared, terminal, stop } = context
    const [{ firstDetection, falseSuspicion }, { detector }, { createPrng }] = await Promise.all([
      import('../../lab/swim.ts'),
      import('../../lab/detector.ts'),
      import('../../lib/prng.ts'),
    ])
    const random = createPrng(options.seed)
    const found = options.nodes.map((nodes) => ({
      nodes,
      figure: firstDetection(nodes, DETECTIONS, random.child(`first/${nodes}`)),
    }))
    const suspected = options.loss
      .filter((loss) => loss > 0)
      .flatMap((loss) =>
        HELPERS.map((helpers) => ({
          loss,
          helpers,
          figure: falseSuspicion({ loss, helpers, probes: PROBES, random: random.child(`false/${loss}/${helpers}`) }),
        })),
      )
    const ours: DetectorRun[] = []
    for (const nodes of options.nodes)
      for (const loss of options.loss) {
        terminal.progress(`our own detector, ${nodes} nodes, ${100 * loss} % lost`)
        if (await isStopped(stop)) return 'interrupted'
        ours.push(detector({ nodes, loss, runs: options.runs, seed: options.seed }))
      }
    terminal.endLive()
    const swim: readonly (readonly [string, Measured])[] = [
      ...found.map(({ nodes, figure }) => [`${nodes} nodes`, figure] as const),
      ...suspected.map(({ loss, helpers, figure }) => [`${100 * loss} % lost, ${helpers} helpers`, figure] as const),
    ]
    if (shared.json)
      terminal.document({ v: 1, seed: options.seed, swim: { detection: found, falseSuspicion: suspected }, ours })
    else {
      terminal.out(
        tableText(
          [{ title: 'SWIM' }, { title: 'FIGURE' }, ...rightColumns(['MEASURED', 'THEORY', 'OFF BY'])],
          swim.map(([name, figure]) => [name, figure.what, ...measuredCells(figure)]),
        ),
      )
      terminal.out('')
      terminal.out(tableText(rightColumns(HEAD), ours.map(cells)))
    }
    await writePlot(context, options.plot, {
      title: 'How soon a death is known',
      subtitle: `one node hangs with its sockets open; mean of ${options.runs}, seed ${options.seed}`,
      charts: [
        {
          title: 'Our own detector',
          caption: 'A suspicion is one node’s word; a death takes others who say so.',
          x: 'nodes',
          y: 'seconds',
          scale: 'linear',
          lines: options.loss.flatMap((loss) => {
            const rows = ours.filter((run) => run.loss === loss)
            return (['suspectedMs', 'allDeadMs'] as const).map((name) => ({
              name: `${name === 'suspectedMs' ? 'first suspicion' : 'dead for all'}, ${100 * loss} % lost`,
              points: rows.map((run) => [run.nodes, (run[name] ?? 0) / 1_000] as const),
            }))
          }),
        },
      ],
      table: { head: HEAD, rows: ours.map(cells) },
    })
    return 'done'
  },
})

function cells({ nodes, loss, suspectedMs, firstDeadMs, allDeadMs, falseDeaths }: DetectorRun): readonly string[] {
  const time = (ms: number | null): string => timeText(ms, 'not within a minute')
  return [String(nodes), `${100 * loss} %`, time(suspectedMs), time(firstDeadMs), time(allDeadMs), String(falseDeaths)]
}
