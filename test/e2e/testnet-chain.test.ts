/** A chain made by real processes: load over all nodes, a validator killed and restarted, a node that joins late. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../src/client/connect.ts'
import { failureText, type Outcome as Answer } from '../../src/client/outcome.ts'
import type { BlockView } from '../../src/domain/views.ts'
import { command, DEFAULT_PLAN, down, up } from '../../testnet/control-client.ts'
import type { Command, ControlAnswers, ControlRequests, NodeStatus } from '../../testnet/control.ts'
import { fileURLToPath } from 'node:url'
import { freshFolder, removeFolders, runCli, startCli } from '../toolkit/command/cli.ts'
import { until } from '../toolkit/until.ts'

const supervisorEntry = fileURLToPath(new URL('../../dist/supervisor.js', import.meta.url))
/** Longer than a node takes to start and to catch up on a busy machine, ms. */
const CATCH_UP_MS_MAX = 40_000
/** A network starts, runs for ten seconds and stops: half a minute alone, twice that beside other work, ms. */
const NETWORK_MS_MAX = 150_000

let home = ''
beforeEach(() => {
  home = freshFolder()
})
afterEach(async () => {
  await down(home, { force: true })
  removeFolders()
})

async function ask<C extends Command>(name: C, request: ControlRequests[C]): Promise<ControlAnswers[C]> {
  const outcome = await command(home, name, request)
  if (outcome.kind !== 'done') throw new Error(`${name}: ${JSON.stringify(outcome)}`)
  return outcome.value
}

async function nodes(): Promise<readonly NodeStatus[]> {
  return (await ask('status', {})).nodes
}

function valueOf<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(failureText(answer))
  return answer.value
}

/** Blocks 1 to `height` of a node's best chain. */
async function chainOf({ apiUrl }: NodeStatus, height: number): Promise<readonly BlockView[]> {
  const client = connect(apiUrl)
  const blocks: BlockView[] = []
  for (let at = 1; at <= height; at++) blocks.push(valueOf(await client.block(String(at))))
  client.close()
  return blocks
}

const settledHeights = (statuses: readonly NodeStatus[]): number[] =>
  statuses.map(({ settled }) => settled?.height ?? 0)

