/**
 * The unit under a real systemd, which is PID 1 of a container of its own (systemd-nspawn) with the programs of this
 * machine: ready, reloaded, hung and killed by the watchdog, back with its pool, stopped.
 */
import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from '../../../testnet/until.ts'
import { killWhole } from '../../../test/toolkit/command/shell-node.ts'
import { ran, type Check } from './check.ts'
import { PASSPHRASE_FILE, VALIDATOR } from './validator.ts'

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url))
const [NODE, PROGRAM] = ['/opt/hearsay/node_modules/node/bin/node', '/opt/hearsay/scripts/hearsay.js']
const UNIT = 'hearsay@node-0'
const WAIT_MS_MAX = 40_000
/** A signal after which the loop never comes back. */
const HANG = "data:text/javascript,process.on('SIGUSR2',()=>{for(;;);})"
/** Services of a whole machine that this one has no use for. */
const UNWANTED = ['systemd-networkd', 'systemd-resolved', 'systemd-timesyncd', 'systemd-logind', 'console-getty']

/** @param root holds `systemd`, as deploy wrote it */
export async function underSystemd(root: string): Promise<Check[]> {
  const what = 'the unit under a real systemd'
  if (process.getuid?.() !== 0) return [{ what, outcome: 'not-run', seen: 'it needs root' }]
  if (ran('systemd-nspawn', ['--version']).code !== 0)
    return [{ what, outcome: 'not-run', seen: 'there is no systemd-nspawn (Debian package systemd-container)' }]
  const machine = join(root, 'machine')
  furnish(machine, join(root, 'systemd'))
  handKey(machine, root)
  const binds = ['/usr', `${PROJECT}:/opt/hearsay`].map((bind) => `--bind-ro=${bind}`)
  const args = ['-q', '-D', machine, ...binds, '--private-network', '--register=no', '--keep-unit', '--boot']
  const container = spawn('systemd-nspawn', args, { stdio: 'ignore' })
  try {
    let init: string | undefined
    await until(() => (init = childOf(container.pid ?? 0)) !== undefined, { timeoutMs: WAIT_MS_MAX, everyMs: 50 })
    return await story((program, ...words) =>
      ran('nsenter', ['-t', init ?? '', '-m', '-p', '-n', '-u', '-i', program, ...words]),
    )
  } finally {
    const init = childOf(container.pid ?? 0)
    if (init !== undefined) process.kill(Number(init), 'SIGKILL')
    await killWhole(container)
  }
}

type Inside = (program: string, ...args: readonly string[]) => { readonly code: number | null; readonly text: string }

