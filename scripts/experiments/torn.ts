// `npm run torn [-- --every N]`: every truncation and bit flip of the last records of the database's log. JSON on
// stdout.
import { scriptArguments } from '../arguments.ts'
import { torn } from '../../test/toolkit/durability/torn.ts'

const { values } = scriptArguments(
  'usage: npm run torn -- [--every 1]: opens the store after a cut at every byte of its last writes',
  { options: { every: { type: 'string', default: '1' } } },
)
const figures = await torn({
  every: Number(values.every),
  onProgress: (images, total) => console.error(`${images} of ${total} images`),
})
const pass = figures.corruptServed + figures.failuresToOpen + figures.holes + figures.soundLost === 0
console.log(JSON.stringify({ id: 'torn', pass, figures }))
process.exitCode = pass ? 0 : 1