describe('the chain of a testnet', () => {
  it(
    'has every accepted transaction once, on every node, though a validator was killed and a node joined late',
    async () => {
      const started = await up({
        ...DEFAULT_PLAN,
        home,
        count: 5,
        slotMs: 1_000,
        seed: 11,
        detach: true,
        supervisorEntry,
        onProgress: () => undefined,
      })
      if (started.kind !== 'ready') throw new Error(JSON.stringify(started))
      expect((await nodes()).map(({ validator }) => validator)).toEqual([0, 1, 2, 3, null])

      // The killed one gets none: what a dead node does not take is no loss of the chain.
      const line = [
        'load',
        '--rate',
        '20',
        '--for',
        '8s',
        '--nodes',
        '0,2-4',
        '--settled',
        '--timeout',
        '30s',
        '--json',
      ]
      const load = startCli([...line, '--home', home], { cwd: home })
      await until(async () => (await nodes()).some(({ head }) => (head?.height ?? 0) > 0), 'the first block is made')
      await ask('kill', { nodes: ['node-1'] })
      await until(async () => {
        const status = await nodes()
        return status[1]?.state === 'killed' && settledHeights(status).some((height) => height >= 2)
      }, 'three of four validators settle blocks')
      const { elapsedMs } = await ask('restart', { nodes: ['node-1'] })
      const { code, stdout, stderr } = await load.ended
      expect(code, stderr).toBe(0)
      const figures = JSON.parse(stdout)
      console.log(`killed validator ready again in ${elapsedMs} ms; load: ${stdout.trim()}`)
      expect(figures).toMatchObject({
        sent: 160,
        accepted: 160,
        inclusion: { followed: 160, inBlock: 160, settled: 160 },
      })

      await ask('add', { count: 1 })
      const goal = Math.max(...settledHeights(await nodes()))
      expect(goal).toBeGreaterThan(2)
      const isThere = async (): Promise<boolean> => settledHeights(await nodes()).every((height) => height >= goal)
      await until(isThere, 'all six nodes have the settled blocks', CATCH_UP_MS_MAX)

      const chains = await Promise.all((await nodes()).map((node) => chainOf(node, goal)))
      const identity = ({ height, hash, ledgerRoot, transactions }: BlockView) => ({
        height,
        hash,
        ledgerRoot,
        transactions,
      })
      const [first = []] = chains
      for (const chain of chains) expect(chain.map(identity)).toEqual(first.map(identity))
      const ids = first.flatMap(({ transactions }) => transactions)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids).toHaveLength(160)
    },
    NETWORK_MS_MAX,
  )

  it(
    'settles what the command line sends, and proves what it did to the account',
    async () => {
      const started = await runCli(['testnet', 'up', '-n', '3', '--slot', '500ms', '--detach', '--home', home], {
        cwd: home,
      })
      expect(started.code, started.stderr).toBe(0)
      const send = ['tx', 'send', '--from', 'alice', '--to', 'bob', '--amount', '5', '--watch', '--settled', '--json']
      const sent = await runCli([...send, '--home', home], { cwd: home })
      expect(sent.code, sent.stderr).toBe(0)
      const { id, settlement } = JSON.parse(sent.stdout)
      expect(settlement).toMatchObject({ state: 'settled', nodes: 3, settled: 3 })
      const shown = await runCli(['tx', 'show', id, '--node', '2', '--home', home], { cwd: home })
      expect(shown.stdout).toContain(`settled in block ${settlement.height}`)
      const block = await runCli(['block', 'show', String(settlement.height), '--json', '--home', home], { cwd: home })
      expect(JSON.parse(block.stdout)).toMatchObject({ hash: settlement.blockHash, transactions: [id], settled: true })

      // Blocks on demand: three validators' slots passed unused meanwhile, and a node that starts again keeps to it
      // too.
      const mine = async (...args: string[]) => {
        const mined = await runCli(['testnet', 'mine', ...args, '--json', '--home', home], { cwd: home })
        expect(mined.code, mined.stderr).toBe(0)
        return JSON.parse(mined.stdout)
      }
      await mine('--hold')
      await ask('restart', { nodes: ['node-1'] })
      const later = await runCli(
        [
          'tx',
          'send',
          '--from',
          'alice',
          '--to',
          'carol',
          '--amount',
          '5',
          '--watch',
          '--until',
          '100%',
          '--home',
          home,
        ],
        {
          cwd: home,
        },
      )
      expect(later.code, later.stderr).toBe(0)
      const before = Math.max(...(await nodes()).map(({ head }) => head?.height ?? 0))
      const { blocks } = await mine('4')
      expect(blocks.map(({ height, transactions }: never) => [height, transactions])).toEqual([
        [before + 1, 1],
        [before + 2, 0],
        [before + 3, 0],
        [before + 4, 0],
      ])
      for (const block of blocks) expect(block).toMatchObject({ nodes: 3, nodesUp: 3 })
      expect((await nodes()).map(({ head, settled }) => [head?.height, (settled?.height ?? 0) > before])).toEqual(
        Array.from({ length: 3 }, () => [before + 4, true]),
      )
      expect(await mine('--release')).toEqual({ v: 1, blocksOnDemand: false, changed: true, blocks: [] })
      const proof = await runCli(['account', 'show', 'bob', '--proof', '--node', '1', '--home', home], { cwd: home })
      expect(proof.stdout).toMatch(/balance +1000000000005\n/)
      expect(proof.stdout).toMatch(/proof +valid: account 2 of \d+ under ledger root [0-9a-f]{64}/)
    },
    NETWORK_MS_MAX,
  )
})
