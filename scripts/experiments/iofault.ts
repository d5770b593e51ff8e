// `npm run iofault [-- --first 1,2,3]`: a disk that fails from the n-th sync or write on. Needs strace. JSON on stdout.
import { scriptArguments } from '../arguments.ts'
import { ioFault, ioFaultObstacle } from '../../test/toolkit/durability/iofault.ts'

const { values } = scriptArguments(
  'usage: npm run iofault -- [--first 1,2,3,5,8,13,21,34,50]: lets the disk fail from that write on (needs strace)',
  { options: { first: { type: 'string', default: '1,2,3,5,8,13,21,34,50' } } },
)
const obstacle = ioFaultObstacle()
if (obstacle !== null) {
  console.error(`iofault cannot run here: ${obstacle}.`)
  process.exitCode = 2
} else {
  const figures = await ioFault({
    first: values.first.split(',').map(Number),
    onRun: (name, { acknowledged, ended }) => console.error(`${name}: ${acknowledged} acknowledged, then ${ended}`),
  })
  const { lost, falseAcknowledgements, failuresToOpen, runs, stoppedWith503, exited } = figures
  const pass = lost + falseAcknowledgements + failuresToOpen === 0 && stoppedWith503 + exited === runs
  console.log(JSON.stringify({ id: 'iofault', pass, figures }))
  process.exitCode = pass ? 0 : 1
}
