// `npm run mutants [-- --only TEXT…] [--workers N]`: each defence switched off in turn; a test must then fail. A JSON
// line each on stdout, and one for all.
import { availableParallelism } from 'node:os'
import { scriptArguments } from '../arguments.ts'
import type { Mutant } from '../../test/toolkit/mutants/mutant.ts'
import { MUTANTS } from '../../test/toolkit/mutants/all.ts'
import { MutantRun, paceOf, type Pace } from './mutants/run.ts'

const { values } = scriptArguments(
  'usage: npm run mutants -- [--only ROW|WORDS]… [--workers N]: takes each defence away in turn; a test must fail',
  {
    options: {
      only: { type: 'string', multiple: true, default: [''] },
      workers: { type: 'string', default: `${availableParallelism() + 1}` },
    },
  },
)
// A number of a row, or a part of a name.
const isChosen = (name: string, threat: string): boolean =>
  values.only.some((text) => name.includes(text) || threat.split(' ').includes(text))
const chosen = MUTANTS.filter(({ name, threat }) => isChosen(name, threat))
const started = performance.now()
const seconds = (since: number): number => Math.round((performance.now() - since) / 100) / 10

// The first worker begins at the quick end, the others at the slow one: tests that wait leave the cores to one that
// computes.
const ofPace = (pace: Pace): Mutant[] => chosen.filter((mutant) => paceOf(mutant) === pace)
const waiting = [...ofPace('quick'), ...ofPace('slow')]
const runs = Array.from({ length: Math.max(1, Math.min(chosen.length, Number(values.workers))) }, () => new MutantRun())
const unharmed = new Map<Pace, Promise<ReadonlySet<string>>>()
let killed = 0

/** The tests of this pace that pass unharmed: run once, by whichever worker needs them first. */
function unharmedOf(pace: Pace, run: MutantRun): Promise<ReadonlySet<string>> {
  const known = unharmed.get(pace)
  if (known !== undefined) return known
  const since = performance.now()
  const tests = run.unharmed(ofPace(pace)).then((passed) => {
    console.error(`${passed.size} ${pace} tests pass unharmed, in ${seconds(since)} s`)
    return passed
  })
  unharmed.set(pace, tests)
  return tests
}

async function work(run: MutantRun, next: () => Mutant | undefined): Promise<void> {
  for (let mutant = next(); mutant !== undefined; mutant = next()) {
    const passing = await unharmedOf(paceOf(mutant), run)
    const since = performance.now()
    const fate = await run.judge(mutant, passing)
    if (fate === 'killed') killed++
    const figures = { threat: mutant.threat, fate, seconds: seconds(since) }
    console.log(JSON.stringify({ id: mutant.name, pass: fate === 'killed', figures }))
  }
}

try {
  await Promise.all(runs.map((run, i) => work(run, () => (i === 0 ? waiting.shift() : waiting.pop()))))
} finally {
  for (const run of runs) run.close()
}

const isWhole = chosen.length > 0 && killed === chosen.length
const figures = { mutants: chosen.length, killed, seconds: seconds(started) }
console.log(JSON.stringify({ id: 'mutants', pass: isWhole, figures }))
process.exitCode = isWhole ? 0 : 1
