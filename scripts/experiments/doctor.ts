/**
 * Machines that something is wrong with, and whether `hearsay doctor` names it: network namespaces on one switch, a
 * node on each. `npm run doctor` needs root, ip and nft, and the built command.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../../testnet/until.ts'
import { writeNetwork } from '../../test/toolkit/command/dev-folder.ts'
import { scriptArguments } from '../arguments.ts'
import { MACHINES } from './doctor/machines.ts'
import { Switch } from './doctor/switch.ts'

const TOLD_MS_MAX = 60_000

scriptArguments(
  'usage: npm run doctor: whether hearsay doctor names what is wrong with a machine; needs root, ip and nft',
  {},
)
const obstacle = Switch.obstacle()
if (obstacle !== null) {
  console.error(obstacle)
  process.exit(2)
}
const root = mkdtempSync(join(tmpdir(), 'hearsay-doctor-'))
const net = new Switch(root)
let failed = 0
try {
  writeNetwork(root, 'dev-doctor')
  for (const machine of MACHINES) net.add(machine)
  for (const { name, says, exitCode } of MACHINES) {
    let last = ''
    const isTold = await until(
      () => {
        const { code, text } = net.doctor(name)
        last = `exit ${code}\n${text}`
        return code === exitCode && says.every((words) => words.test(text))
      },
      { timeoutMs: TOLD_MS_MAX, everyMs: 1_000 },
    )
    if (!isTold) failed++
    const line = last.split('\n').find((each) => says[0]?.test(each)) ?? last
    console.error(`${isTold ? '✓' : '✗'} ${name}: ${line}`)
  }
} finally {
  await net.close()
  rmSync(root, { recursive: true, force: true })
}
console.log(JSON.stringify({ id: 'doctor', pass: failed === 0, figures: { machines: MACHINES.length, failed } }))
process.exitCode = failed === 0 ? 0 : 1
