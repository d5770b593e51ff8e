import type { RealSpread } from '../../lab/reference.ts'
import type { SpreadModel } from '../../lab/spread-theory.ts'
import { defineCommand, value, valueOr } from '../command.ts'
import type { Context } from '../context.ts'
import { usageFailure } from '../failure.ts'
import { readCount, readList, readText, readWord, type Reader } from '../parse.ts'
import { deviationText, figureText, measuredCells, writePlot } from '../sim-text.ts'
import { rightColumns, tableText } from '../table-text.ts'
import { isStopped } from '../waiting.ts'

type ModelMode = SpreadModel['summary']['mode']

/** The names of sim/models, which is loaded only when it is asked for; a test holds both together. */
export const MODES = [
  'push',
  'pull',
  'pushpull',
  'direct',
  'rumor',
  'rumor-coin',
  'rumor-pull',
  'fanout',
] as const satisfies readonly ModelMode[]
const ALL = [...MODES, 'real'] as const
type Mode = (typeof ALL)[number]

const TOPOLOGIES = ['random', 'ring'] as const
const MEMBERS = ['relay', 'router'] as const
/** Without --k: what the literature's tables have. */
const USUAL_K: Readonly<Record<ModelMode, readonly number[]>> = {
  push: [1, 2],
  pull: [1],
  pushpull: [1],
  direct: [1],
  rumor: [1, 2, 3],
  'rumor-coin': [2, 3],
  'rumor-pull': [1],
  fanout: [4, 6],
}
/** A figure is steady after some hundred thousand nodes in all. */
const NODES_IN_ALL = 120_000
const RUNS_MAX = 100
const RUNS_MIN = 8

const readModes: Reader<readonly Mode[]> = readList(readWord(ALL))

export const command = defineCommand({
  details:
    'The models of the literature in simultaneous rounds, many runs each, beside the closed formula of each; and `real`: whole nodes on the real router in virtual time, ' +
    'on links of 20 to 120 ms. The same seed gives the same figures.',
  args: [],
  options: {
    mode: valueOr('--mode <modes>', 'models, with commas between them, and real', readModes, MODES.join(','), {
      words: ALL,
    }),
    nodes: valueOr('-n, --nodes <counts>', 'how many nodes, with commas', readList(readCount(2, 100_000)), '1000'),
    k: value(
      '--k <counts>',
      'contacts a round, useless contacts until interest is lost, or fanout (default: as in the tables of the literature)',
      readList(readCount(1, 64)),
    ),
    runs: value('--runs <count>', 'runs of each model (default: 100, fewer for large networks)', readCount(1, 10_000)),
    topology: valueOr('--topology <kind>', 'whom a node may tell: random or ring', readWord(TOPOLOGIES), 'random', {
      words: TOPOLOGIES,
    }),
    seed: valueOr('--seed <number>', 'of all chance', readCount(0, 2 ** 32 - 1), '1'),
    member: valueOr('--member <kind>', 'real: whole nodes (relay), or bare routers', readWord(MEMBERS), 'relay', {
      words: MEMBERS,
    }),
    degree: valueOr('--degree <count>', 'real: connections a node', readCount(1, 64), '12'),
    messages: valueOr('--messages <count>', 'real: messages, one a second', readCount(1, 100), '3'),
    plot: value('--plot <file>', 'also draw it, as one HTML file', readText),
  },
  examples: [
    ['sim spread', 'every model with 1,000 nodes'],
    ['sim spread --mode push --k 1,2,3,4 -n 1000,10000', 'how much another contact a round is worth'],
    ['sim spread --mode real -n 50,200 --plot spread.html', 'the real router beside the theory'],
    ['sim spread --mode push --topology ring -n 100', 'why it matters who may talk to whom'],
  ],
  without: ['api', 'token-file', 'home'],
  async run(context, { options }) {
    const { shared, terminal, stop } = context
    const isRing = options.topology === 'ring'
    if (isRing && options.mode.includes('real'))
      throw usageFailure('--topology: ring is for the models', 'leave real out, or take random')
    const models = MODES.filter((mode) => options.mode.includes(mode))
    const rows = await modelRows(context, models, options)
    const reals = options.mode.includes('real') ? await realRows(context, options) : []
    terminal.endLive()
    if (stop.aborted) return 'interrupted'
    if (shared.json)
      terminal.document({
        v: 1,
        seed: options.seed,
        topology: options.topology,
        models: rows.map(({ summary, figure }) => ({ ...summary, figure })),
        real: reals,
      })
    else {
      if (rows.length > 0) terminal.out(modelTable(rows))
      if (rows.length > 0 && reals.length > 0) terminal.out('')
      if (reals.length > 0) terminal.out(realTable(reals))
    }
    await writePlot(context, options.plot, {
      title: 'How a rumour spreads',
      subtitle: `seed ${options.seed}, ${options.topology === 'ring' ? 'neighbours on a ring' : 'contacts by chance'}`,
      charts: rows.length === 0 ? [] : chartsOf(rows),
      table: { head: MODEL_HEAD, rows: [...rows.map(modelCells), ...reals.map(realCellsAsModel)] },
    })
    return 'done'
  },
})

