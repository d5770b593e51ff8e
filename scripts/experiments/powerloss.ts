// `npm run powerloss [-- --runs N --seed S --rate R]`: power cuts on a disk of its own, under load. Needs root. JSON on
// stdout.
import { scriptArguments } from '../arguments.ts'
import { powerloss, powerlossObstacle } from '../../test/toolkit/durability/powerloss.ts'

const { values } = scriptArguments(
  'usage: npm run powerloss -- [--runs 50] [--seed 1] [--rate 100]: cuts the power of a simulated disk under load (needs root)',
  {
    options: {
      runs: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      rate: { type: 'string', default: '100' },
    },
  },
)
const obstacle = powerlossObstacle()
if (obstacle !== null) {
  console.error(`powerloss cannot run here: ${obstacle}. "npm run crash" needs nothing of the kind, and shows less.`)
  process.exitCode = 2
} else {
  const figures = await powerloss({
    runs: Number(values.runs),
    seed: Number(values.seed),
    perSecond: Number(values.rate),
    onRun: (run, { acknowledged, lost }) =>
      console.error(`cut ${run}: ${acknowledged} acknowledged so far, ${lost} lost`),
  })
  const { lost, opened, runs, controlLost } = figures
  const pass = lost === 0 && opened === runs && controlLost === runs
  console.log(JSON.stringify({ id: 'powerloss', pass, figures }))
  process.exitCode = pass ? 0 : 1
}
