// `npm run mutants [-- --only TEXT] [--workers N]`: each defence switched off in turn; a test must then fail. A JSON line each on stdout, and one
// for all.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { MUTANTS } from './mutating/mutants/all.ts'
import { MutantRun } from './mutating/run.ts'

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, workers: { type: 'string', default: `${availableParallelism()}` } },
})
// A number of a row, or a part of a name.
const isChosen = (name: string, threat: string): boolean =>
  name.includes(values.only) || threat.split(' ').includes(values.only)
const chosen = MUTANTS.filter(({ name, threat }) => isChosen(name, threat))
const started = performance.now()
const seconds = (since: number): number => Math.round((performance.now() - since) / 100) / 10

const runs = Array.from({ length: Math.max(1, Math.min(chosen.length, Number(values.workers))) }, () => new MutantRun())
const waiting = [...chosen]
let killed = 0
const work = async (run: MutantRun, unharmed: ReadonlySet<string>): Promise<void> => {
  for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
    const since = performance.now()
    const fate = await run.judge(mutant, unharmed)
    if (fate === 'killed') killed++
    const figures = { threat: mutant.threat, fate, seconds: seconds(since) }
    console.log(JSON.stringify({ id: mutant.name, pass: fate === 'killed', figures }))
  }
}
try {
  const unharmed = (await runs[0]?.unharmed(chosen)) ?? new Set<string>()
  console.error(`${unharmed.size} tests of ${chosen.length} mutants pass unharmed, after ${seconds(started)} s`)
  await Promise.all(runs.map((run) => work(run, unharmed)))
} finally {
  for (const run of runs) run.close()
}

const isWhole = chosen.length > 0 && killed === chosen.length
const figures = { mutants: chosen.length, killed, seconds: seconds(started) }
console.log(JSON.stringify({ id: 'mutants', pass: isWhole, figures }))
process.exitCode = isWhole ? 0 : 1