interface Asked {
  readonly nodes: readonly number[]
  readonly k: readonly number[] | undefined
  readonly runs: number | undefined
  readonly topology: (typeof TOPOLOGIES)[number]
  readonly seed: number
  readonly member: (typeof MEMBERS)[number]
  readonly degree: number
  readonly messages: number
}

async function modelRows(
  { terminal, stop }: Context,
  modes: readonly ModelMode[],
  asked: Asked,
): Promise<SpreadModel[]> {
  const [{ spreadModel }, { createPrng }] = await Promise.all([
    import('../../lab/spread-theory.ts'),
    import('../../lib/prng.ts'),
  ])
  const random = createPrng(asked.seed)
  const { topology } = asked
  const rows: SpreadModel[] = []
  for (const nodes of asked.nodes)
    for (const mode of modes)
      for (const k of asked.k ?? USUAL_K[mode]) {
        terminal.progress(`${mode} k ${k}, ${nodes} nodes`)
        if (await isStopped(stop)) return rows
        const runs = asked.runs ?? Math.min(RUNS_MAX, Math.max(RUNS_MIN, Math.round(NODES_IN_ALL / nodes)))
        rows.push(spreadModel({ mode, nodes, k, runs, random, topology }))
      }
  return rows
}

async function realRows({ terminal, stop }: Context, asked: Asked): Promise<RealSpread[]> {
  const { realSpread } = await import('../../lab/reference.ts')
  const rows: RealSpread[] = []
  for (const nodes of asked.nodes) {
    if (stop.aborted) break
    terminal.progress(`real router, ${nodes} nodes, in virtual time`)
    rows.push(await realSpread({ ...asked, nodes }))
  }
  return rows
}

const MODEL_HEAD = [
  'MODE',
  'K',
  'NODES',
  'RUNS',
  'TO 99.9%',
  'TO ALL',
  'MESSAGES',
  'FIGURE',
  'MEASURED',
  'THEORY',
  'OFF BY',
]

function modelCells({ summary, figure }: SpreadModel): readonly string[] {
  const { mode, k, nodes, runs, roundsTo999, roundsToAll, messagesPerNode } = summary
  const rounds = (value: number | null): string => (value === null ? '-' : value.toFixed(1))
  return [
    mode,
    String(k),
    String(nodes),
    String(runs),
    rounds(roundsTo999),
    rounds(roundsToAll),
    messagesPerNode.toFixed(2),
    figure.what,
    ...measuredCells(figure),
  ]
}

function modelTable(rows: readonly SpreadModel[]): string {
  const left = new Set(['MODE', 'FIGURE'])
  return tableText(
    MODEL_HEAD.map((title) => (left.has(title) ? { title } : { title, align: 'right' as const })),
    rows.map(modelCells),
  )
}

function realTable(rows: readonly RealSpread[]): string {
  const titles = [
    'NODES',
    'COVERAGE',
    'P50 ms',
    'THEORY',
    'OFF BY',
    'P99 ms',
    'HOPS',
    'THEORY',
    'OFF BY',
    'COPIES',
    'MESH',
  ]
  return tableText(
    rightColumns(titles),
    rows.map(({ nodes, coverage, p50, p99Ms, hops, copies, meshDegree }) => [
      String(nodes),
      `${Number((100 * coverage).toFixed(2))} %`,
      ...measuredCells(p50),
      figureText(p99Ms),
      ...measuredCells(hops),
      copies.toFixed(2),
      meshDegree.toFixed(2),
    ]),
  )
}

function realCellsAsModel({ nodes, p50 }: RealSpread): readonly string[] {
  return [
    'real',
    '-',
    String(nodes),
    '1',
    '-',
    '-',
    '-',
    p50.what,
    figureText(p50.value),
    figureText(p50.theory),
    deviationText(p50),
  ]
}

function chartsOf(rows: readonly SpreadModel[]) {
  const lines = rows.map(({ summary: { mode, k, nodes, curve } }) => ({
    name: `${mode}${mode === 'direct' ? '' : `, k ${k}`}, ${nodes} nodes`,
    points: untilSteady(curve).map((share, round) => [round, share] as const),
  }))
  return [
    {
      title: 'Who knows it',
      caption: 'Mean over the runs. The slow start is chance: one teller, then two, then four.',
      x: 'rounds',
      y: 'share that knows',
      scale: 'share' as const,
      lines,
    },
    {
      title: 'The tail',
      caption:
        'Share that does not know it yet, logarithmic: a rule that loses interest leaves some behind, and its line stays up.',
      x: 'rounds',
      y: 'share that does not',
      scale: 'log' as const,
      lines: lines.map(({ name, points }) => ({ name, points: points.map(([at, share]) => [at, 1 - share] as const) })),
    },
  ]
}

/** Below it nothing is seen any more. */
const STEADY = 0.0005

/** A curve up to where it stays: one stray teller would stretch the picture of all others. */
function untilSteady(curve: readonly number[]): readonly number[] {
  const end = curve.at(-1) ?? 0
  const last = curve.findIndex((share) => Math.abs(share - end) < STEADY)
  return curve.slice(0, last + 2)
}
