// `npm run sigterm [-- --runs N --seed S --rate R]`: SIGTERM at random under load. JSON on stdout, a line a run on
// stderr.
import { scriptArguments } from '../arguments.ts'
import { crash } from '../../test/toolkit/durability/crash.ts'

/** What service managers allow is 10 s (containers) to 90 s (systemd). */
const STOP_MS_MAX = 5_000

const { values } = scriptArguments(
  'usage: npm run sigterm -- [--runs 50] [--seed 1] [--rate 100]: stops a node under load, again and again; each time within 5 s, with exit code 0, and nothing acknowledged is lost',
  {
    options: {
      runs: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      rate: { type: 'string', default: '100' },
    },
  },
)
const figures = await crash({
  runs: Number(values.runs),
  seed: Number(values.seed),
  signal: 'SIGTERM',
  perSecond: Number(values.rate),
  onRun: (run, { acknowledged, lost, stopMs }) =>
    console.error(
      `run ${run}: stopped after ${Math.round(stopMs)} ms, ${acknowledged} acknowledged so far, ${lost} lost`,
    ),
})
const pass =
  figures.stopMsMax <= STOP_MS_MAX && figures.unclean === 0 && figures.lost === 0 && figures.signedTwice === 0
console.log(JSON.stringify({ id: 'sigterm', pass, figures }))
process.exitCode = pass ? 0 : 1
