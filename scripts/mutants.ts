// `npm run mutants [-- --only TEXT]`: each defence switched off in turn; a test must then fail. A JSON line each on stdout, and one for all.
import { parseArgs } from 'node:util'
import { MUTANTS } from './mutating/mutants.ts'
import { MutantRun } from './mutating/run.ts'

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const chosen = MUTANTS.filter(({ name, threat }) => `${name} ${threat}`.includes(values.only))
const run = new MutantRun()
let killed = 0
try {
  for (const mutant of chosen) {
    const fate = await run.judge(mutant)
    if (fate === 'killed') killed++
    console.log(JSON.stringify({ id: mutant.name, pass: fate === 'killed', figures: { threat: mutant.threat, fate } }))
  }
} finally {
  run.close()
}
console.log(
  JSON.stringify({ id: 'mutants', pass: killed === chosen.length, figures: { mutants: chosen.length, killed } }),
)
process.exitCode = killed === chosen.length ? 0 : 1
