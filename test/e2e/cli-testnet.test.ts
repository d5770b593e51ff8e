import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isAlive } from '../../src/home/process.ts'
import { documentsOf, freshFolder, removeFolders, runCli, startCli, type CliResult } from '../toolkit/command/cli.ts'
import { until } from '../toolkit/until.ts'

let cwd = ''
beforeEach(() => {
  cwd = freshFolder()
})
afterEach(async () => {
  await runCli(['testnet', 'down', '--force'], { cwd })
  removeFolders()
})

async function hearsay(line: string): Promise<CliResult> {
  const result = await runCli(line.split(' '), { cwd })
  expect(result.stderr).not.toMatch(/\n\s+at .*:\d+/)
  return result
}

/** The one document that a command prints. */
async function document(line: string) {
  return documentsOf((await hearsay(line)).stdout)[0]
}

interface Told {
  readonly name: string
  readonly taken: number
  readonly copies: number
}

/**
 * Holds top, the report, the traces of all transactions and the counters of the nodes against one another, with a node
 * killed that none of them can ask.
 */
async function agreeToTheUnit(
  ids: readonly string[],
  up: readonly { readonly name: string; readonly apiUrl: string }[],
): Promise<void> {
  const names = new Set(up.map(({ name }) => name))
  const [top, report, ...traces] = await Promise.all(
    ['top --once --json', 'testnet report --json', ...ids.map((id) => `tx trace ${id} --json`)].map(document),
  )
  const counters = await Promise.all(
    up.map(async ({ name, apiUrl }): Promise<Told> => {
      const text = await (await fetch(`${apiUrl}/metrics`)).text()
      const value = (series: string): number =>
        Number(
          text
            .split('\n')
            .find((line) => line.startsWith(series))
            ?.split(' ')[1] ?? 0,
        )
      const copies = value('hearsay_propagation_records_total{kind="transaction",event="DUPLICATE"}')
      return { name, taken: value('hearsay_transactions_taken_total'), copies }
    }),
  )
  expect(counters.map(({ taken }) => taken)).toEqual(up.map(() => ids.length))
  const isUp = ({ name }: { name: string }): boolean => names.has(name)
  const reported = report.nodes.filter(isUp) as (Told & { origins: number; delivered: number; duplicates: number })[]
  expect(
    reported.map(({ name, origins, delivered, duplicates }) => ({
      name,
      taken: origins + delivered,
      copies: duplicates,
    })),
  ).toEqual(counters)
  expect(
    up.map(({ name }) => ({
      name,
      taken: traces.filter(({ nodes }) => nodes.find((node: Told) => node.name === name).known).length,
      copies: traces
        .flatMap(({ duplicates }) => duplicates)
        .reduce((sum, { to, copies }: { to: string; copies: number }) => sum + (to === name ? copies : 0), 0),
    })),
  ).toEqual(counters)
  const onTop = top.nodes.filter(isUp) as (Told & { copies: number | null })[]
  expect(onTop.map(({ name, taken }) => ({ name, taken }))).toEqual(
    counters.map(({ name, taken }) => ({ name, taken })),
  )
  expect(onTop.map(({ copies }) => copies)).toEqual(
    reported.map(({ copies, delivered }) => (delivered === 0 ? null : copies / delivered)),
  )
}

