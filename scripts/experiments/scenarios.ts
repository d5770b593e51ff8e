// `npm run scenarios [-- --in virtual|processes|packed] [--only NAME]`: every scenario of the package holds, and with
// its known bad setting it misses what it must. A JSON line each on stdout.
import { checkScenario } from '../../src/scenario/check.ts'
import { SHIPPED_NAMES, shippedText, spoiltText } from '../../src/scenario/library.ts'
import { missText, reportOf, type RunReport } from '../../src/scenario/run-report.ts'
import { WORLDS, type World } from '../../src/scenario/world.ts'
import { openWorld } from '../../src/scenario/worlds.ts'
import { scriptArguments } from '../arguments.ts'
import { bundle } from '../bundle.ts'

const { values } = scriptArguments(
  `usage: npm run scenarios -- [--in ${WORLDS.join('|')}] [--only NAME] [--good-only]`,
  {
    options: {
      in: { type: 'string', default: 'virtual' },
      only: { type: 'string', default: '' },
      'good-only': { type: 'boolean', default: false },
    },
  },
)
const chosen = WORLDS.find((name) => name === values.in)

/** What it came to; why not, where the world can't run it. */
async function run(world: World, text: string): Promise<RunReport | string> {
  const checked = checkScenario(text)
  if (!checked.ok) throw new Error(checked.mistakes[0]?.message)
  const refusals = world.refusals(checked.experiment)
  if (refusals.length > 0) return refusals.join('; ')
  const outcome = await world.run(checked.experiment, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  })
  if (outcome.kind !== 'ran') throw new Error(JSON.stringify(outcome))
  return reportOf(world.name, checked.experiment, outcome)
}

function print(id: string, pass: boolean, figures: object): void {
  console.log(JSON.stringify({ id, pass, figures }))
  if (!pass) process.exitCode = 1
}

if (chosen === undefined) {
  console.error(`--in must be one of ${WORLDS.join(', ')}`)
  process.exitCode = 2
} else {
  bundle()
  const world = await openWorld(chosen)
  for (const name of SHIPPED_NAMES.filter((each) => each.includes(values.only))) {
    const good = await run(world, shippedText(name) ?? '')
    if (typeof good === 'string') {
      print(name, true, { refused: good })
      continue
    }
    const { isMet, judged, figures, wallMs } = good
    const found = Object.fromEntries(Object.entries(figures).map(([figure, { value }]) => [figure, value]))
    const misses = judged.filter(({ verdict }) => verdict !== 'met').map(missText)
    print(name, isMet, { misses, wallMs, ...found })
    const spoilt = spoiltText(name)
    if (values['good-only'] || spoilt === undefined) continue
    const bad = await run(world, spoilt.text)
    if (typeof bad === 'string') {
      print(`${name}, spoilt`, true, { refused: bad })
      continue
    }
    const missed = bad.judged.filter(({ verdict }) => verdict === 'missed')
    const isAsExpected = missed.some(({ expectation }) => expectation.figure === spoilt.bad.misses)
    print(`${name}, spoilt`, isAsExpected, { what: spoilt.bad.what, misses: missed.map(missText), wallMs: bad.wallMs })
  }
}
