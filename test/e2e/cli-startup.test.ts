import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { freshFolder, removeFolders, runCli } from '../toolkit/command/cli.ts'
import { openTestApi, TOKEN, type TestApi } from '../toolkit/api/http-api.ts'

const recorder = pathToFileURL(fileURLToPath(new URL('../toolkit/command/cli-load-recorder.ts', import.meta.url))).href
/** What only a node needs, and what only signing needs. */
const HEAVY =
  /node_modules\/(libp2p|@libp2p|@chainsafe|@multiformats|fastify|@fastify|ajv|pino|prom-client|typebox|classic-level|sodium-native)\//
const SIGNING = /node_modules\/@noble\//

let opened: TestApi | undefined
afterEach(async () => {
  await opened?.api.close()
  opened = undefined
  removeFolders()
})

/**
 * The sources of everything that a command loaded, by the maps beside the bundle's files; and how many bytes that were.
 */
async function loadedBy(args: readonly string[]): Promise<{ sources: readonly string[]; bytes: number }> {
  const cwd = freshFolder()
  const list = join(cwd, 'loaded')
  const { code, stderr } = await runCli(args, {
    cwd,
    nodeFlags: ['--import', recorder],
    env: { LOADED_MODULES_FILE: list },
  })
  expect(code, stderr).toBe(0)
  const files = readFileSync(list, 'utf8')
    .split('\n')
    .filter((url) => url.startsWith('file:') && url.includes('/dist/'))
    .map((url) => fileURLToPath(url))
  expect(files.length).toBeGreaterThan(2)
  const sources = files.flatMap((file) => {
    const map = `${file}.map`
    return existsSync(map) ? (JSON.parse(readFileSync(map, 'utf8')) as { sources: string[] }).sources : []
  })
  return { sources, bytes: files.reduce((sum, file) => sum + statSync(file).size, 0) }
}

describe('starting', () => {
  it.each([['status'], ['peers'], ['mempool'], ['events']])(
    '`hearsay %s` loads neither the node nor the signing',
    async (name) => {
      opened = await openTestApi()
      const { sources, bytes } = await loadedBy([name, '--api', opened.url, '--json'])
      console.log(`${name}: ${sources.length} sources, ${(bytes / 1024).toFixed(0)} KiB`)
      expect(sources.some((source) => source.endsWith(`cli/commands/${name}.ts`))).toBe(true)
      expect(sources.filter((source) => HEAVY.test(source) || SIGNING.test(source))).toEqual([])
      expect(sources.filter((source) => /src\/(node|kernel|adapters|sim|wallet)\/|testnet\//.test(source))).toEqual([])
      // Of all commands only the asked one.
      expect(sources.filter((source) => source.includes('cli/commands/'))).toHaveLength(1)
    },
  )

  it('`hearsay tx send` loads the signing and not the node', async () => {
    opened = await openTestApi()
    const token = join(freshFolder(), 'token')
    writeFileSync(token, TOKEN)
    const line = [
      'tx',
      'send',
      '--from',
      'alice',
      '--to',
      'bob',
      '--amount',
      '5',
      '--api',
      opened.url,
      '--token-file',
      token,
    ]
    const { sources } = await loadedBy(line)
    expect(sources.some((source) => SIGNING.test(source))).toBe(true)
    expect(sources.filter((source) => HEAVY.test(source))).toEqual([])
  })

  it('help and completion load no node either', async () => {
    for (const args of [['--help'], ['tx', 'send', '--help'], ['completion', 'bash']]) {
      const { sources } = await loadedBy(args)
      expect(
        sources.filter((source) => HEAVY.test(source) || SIGNING.test(source)),
        args.join(' '),
      ).toEqual([])
    }
  })
})
