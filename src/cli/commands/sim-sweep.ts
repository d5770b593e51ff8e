import type { SweepPoint } from '../../lab/sweep.ts'
import { defineCommand, value, valueOr } from '../command.ts'
import { usageFailure } from '../failure.ts'
import {
  readCount,
  readDuration,
  readFraction,
  readList,
  readText,
  readWord,
  type Reader,
  type Reading,
} from '../parse.ts'
import { timeText, writePlot } from '../sim-text.ts'
import { durationText, rightColumns, sizeText, tableText } from '../table-text.ts'
import { isStopped } from '../waiting.ts'

const KNOBS = ['interval', 'lost', 'nodes'] as const
const FIGURES = ['bytes', 'window'] as const
/** Below it time goes into comparing alone; above it nobody waits for an answer. */
const INTERVAL_MS = { least: 100, most: 600_000 } as const

type Over =
  | { readonly knob: 'interval'; readonly values: readonly number[] }
  | { readonly knob: 'lost'; readonly values: readonly number[] }
  | { readonly knob: 'nodes'; readonly values: readonly number[] }

export const command = defineCommand({
  details:
    'Transactions come by chance, and gossip misses some nodes with each; every node compares its pool with one other by chance, each interval. Counts the bytes of the comparisons, which ' +
    'are those of real nodes, and how long a transaction is missing somewhere.',
  args: [],
  options: {
    over: valueOr('--over <knob=values>', `what changes: ${KNOBS.join(', ')}`, readOver, 'interval=2s,5s,10s,30s'),
    of: valueOr('--of <figures>', 'what is looked at: bytes, window', readList(readWord(FIGURES)), FIGURES.join(',')),
    interval: valueOr('--interval <duration>', 'where it is not what changes', readDuration, '10s'),
    lost: valueOr('--lost <share>', 'share of the nodes that gossip misses, of each transaction', readFraction, '0.1'),
    nodes: valueOr('-n, --nodes <count>', 'how many nodes', readCount(2, 500), '30'),
    rate: valueOr('--rate <number>', 'transactions a second', readCount(1, 1_000), '5'),
    seed: valueOr('--seed <number>', 'of all chance', readCount(0, 2 ** 32 - 1), '1'),
    plot: value('--plot <file>', 'also draw it, as one HTML file', readText),
  },
  examples: [
    ['sim sweep --over interval=2s,5s,10s,30s', 'what a shorter interval costs and buys'],
    ['sim sweep --over lost=0.05,0.2,0.5 --of window', 'how bad gossip may be'],
  ],
  without: ['api', 'token-file', 'home'],
  async run(context, { options }) {
    const { shared, terminal, stop } = context
    const [{ sweepPoint }, { createPrng }] = await Promise.all([
      import('../../lab/sweep.ts'),
      import('../../lib/prng.ts'),
    ])
    const { knob, values } = options.over
    if (options.interval < INTERVAL_MS.least || options.interval > INTERVAL_MS.most)
      throw usageFailure(`--interval: ${durationText(options.interval)} is not between 100 ms and 10 minutes`)
    const points: SweepPoint[] = []
    for (const changed of values) {
      terminal.progress(`${knob} ${knob === 'interval' ? durationText(changed) : changed}`)
      if (await isStopped(stop)) return 'interrupted'
      points.push(
        sweepPoint({
          intervalMs: knob === 'interval' ? changed : options.interval,
          lost: knob === 'lost' ? changed : options.lost,
          nodes: knob === 'nodes' ? changed : options.nodes,
          itemsPerSecond: options.rate,
          random: createPrng(options.seed).child(`${knob}/${changed}`),
        }),
      )
    }
    terminal.endLive()
    const head = headOf(options.of)
    const rows = points.map((point) => cells(point, options.of))
    if (shared.json) terminal.document({ v: 1, seed: options.seed, over: knob, points })
    else terminal.out(tableText(rightColumns(head), rows))
    await writePlot(context, options.plot, {
      title: `Repair, over ${knob}`,
      subtitle: `${options.rate} transactions a second, seed ${options.seed}`,
      charts: chartsOf(points, values, knob, options.of),
      table: { head, rows },
    })
    return 'done'
  },
})

/** `interval=2s,5s`. */
function readOver(text: string): Reading<Over> {
  const [name = '', list = ''] = text.split('=', 2)
  const knob = KNOBS.find((candidate) => candidate === name)
  if (knob === undefined || list === '')
    return { ok: false, message: `"${text}" is not ${KNOBS.join(', ')} with values, such as interval=2s,5s` }
  const readers: Readonly<Record<(typeof KNOBS)[number], Reader<number>>> = {
    interval: readInterval,
    lost: readFraction,
    nodes: readCount(2, 500),
  }
  const values = readList(readers[knob])(list)
  return values.ok ? { ok: true, value: { knob, values: values.value } } : values
}

function readInterval(text: string): Reading<number> {
  const reading = readDuration(text)
  if (!reading.ok || (reading.value >= INTERVAL_MS.least && reading.value <= INTERVAL_MS.most)) return reading
  return { ok: false, message: `"${text}" is not between 100ms and 10m` }
}

type Figures = readonly (typeof FIGURES)[number][]

function headOf(of: Figures): readonly string[] {
  return [
    ...['INTERVAL', 'NODES', 'LOST'],
    ...(of.includes('bytes') ? ['BYTES A SECOND AND NODE'] : []),
    ...(of.includes('window') ? ['MISSING P50', 'P99', 'LONGEST', 'STILL'] : []),
  ]
}

function cells(point: SweepPoint, of: Figures): readonly string[] {
  return [
    ...[durationText(point.intervalMs), String(point.nodes), `${Number((100 * point.lost).toFixed(2))} %`],
    ...(of.includes('bytes') ? [sizeText(Math.round(point.bytesPerNode))] : []),
    ...(of.includes('window')
      ? [timeText(point.windowP50Ms), timeText(point.windowP99Ms), timeText(point.windowMaxMs), String(point.open)]
      : []),
  ]
}

function chartsOf(points: readonly SweepPoint[], values: readonly number[], knob: string, of: Figures) {
  const at = (index: number): number => (values[index] ?? 0) / (knob === 'interval' ? 1_000 : 1)
  const x = knob === 'interval' ? 'interval, seconds' : knob === 'lost' ? 'share that gossip misses' : 'nodes'
  const bytes = {
    title: 'What it costs',
    caption: 'Requests and answers of comparisons, sent and received.',
    x,
    y: 'bytes a second and node',
    scale: 'linear' as const,
    lines: [
      { name: 'comparisons', points: points.map(({ bytesPerNode }, index) => [at(index), bytesPerNode] as const) },
    ],
  }
  const window = {
    title: 'What it buys',
    caption: 'From the coming of a transaction until the last node has it.',
    x,
    y: 'seconds',
    scale: 'linear' as const,
    lines: [
      {
        name: 'half of the transactions',
        points: points.map(({ windowP50Ms }, index) => [at(index), windowP50Ms / 1_000] as const),
      },
      { name: '99 of 100', points: points.map(({ windowP99Ms }, index) => [at(index), windowP99Ms / 1_000] as const) },
    ],
  }
  return [...(of.includes('bytes') ? [bytes] : []), ...(of.includes('window') ? [window] : [])]
}
