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
import { Switch } from '../../test/toolkit/processes/switch.ts'
import { DIALLED, MACHINES, type Machine } from './doctor/machines.ts'

const TOLD_MS_MAX = 60_000
const API = '127.0.0.1:4600'

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
const net = new Switch('hsd')
let failed = 0
try {
  writeNetwork(root, 'dev-doctor')
  for (const machine of MACHINES) start(machine)
  for (const { name, says, exitCode } of MACHINES) {
    let last = ''
    const isTold = await until(
      async () => {
        const ask = ['doctor', '--api', `http://${API}`, '--token-file', join(root, name, '.cookie')]
        const { code, stdout, stderr } = await net.hearsay(name, ask, { cwd: root })
        last = `exit ${code}\n${stdout}${stderr}`
        return code === exitCode && says.every((words) => words.test(stdout))
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

/** Puts a machine on the switch and starts its node. */
function start({ name, number, isBehind = false, spoilt, flags = [] }: Machine): void {
  if (isBehind) net.addBehindRouter(name, number)
  else net.add(name, number)
  if (spoilt !== undefined) net.within(name, spoilt)
  const bootstrap = DIALLED.filter((other) => other !== number).flatMap((other) => [
    '--bootstrap',
    `/ip4/${Switch.addressOf(other)}/tcp/4601`,
  ])
  const own = ['--name', name, '--data-dir', name, '--api', API, '--profile', 'dev', '--log-level', 'error']
  net.start(name, ['node', 'run', '--network', 'network.json', ...own, ...bootstrap], { cwd: root, flags })
}
