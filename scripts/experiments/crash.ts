// `npm run crash [-- --runs N --seed S --rate R]`: kill -9 at random under load. JSON on stdout, a line a run on
// stderr.
import { scriptArguments } from '../arguments.ts'
import { crash } from '../../test/toolkit/durability/crash.ts'

const { values } = scriptArguments(
  'usage: npm run crash -- [--runs 200] [--seed 1] [--rate 100]: kills a node under load, again and again; nothing acknowledged may be lost',
  {
    options: {
      runs: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      rate: { type: 'string', default: '100' },
    },
  },
)
const figures = await crash({
  runs: Number(values.runs),
  seed: Number(values.seed),
  signal: 'SIGKILL',
  perSecond: Number(values.rate),
  onRun: (run, { acknowledged, lost, readyMs }) =>
    console.error(
      `run ${run}: ${acknowledged} acknowledged so far, ${lost} lost, ready after ${Math.round(readyMs)} ms`,
    ),
})
const pass =
  figures.lost === 0 &&
  figures.restarts === figures.runs &&
  figures.readyMsMax <= 3_000 &&
  figures.steppedBack === 0 &&
  figures.signedTwice === 0
console.log(JSON.stringify({ id: 'crash', pass, figures }))
process.exitCode = pass ? 0 : 1
