/**
 * `npm run vectors`: writes the kit of vectors for other implementations with the built command, and has it checked by
 * code that is not this project's: a Python program over remerkleable and cryptography
 * (scripts/experiments/vectors/check.py). Needs Python and PyPI. Exit code 1 where anything differs.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scriptArguments } from '../arguments.ts'
import { bundle } from '../bundle.ts'

const PACKAGES = ['remerkleable==0.1.28', 'cryptography==50.0.2']

scriptArguments('usage: npm run vectors: makes the vectors, and has them checked by a Python program', {})
bundle()
const folder = mkdtempSync(join(tmpdir(), 'hearsay-vectors-'))
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

function run(command: string, args: readonly string[]): void {
  const { error, status } = spawnSync(command, args, { cwd: folder, stdio: 'inherit' })
  if (error !== undefined || status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
}

try {
  run(process.execPath, [here('../hearsay.js'), 'vectors', '--out', 'kit'])
  run('python3', ['-m', 'venv', 'tools'])
  run(join(folder, 'tools/bin/pip'), ['install', '--quiet', ...PACKAGES])
  run(join(folder, 'tools/bin/python'), [here('vectors/check.py'), 'kit'])
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