async function story(inside: Inside): Promise<Check[]> {
  const property = (name: string): string => inside('systemctl', 'show', '-P', name, UNIT).text.trim()
  const comes = (isThere: () => boolean): Promise<boolean> => until(isThere, { timeoutMs: WAIT_MS_MAX, everyMs: 200 })
  const check = (what: string, isRight: boolean, seen: string): Check => ({
    what,
    outcome: isRight ? 'held' : 'failed',
    seen,
  })
  const command = (...args: readonly string[]): string =>
    inside(NODE, PROGRAM, ...args, '--api', 'http://127.0.0.1:4600', '--token-file', '/var/lib/hearsay/node-0/.cookie')
      .text
  const checks: Check[] = []

  const isReady = await comes(() => property('ActiveState') === 'active')
  checks.push(check('Type=notify: active when the node says that it is ready', isReady, property('StatusText')))
  if (!isReady)
    return [...checks, check('its log', false, inside('journalctl', '-u', UNIT, '--no-pager').text.slice(-2_000))]

  const validator = /"validator":\{"key":"([0-9a-f]{64})"/.exec(command('status', '--json'))?.[1]
  checks.push(
    check('it makes blocks with the key that it was handed', validator !== undefined, `key ${validator?.slice(0, 8)}`),
  )

  const before = property('MainPID')
  inside('systemctl', 'reload', UNIT)
  // The command ends with the signal; the node says a moment later that it has read it, and is ready again.
  const isActiveAgain = await comes(() => property('ActiveState') === 'active')
  checks.push(
    check(
      'reload: the same process, active again',
      isActiveAgain && property('MainPID') === before,
      `process ${before}`,
    ),
  )

  const sent = /[0-9a-f]{64}/.exec(
    command('tx', 'send', '--from', 'alice', '--to', 'bob', '--amount', '5', '--json'),
  )?.[0]
  const outlived = await until(() => false, { timeoutMs: 5_000, everyMs: 5_000 })
  checks.push(
    check(
      'the watchdog leaves a loop that turns alone',
      !outlived && property('MainPID') === before,
      'longer than WatchdogSec',
    ),
  )

  inside('kill', '-USR2', before)
  const hungMs = performance.now()
  const isBack = await comes(
    () => property('ActiveState') === 'active' && property('MainPID') !== before && property('NRestarts') === '1',
  )
  const reason =
    /Watchdog timeout[^\n]*/.exec(inside('journalctl', '-u', UNIT, '--no-pager').text)?.[0] ?? 'no word of the watchdog'
  checks.push(
    check(
      'a loop that hangs is killed by the watchdog, and started again',
      isBack && reason.startsWith('Watchdog'),
      `${reason}; back after ${((performance.now() - hungMs) / 1_000).toFixed(1)} s`,
    ),
  )
  const shown = command('tx', 'show', sent ?? 'none', '--json')
  checks.push(
    check('it comes back with its pool', sent !== undefined && shown.includes(`"id":"${sent}"`), shown.slice(0, 100)),
  )

  const stopMs = performance.now()
  inside('systemctl', 'stop', UNIT)
  const stopped = property('Result') === 'success' && property('ActiveState') === 'inactive'
  checks.push(check('stop: in good order', stopped, `after ${((performance.now() - stopMs) / 1_000).toFixed(1)} s`))
  return checks
}

/** A root that has nothing of its own but what systemd and the node read. */
function furnish(machine: string, files: string): void {
  const units = join(machine, 'etc', 'systemd', 'system')
  for (const folder of ['usr', 'proc', 'sys', 'dev', 'run', 'tmp', 'var', 'root', 'opt/hearsay', 'etc/hearsay'])
    mkdirSync(join(machine, folder), { recursive: true })
  mkdirSync(join(units, 'multi-user.target.wants'), { recursive: true })
  mkdirSync(join(units, `${UNIT}.service.d`))
  for (const link of ['bin', 'sbin', 'lib', 'lib64'])
    if (existsSync(`/${link}`) && lstatSync(`/${link}`).isSymbolicLink())
      symlinkSync(readlinkSync(`/${link}`), join(machine, link))
  for (const name of ['passwd', 'group', 'nsswitch.conf', 'ld.so.cache'])
    cpSync(join('/etc', name), join(machine, 'etc', name))
  writeFileSync(join(machine, 'etc', 'os-release'), 'ID=hearsay\n')
  writeFileSync(join(machine, 'etc', 'machine-id'), '')
  for (const name of UNWANTED) symlinkSync('/dev/null', join(units, `${name}.service`))
  for (const name of ['network.json', 'node-0.json']) cpSync(join(files, name), join(machine, 'etc', 'hearsay', name))
  const unit = readFileSync(join(files, 'hearsay@.service'), 'utf8')
  writeFileSync(join(units, 'hearsay@.service'), unit.replace(/^ExecStart=\S+/m, `ExecStart=${NODE} ${PROGRAM}`))
  // A shorter wait than half a minute, and a way to hang.
  const override = ['[Service]', 'WatchdogSec=3', `Environment="NODE_OPTIONS=--import=${HANG}"`, ''].join('\n')
  writeFileSync(join(units, `${UNIT}.service.d`, 'test.conf'), override)
  symlinkSync('../hearsay@.service', join(units, 'multi-user.target.wants', `${UNIT}.service`))
}

/** What README.md of the folder says of a validator's key. */
function handKey(machine: string, root: string): void {
  const keys = join(machine, 'etc', 'hearsay', 'keys')
  mkdirSync(keys, { mode: 0o700 })
  cpSync(join(root, 'keys', `${VALIDATOR}.json`), join(keys, `${VALIDATOR}.json`))
  cpSync(join(root, PASSPHRASE_FILE), join(keys, `${VALIDATOR}.passphrase`))
  const units = join(machine, 'etc', 'systemd', 'system', `${UNIT}.service.d`)
  cpSync(join(root, 'systemd', `${UNIT}.conf`), join(units, 'validator.conf'))
}

function childOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .find((child) => child !== '')
  } catch {
    return undefined
  }
}
