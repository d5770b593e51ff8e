/**
 * What `hearsay deploy` writes, read by the programs that it is written for; and the unit under a real systemd. There
 * it must become ready, answer its watchdog, be killed by it when the loop hangs, and come back with its pool. Says
 * plainly what this machine can't run. `npm run deploy -- [--python PATH]`: a Python that has kubernetes-validate.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scriptArguments } from '../arguments.ts'
import { hearsay, type Check } from './deploy/check.ts'
import { composeChecks, kubernetesChecks, systemdChecks } from './deploy/readers.ts'
import { PASSPHRASE_FILE, VALIDATOR } from './deploy/validator.ts'
import { underSystemd } from './deploy/under-systemd.ts'

const { values } = scriptArguments(
  'usage: npm run deploy -- [--python python3]: checks what hearsay deploy writes with the programs it is for (after npm run build; root and systemd-nspawn for the unit itself)',
  { options: { python: { type: 'string', default: 'python3' } } },
)
const root = mkdtempSync(join(tmpdir(), 'hearsay-deploy-'))
const checks: Check[] = []
try {
  process.env.HEARSAY_KEYS = join(root, 'keys')
  writeFileSync(join(root, PASSPHRASE_FILE), 'correct horse\n', { mode: 0o600 })
  const own = ['--fund', 'alice=1000000', '--out', 'network.json', '--passphrase-file', PASSPHRASE_FILE]
  hearsay(root, 'network', 'create', 'dev-deploy', ...own)
  const makers = ['--validator', `node-0=${VALIDATOR}`]
  for (const kind of ['systemd', 'compose', 'kubernetes'])
    hearsay(root, 'deploy', kind, 'network.json', '--count', '3', ...makers, '--out', kind)
  checks.push(...systemdChecks(join(root, 'systemd')))
  checks.push(...composeChecks(join(root, 'compose')))
  checks.push(...kubernetesChecks(join(root, 'kubernetes'), values.python))
  checks.push(...(await underSystemd(root)))
} finally {
  rmSync(root, { recursive: true, force: true })
}
const MARKS = { held: '✓', failed: '✗', 'not-run': '–' } as const
for (const { what, outcome, seen } of checks) console.error(`${MARKS[outcome]} ${what}: ${seen}`)
const count = (wanted: Check['outcome']): number => checks.filter(({ outcome }) => outcome === wanted).length
const figures = { held: count('held'), failed: count('failed'), notRun: count('not-run') }
console.log(JSON.stringify({ id: 'deploy', pass: figures.failed === 0 && figures.held > 0, figures }))
process.exitCode = figures.failed === 0 && figures.held > 0 ? 0 : 1
