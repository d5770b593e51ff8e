import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Brings dist/ up to date; takes under a second, and files that are as they were are not written again. Throws what the
 * build says.
 */
export function bundle(): void {
  const script = fileURLToPath(new URL('build.js', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`)
}

/** Brings dist/ up to date and runs one command line of it in this process. */
export async function runBuilt(argv: readonly string[]): Promise<void> {
  bundle()
  const built = (await import(new URL('../dist/main.js', import.meta.url).href)) as {
    main: (argv: readonly string[]) => Promise<number>
  }
  process.exitCode = await built.main(argv)
}
