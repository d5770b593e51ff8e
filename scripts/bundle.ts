import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Brings dist/ up to date; takes under a second, and files that are as they were are not written again. Throws what the build says. */
export function bundle(): void {
  const script = fileURLToPath(new URL('build.js', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`)
}
