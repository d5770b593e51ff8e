// `npm run fuzz -- [--n N] [--seed S]`: damaged bytes for every decoder and for a whole kernel. JSON on stdout, faults
// on stderr.
import { scriptArguments } from '../arguments.ts'
import { fuzz } from '../../test/toolkit/fuzz/fuzz.ts'

const { values } = scriptArguments(
  'usage: npm run fuzz -- [--n 100000] [--seed 1]: altered inputs for every decoder and the kernel',
  {
    options: { n: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
  },
)
const figures = await fuzz({
  inputs: Number(values.n),
  seed: Number(values.seed),
  onFault: (text) => console.error(text),
  onProgress: (inputs) => console.error(`${inputs} inputs`),
})
const { crashes, alteredAccepted, otherSpellings, rssPeakMiB } = figures
const pass = crashes + alteredAccepted + otherSpellings === 0 && rssPeakMiB <= 400
console.log(JSON.stringify({ id: 'fuzz', pass, figures }))
process.exitCode = pass ? 0 : 1
