import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const homes = fileURLToPath(new URL('../../../testnet/embedded/homes.ts', import.meta.url))

/** A process that holds a folder, until `end` ends it; how it ended, and whether the folder is still there. */
async function held(more: string, end: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'itself') {
  const home = mkdtempSync(join(tmpdir(), 'hearsay-homes-'))
  writeFileSync(join(home, 'file'), 'kept')
  const program = `
    const { keepHome, forgetHome } = await import(${JSON.stringify(homes)})
    keepHome(${JSON.stringify(home)})
    setInterval(() => {}, 1_000)
    ${more}
    console.log('ready')
    ${end === 'itself' ? 'process.exit(3)' : ''}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  await once(child.stdout, 'data')
  if (end !== 'itself') child.kill(end)
  const [code, signal] = (await exited) as [number | null, NodeJS.Signals | null]
  return { code, signal, isLeft: existsSync(home) }
}

describe('the folder of an embedded network', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('goes when %s ends the process, which ends by it', async (end) => {
    expect(await held('', end)).toEqual({ code: null, signal: end, isLeft: false })
  })

  it('goes with a process that ends itself, or that handles the signal', async () => {
    expect(await held('', 'itself')).toEqual({ code: 3, signal: null, isLeft: false })
    const handled = `process.on('SIGINT', () => setTimeout(() => process.exit(7), 10))`
    expect(await held(handled, 'SIGINT')).toEqual({ code: 7, signal: null, isLeft: false })
  })
})
