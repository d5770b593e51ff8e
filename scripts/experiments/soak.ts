// `npm run soak [-- --nodes N --rate R --seconds S --fill N]`: steady load on a network of node processes: everything
// everywhere, memory and open files flat, books exact. JSON on stdout, a line every few seconds on stderr. The long
// form is 600 s.
import { scriptArguments } from '../arguments.ts'
import { soak } from './soak/soak.ts'

const { values } = scriptArguments(
  'usage: npm run soak -- [--nodes 10] [--rate 100] [--seconds 30] [--fill N] [--seed 1]: load for long; memory and files must not grow',
  {
    options: {
      nodes: { type: 'string', default: '10' },
      rate: { type: 'string', default: '100' },
      seconds: { type: 'string', default: '30' },
      fill: { type: 'string' },
      seed: { type: 'string', default: '1' },
    },
  },
)
const outcome = await soak({
  nodes: Number(values.nodes),
  perSecond: Number(values.rate),
  seconds: Number(values.seconds),
  // Growth is only judged over minutes.
  fill: Number(values.fill ?? (Number(values.seconds) >= 120 ? 70_000 : 0)),
  seed: Number(values.seed),
  onProgress: (text) => console.error(text),
})
console.log(JSON.stringify({ id: 'soak', pass: outcome.failures.length === 0, ...outcome }))
process.exitCode = outcome.failures.length === 0 ? 0 : 1
