// `npm run conform`: our own node against the conformance kit, whole, with the checks that wait for minutes (--long);
// or
// (--mutants) nodes with one thing wrong each, of which every one must be caught by the check that it is made for. One
// line each, and a summary; exit code 1 where a check failed or a mutant survived.
import { CHECKS } from '../../src/conform/checks/table.ts'
import { countsOf, countsText, noteOf } from '../../src/conform/report.ts'
import { hunt } from '../../test/toolkit/conform/hunt.ts'
import { MUTANTS } from '../../test/toolkit/conform/mutants.ts'
import { throughLens } from '../../test/toolkit/conform/through-lens.ts'
import { scriptArguments } from '../arguments.ts'

const { values } = scriptArguments(
  `usage: npm run conform -- [--mutants] [--long] [--only ID]
  --mutants  nodes with one thing wrong, each of which the check that it is made for must catch
  --long     also what waits for a minute or more
  --only     checks whose ids begin so, or the mutants made for them`,
  {
    options: {
      mutants: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
    },
  },
)

if (values.mutants) {
  let [caught, survived] = [0, 0]
  for await (const { mutant, evidence } of hunt(MUTANTS.filter(({ check }) => check.startsWith(values.only)))) {
    if (evidence === null) survived++
    else caught++
    console.log(
      `${evidence === null ? 'SURVIVED' : 'caught  '}  ${mutant.check}: ${mutant.wrong}${evidence === null ? '' : ` (${evidence})`}`,
    )
  }
  const made = new Set(MUTANTS.map(({ check }) => check))
  const without = CHECKS.filter(({ id, isLong }) => isLong !== true && !made.has(id)).map(({ id }) => id)
  console.log(`\n${caught} caught, ${survived} survived; without a mutant: ${without.join(', ') || 'none'}`)
  if (survived > 0) process.exitCode = 1
} else {
  const checks = CHECKS.filter(({ id, isLong }) => id.startsWith(values.only) && (values.long || isLong !== true))
  // Through a lens that bends nothing: what the mutants are compared with.
  const results = await throughLens(checks, {})
  for (const result of results)
    console.log(`${result.verdict.kind.padEnd(14)}  ${result.check.id}  ${noteOf(result) ?? ''}`)
  const counts = countsOf(results)
  console.log(`\n${countsText(counts)}`)
  if (counts.failed > 0) process.exitCode = 1
}
