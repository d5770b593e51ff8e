// `npm run scenarios [-- --in virtual|packed|processes|all] [--only NAME] [--good-only]`: every scenario of the package
// holds in every world that can run it, and with its known bad setting it misses what it must. A JSON line each on
// stdout; on stderr, after the last one, the figures of each scenario side by side.
import { checkScenario } from '../../src/scenario/check.ts'
import { FIGURE_NAMES, figureText, type FigureName } from '../../src/scenario/figures.ts'
import { SHIPPED_NAMES, shippedText, spoiltText } from '../../src/scenario/library.ts'
import { missText, reportOf, type RunReport } from '../../src/scenario/run-report.ts'
import { WORLDS, type World, type WorldName } from '../../src/scenario/world.ts'
import { openWorld } from '../../src/scenario/worlds.ts'
import { scriptArguments } from '../arguments.ts'
import { bundle } from '../bundle.ts'

const { values } = scriptArguments(
  `usage: npm run scenarios -- [--in ${WORLDS.join('|')}|all] [--only NAME] [--good-only]`,
  {
    options: {
      in: { type: 'string', default: 'virtual' },
      only: { type: 'string', default: '' },
      'good-only': { type: 'boolean', default: false },
    },
  },
)
const chosen = values.in === 'all' ? WORLDS : WORLDS.filter((name) => name === values.in)

/** What a run came to; why there was none, and whether that is the world's to say, or a failure. */
type Ran = RunReport | { readonly why: string; readonly isRefused: boolean }
type Runs = Map<WorldName, Ran>

async function run(world: World, text: string): Promise<Ran> {
  const checked = checkScenario(text)
  if (!checked.ok) throw new Error(checked.mistakes[0]?.message)
  const refusals = world.refusals(checked.experiment)
  if (refusals.length > 0) return { why: refusals.join('; '), isRefused: true }
  const outcome = await world.run(checked.experiment, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  })
  if (outcome.kind !== 'ran') return { why: JSON.stringify(outcome), isRefused: false }
  return reportOf(world.name, checked.experiment, outcome)
}

function print(id: string, world: World, pass: boolean, figures: object): void {
  console.log(JSON.stringify({ id, world: world.name, pass, figures }))
  if (!pass) process.exitCode = 1
}

async function good(world: World, name: string): Promise<Ran> {
  const report = await run(world, shippedText(name) ?? '')
  if ('why' in report) {
    print(name, world, report.isRefused, { whyNot: report.why })
    return report
  }
  const { isMet, judged, figures, wallMs } = report
  const found = Object.fromEntries(Object.entries(figures).map(([figure, { value }]) => [figure, value]))
  const misses = judged.filter(({ verdict }) => verdict !== 'met').map(missText)
  print(name, world, isMet, { misses, wallMs, ...found })
  return report
}

async function bad(world: World, name: string): Promise<void> {
  const spoilt = spoiltText(name)
  if (spoilt === undefined) return
  const id = `${name}, spoilt`
  const report = await run(world, spoilt.text)
  if ('why' in report) {
    print(id, world, report.isRefused, { whyNot: report.why })
    return
  }
  const missed = report.judged.filter(({ verdict }) => verdict === 'missed')
  const isAsExpected = missed.some(({ expectation }) => expectation.figure === spoilt.bad.misses)
  print(id, world, isAsExpected, { what: spoilt.bad.what, misses: missed.map(missText), wallMs: report.wallMs })
}

/** A table of one scenario: a row a figure, a column a world. */
function sideBySide(name: string, runs: Runs): string {
  const cell = (run: Ran, figure: FigureName): string =>
    'why' in run ? '-' : figureText(figure, run.figures[figure]?.value ?? null)
  return [
    `| ${name} | ${[...runs.keys()].join(' | ')} |`,
    `|---|${[...runs.keys()].map(() => '---|').join('')}`,
    ...FIGURE_NAMES.map(
      (figure) => `| ${figure} | ${[...runs.values()].map((run) => cell(run, figure)).join(' | ')} |`,
    ),
  ].join('\n')
}

if (chosen.length === 0) {
  console.error(`--in must be one of ${WORLDS.join(', ')}, all`)
  process.exitCode = 2
} else {
  bundle()
  const tables: string[] = []
  for (const name of SHIPPED_NAMES.filter((each) => each.includes(values.only))) {
    const runs: Runs = new Map()
    for (const worldName of chosen) {
      const world = await openWorld(worldName)
      const report = await good(world, name)
      runs.set(worldName, report)
      if (!('why' in report) && !values['good-only']) await bad(world, name)
    }
    tables.push(sideBySide(name, runs))
  }
  console.error(tables.join('\n\n'))
}
