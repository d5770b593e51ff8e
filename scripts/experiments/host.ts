/**
 * What machines do to a node: each host is made for real around the built command, which starts and ends in good order
 * there, or says in one sentence why not. `npm run host` runs all, as root; it fails where one does neither.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scriptArguments } from '../arguments.ts'
import { HOSTS } from './host/hosts.ts'
import { runHost } from './host/run.ts'

const { positionals } = scriptArguments(
  'usage: npm run host [-- WORDS…]: starts the built command on machines of many kinds, or on those whose names hold one of the words; needs root',
  { allowPositionals: true },
)
if (process.getuid?.() !== 0) {
  console.error('it needs root, for namespaces and control groups: run it as root')
  process.exit(2)
}
const root = mkdtempSync(join(tmpdir(), 'hearsay-host-'))
chmodSync(root, 0o755)
let failed = 0
let ran = 0
try {
  for (const host of HOSTS) {
    if (positionals.length > 0 && !positionals.some((word) => host.name.includes(word))) continue
    ran++
    const fault = await runHost(host, root).catch((error: unknown) => `✗ ${String(error)}`)
    if (fault.startsWith('✗')) failed++
    console.error(`${host.name}: ${fault}`)
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}
console.log(JSON.stringify({ id: 'host', pass: failed === 0 && ran > 0, figures: { hosts: ran, failed } }))
process.exitCode = failed === 0 && ran > 0 ? 0 : 1
