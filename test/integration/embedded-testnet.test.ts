/**
 * `hearsay/testnet` as somebody's test holds it: what it promises when all goes well, and that nothing stays when it
 * does not.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startTestnet } from '../../src/surface/testnet.ts'
import { isAlive } from '../../src/home/process.ts'

/** A place for temporary folders in which nobody else makes any. */
const place = mkdtempSync(join(tmpdir(), 'hearsay-embedded-'))
const homes = (): readonly string[] => readdirSync(place).filter((name) => name.startsWith('hearsay-testnet-'))

beforeAll(() => void vi.stubEnv('TMPDIR', place))
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(place, { recursive: true, force: true })
})

/** Whole networks start and start again here: on a machine that does other things too, that takes its time. */
const PATIENCE = { timeout: 120_000 }

describe('a testnet in this process', PATIENCE, () => {
  it('covers, is cut, heals, loses a node and takes it back', async () => {
    const net = await startTestnet({ nodes: 4, seed: 7 })
    expect(homes()).toHaveLength(1)
    expect(net.nodes.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'node-0 ready',
      'node-1 ready',
      'node-2 ready',
      'node-3 ready',
    ])
    const first = await net.submit({ amount: 5, payload: 'rent' })
    await net.until({ coverage: 1 })

    await net.partition([0, 1], [2, 3])
    const cut = await net.submit({ from: 'carol', at: 0 })
    await net.until({ coverage: 0.5 })
    await expect(net.until({ coverage: 1, timeoutMs: 200 })).rejects.toThrow(
      `not met within 200 ms: missing: ${cut.id.slice(0, 8)} at node-2 and 1 more`,
    )
    await net.heal()
    await net.until({ coverage: 1 })

    await net.kill(3)
    expect(net.node(3).state).toBe('killed')
    // Two of one account at once: the second has the nonce behind the first.
    await Promise.all([net.submit(), net.submit()])
    await net.restart('node-3')
    await net.until({ coverage: 1 })
    await net.until({ settled: true, ids: [first.id] })

    await expect(net.submit({ from: 'nobody' })).rejects.toThrow(RangeError)
    await expect(net.submit(new Uint8Array(3))).rejects.toThrow(/.+/)
    expect(() => net.node(9)).toThrow(RangeError)
    await net.stop()
    expect(homes()).toEqual([])
    await expect(fetch(`${net.nodes[0]?.apiUrl}/livez`)).rejects.toThrow()
  })

  it.each([
    [{ nodes: 0 }, 'nodes must be a whole number from 1 to 1000, not 0'],
    [{ nodes: 2, validators: 3 }, 'validators must be a whole number from 0 to 2, not 3'],
    [
      { link: 'fast' },
      '"fast" is not a link: write a delay such as 40ms or 40ms±20ms, or with a rate 40ms±20ms@1MiB/s',
    ],
    [{ seed: -1 }, 'seed must be a whole number from 0 to 4294967295, not -1'],
  ])('says what is wrong with %o, and leaves nothing', async (options, message) => {
    await expect(startTestnet(options)).rejects.toThrow(message)
    expect(homes()).toEqual([])
  })
})

/** A program that starts processes and then throws, as a test does that forgets them. */
const CARELESS = `
import { readFileSync, readdirSync } from 'node:fs'
import { startTestnet } from ${JSON.stringify(fileURLToPath(new URL('../../src/surface/testnet.ts', import.meta.url)))}
const net = await startTestnet({ nodes: 2, processes: true, validators: 0 })
const statuses = await Promise.all(net.nodes.map(({ client }) => client.status()))
console.log(JSON.stringify(statuses.map(({ value }) => value.pid)))
throw new Error('the test failed')
`

describe('a testnet of processes', PATIENCE, () => {
  it('ends with the process that forgot it, and its folder goes', async () => {
    const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, ['--input-type=module', '-e', CARELESS], (_, out, err) => {
        resolve({ stdout: out, stderr: err })
      })
    })
    expect(stderr).toContain('the test failed')
    const pids = JSON.parse(stdout) as number[]
    expect(pids).toHaveLength(2)
    await expect.poll(() => pids.filter((pid) => isAlive(pid)), { timeout: 10_000 }).toEqual([])
    expect(homes()).toEqual([])
  })
})