describe('a testnet by the command', () => {
  it('starts, carries a transaction to every node, names the one that is down, and leaves nothing', async () => {
    // Below what the system hands out by itself, and another one for each process that tests.
    const portBase = 20_000 + 8 * (process.pid % 1_500)
    const up = await hearsay(`testnet up -n 3 --degree 2 --seed 7 --slot 500ms --port-base ${portBase} --detach --json`)
    expect(up.code, up.stderr).toBe(0)
    const network = JSON.parse(up.stdout)
    const ports = [network.pageUrl, ...network.nodes.map(({ apiUrl }: { apiUrl: string }) => apiUrl)].map(
      (url: string) => Number(new URL(url).port),
    )
    expect(ports).toEqual([0, 1, 3, 5].map((offset) => portBase + offset))
    expect(network).toMatchObject({
      v: 1,
      seed: 7,
      nodes: [{ name: 'node-0' }, { name: 'node-1' }, { name: 'node-2' }],
    })
    expect(network.accounts[0]).toMatchObject({ name: 'alice', address: expect.stringMatching(/^ths1/) })

    const second = await hearsay('testnet up -n 3 --detach')
    expect(second.code).toBe(2)
    expect(second.stderr).toContain('runs here already')

    const sent = await hearsay('tx send --from alice --to bob --amount 5 --watch --until 100% --json')
    expect(sent.code, sent.stderr).toBe(0)
    const figures = JSON.parse(sent.stdout)
    expect(figures).toMatchObject({ coverage: 1, nodes: 3, reached: 3, laggards: [] })
    expect(figures.maxMs).toBeGreaterThan(0)
    expect(figures.copies).toBeGreaterThanOrEqual(1)

    expect((await hearsay('testnet kill 2 --json')).stdout).toBe('{"v":1,"nodes":["node-2"]}\n')
    const late = await hearsay('tx send --from alice --to bob --amount 5 --watch --timeout 1s --json')
    expect(late.code).toBe(5)
    expect(JSON.parse(late.stdout)).toMatchObject({ reached: 2, laggards: [{ name: 'node-2', reason: 'killed' }] })

    const [status, logged, funded, paged] = await Promise.all([
      document('testnet status --json'),
      hearsay('testnet logs --json'),
      document('testnet fund heidi 7 --json'),
      hearsay('page'),
    ])
    expect(status.nodes.map(({ state }: { state: string }) => state)).toEqual(['ready', 'ready', 'killed'])
    const logs = documentsOf(logged.stdout)
    expect(logs[0]).toMatchObject({ v: 1, level: 'info', line: expect.stringMatching(/./) })
    expect(new Set(logs.map(({ node }) => node))).toEqual(new Set(['node-0', 'node-1', 'node-2']))
    expect(logs.map(({ time }) => time)).toEqual(logs.map(({ time }) => time).sort())
    expect(funded.balance).toBe('1000000000007')
    await agreeToTheUnit([figures.id, JSON.parse(late.stdout).id, funded.id], network.nodes.slice(0, 2))

    const saved = JSON.parse((await hearsay('testnet snapshot save one --json')).stdout)
    expect(saved).toMatchObject({ v: 1, name: 'one', network: network.network, nodes: 3 })
    expect((await hearsay('testnet snapshot load one')).stderr).toContain('the copy would take its place')
    const page = paged.stdout.trim()
    expect(page).toBe(network.pageUrl)
    expect(second.stderr).toContain(page)

    const pids: number[] = [network.supervisorPid, ...network.nodes.map(({ pid }: { pid: number }) => pid)]
    const down = await hearsay('testnet down --json')
    expect(JSON.parse(down.stdout)).toMatchObject({ v: 1, nodes: 3 })
    expect(pids.filter(isAlive)).toEqual([])
    expect((await hearsay('testnet status')).code).toBe(7)
    expect((await hearsay('testnet down')).code).toBe(0)
    const listed = JSON.parse((await hearsay('testnet list --json')).stdout)
    expect(listed.testnets).toMatchObject([{ state: 'down', network: network.network, nodes: 3, supervisorPid: null }])

    // Both transactions are in the copy: with it the network comes back, and with it the killed node.
    expect((await hearsay('testnet snapshot load one --json')).code).toBe(0)
    const again = await hearsay('testnet up --resume --detach --json')
    expect(again.code, again.stderr).toBe(0)
    const resumed = JSON.parse(again.stdout)
    expect(resumed).toMatchObject({ resumed: true, replaced: null, networkId: network.networkId, seed: 7 })
    const lasting = ({ name, peerId, apiUrl }: Record<string, unknown>) => ({ name, peerId, apiUrl })
    expect(resumed.nodes.map(lasting)).toEqual(network.nodes.map(lasting))
    expect(new URL(resumed.pageUrl).port).toBe(new URL(network.pageUrl).port)
    const [alice, heidi, sentByAlice] = await Promise.all(
      ['account show alice', 'account show heidi', 'tx list --account alice'].map((line) => document(`${line} --json`)),
    )
    expect(alice).toMatchObject({ nextNonce: '2' })
    expect(heidi).toMatchObject({ balance: funded.balance })
    expect(sentByAlice.transactions.map(({ id }: { id: string }) => id)).toContain(figures.id)
  })

  it('without --detach lives as long as the command', async () => {
    const running = startCli(['testnet', 'up', '-n', '2', '--degree', '2', '--json'], { cwd })
    await until(() => running.stdout() !== '' || running.child.exitCode !== null, 'the network is ready', 30_000)
    const network = JSON.parse(running.stdout())
    const pids: number[] = [network.supervisorPid, ...network.nodes.map(({ pid }: { pid: number }) => pid)]
    expect(pids.every(isAlive)).toBe(true)
    expect((await hearsay('status --json')).code).toBe(0)
    running.child.kill('SIGINT')
    expect((await running.ended).code).toBe(130)
    expect(pids.filter(isAlive)).toEqual([])
    expect(existsSync(join(cwd, '.hearsay', 'testnet.json'))).toBe(false)
  })

  it('stops what it has begun when interrupted during the start', async () => {
    const running = startCli(['testnet', 'up', '-n', '4'], { cwd })
    await until(
      () => /of 4 nodes answer/.test(running.stderr()) || running.child.exitCode !== null,
      'nodes are starting',
      30_000,
    )
    running.child.kill('SIGTERM')
    const { code, stdout } = await running.ended
    expect({ code, stdout }).toEqual({ code: 143, stdout: '' })
    expect(existsSync(join(cwd, '.hearsay', 'testnet.json'))).toBe(false)
    expect((await hearsay('testnet status')).code).toBe(7)
  })
})
