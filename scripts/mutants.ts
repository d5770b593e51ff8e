// `npm run mutants [-- --only TEXT] [--workers N]`: each defence switched off in turn; a test must then fail. A JSON line each on stdout, and one
// for all.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { MUTANTS } from './mutating/mutants/all.ts'
import { MutantRun, type Baselines } from './mutating/run.ts'

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, workers: { type: 'string', default: `${availableParallelism()}` } },
})
const chosen = MUTANTS.filter(({ name, threat }) => `${name} ${threat}`.includes(values.only))
const started = performance.now()
const seconds = (since: number): number => Math.round((performance.now() - since) / 100) / 10

const waiting = [...chosen]
const baselines: Baselines = new Map()
let killed = 0
const worker = async (): Promise<void> => {
  const run = new MutantRun(baselines)
  try {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const since = performance.now()
      const fate = await run.judge(mutant)
      if (fate === 'killed') killed++
      const figures = { threat: mutant.threat, fate, seconds: seconds(since) }
      console.log(JSON.stringify({ id: mutant.name, pass: fate === 'killed', figures }))
    }
  } finally {
    run.close()
  }
}
await Promise.all(Array.from({ length: Math.max(1, Number(values.workers)) }, worker))

const isWhole = chosen.length > 0 && killed === chosen.length
const figures = { mutants: chosen.length, killed, seconds: seconds(started) }
console.log(JSON.stringify({ id: 'mutants', pass: isWhole, figures }))
process.exitCode = isWhole ? 0 : 1
