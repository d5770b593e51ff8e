import type { AntiEntropy } from '../../lab/anti-entropy.ts'
import { defineCommand, value, valueOr } from '../command.ts'
import { readCount, readList, readText } from '../parse.ts'
import { measuredCells, writePlot } from '../sim-text.ts'
import { rightColumns, sizeText, tableText } from '../table-text.ts'
import { isStopped } from '../waiting.ts'

const HEAD = ['NODES', 'ITEMS', 'DIFFERENCES', 'ROUNDS', 'THEORY', 'OFF BY', 'BYTES A NODE', 'AT REST']

export const command = defineCommand({
  details:
    'Nodes whose sets differ compare them by twos, a round for all, with the comparison that real nodes use; until all have one set. What one node alone has spreads like a ' +
    'rumour by push-pull, so the rounds stand beside log3 N + log2 ln(N d).',
  args: [],
  options: {
    nodes: valueOr('-n, --nodes <counts>', 'how many nodes, with commas', readList(readCount(2, 1_000)), '10,50'),
    items: valueOr('--items <count>', 'items that all have', readCount(0, 100_000), '2000'),
    differences: valueOr(
      '-d, --differences <counts>',
      'items that one node alone has, with commas',
      readList(readCount(1, 10_000)),
      '1,100',
    ),
    runs: valueOr('--runs <count>', 'runs of each', readCount(1, 1_000), '5'),
    seed: valueOr('--seed <number>', 'of all chance', readCount(0, 2 ** 32 - 1), '1'),
    plot: value('--plot <file>', 'also draw it, as one HTML file', readText),
  },
  examples: [
    ['sim anti-entropy', '10 and 50 nodes, of which one or a hundred items are missing'],
    ['sim anti-entropy -n 100 --items 5000 -d 1000 --plot repair.html', 'a larger one, drawn'],
  ],
  without: ['api', 'token-file', 'home'],
  async run(context, { options }) {
    const { shared, terminal, stop } = context
    const [{ antiEntropy }, { createPrng }] = await Promise.all([
      import('../../lab/anti-entropy.ts'),
      import('../../lib/prng.ts'),
    ])
    const found: AntiEntropy[] = []
    for (const nodes of options.nodes)
      for (const differences of options.differences) {
        terminal.progress(`${nodes} nodes, ${differences} differences`)
        if (await isStopped(stop)) return 'interrupted'
        const random = createPrng(options.seed).child(`${nodes}/${differences}`)
        found.push(antiEntropy({ nodes, items: options.items, differences, runs: options.runs, random }))
      }
    terminal.endLive()
    if (shared.json) terminal.document({ v: 1, seed: options.seed, runs: found })
    else terminal.out(tableText(rightColumns(HEAD), found.map(cells)))
    await writePlot(context, options.plot, {
      title: 'Until all have one set',
      subtitle: `${options.items} items that all have, seed ${options.seed}`,
      charts: [
        {
          title: 'What is missing',
          caption:
            'Share of the (node, item) pairs of the differences, logarithmic: near the end it squares with each round.',
          x: 'rounds',
          y: 'share that is missing',
          scale: 'log',
          lines: found.map(({ nodes, differences, missing }) => ({
            name: `${nodes} nodes, ${differences} differences`,
            points: missing.map((share, round) => [round, share] as const),
          })),
        },
      ],
      table: { head: HEAD, rows: found.map(cells) },
    })
    return 'done'
  },
})

function cells({ nodes, items, differences, rounds, bytesPerNode, bytesAtRest }: AntiEntropy): readonly string[] {
  return [
    ...[nodes, items, differences].map(String),
    ...measuredCells(rounds),
    sizeText(Math.round(bytesPerNode)),
    sizeText(bytesAtRest),
  ]
}
