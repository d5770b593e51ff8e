/**
 * How long `hearsay join` takes from the first character to "in sync", beside a node whose pool is full of waiting
 * transactions: real processes on one machine. `npm run join` needs the built command.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../src/client/connect.ts'
import { networkDocument } from '../../src/domain/params.ts'
import { readNamedToken } from '../../src/home/token-file.ts'
import { until } from '../../testnet/until.ts'
import { documentsOf, runCli, startCli, type RunningCli } from '../../test/toolkit/command/cli.ts'
import { nodeRun } from '../../test/toolkit/command/dev-folder.ts'
import { attackNetwork, HONEST_ACCOUNTS, transactionOf } from '../../test/toolkit/processes/funded-network.ts'
import { scriptArguments } from '../arguments.ts'

/** What was promised. */
const IN_SYNC_MS_MAX = 5_000
const READY_MS_MAX = 20_000
const BATCH = 250

const { values } = scriptArguments(
  'usage: npm run join -- [--transactions 5000] [--runs 3]: how long it takes from `hearsay join LINE` to in sync; fails beyond 5 s',
  { options: { transactions: { type: 'string', default: '5000' }, runs: { type: 'string', default: '3' } } },
)
const [transactions, runs] = [Number(values.transactions), Number(values.runs)]
const root = mkdtempSync(join(tmpdir(), 'hearsay-join-'))
const running: RunningCli[] = []
const times: number[] = []
let whole = 0
try {
  const network = attackNetwork(Date.now(), 0)
  writeFileSync(join(root, 'network.json'), JSON.stringify(networkDocument(network)))
  const host = await ready(startCli(nodeRun(['--log-level', 'error']), { cwd: root }))
  const client = connect(host.api, { token: () => readNamedToken(host.cookieFile) })
  const items = Array.from({ length: transactions }, (_, index) =>
    transactionOf(network, index % HONEST_ACCOUNTS, Math.floor(index / HONEST_ACCOUNTS)),
  )
  for (let at = 0; at < items.length; at += BATCH) {
    const sent = await client.submitBatch(items.slice(at, at + BATCH))
    if (!sent.ok) throw new Error(`not taken: ${JSON.stringify(sent)}`)
  }
  client.close()
  const { stdout: line } = await runCli(['invite'], { cwd: root })
  for (let run = 0; run < runs; run++) {
    const startedMs = performance.now()
    const own = ['--data-dir', `joined-${run}`, '--listen', '/ip4/127.0.0.1/tcp/0', '--api', '127.0.0.1:0']
    const joined = startCli(['join', line.trim(), ...own, '--log-level', 'error', '--json'], { cwd: root })
    running.push(joined)
    const inSync = (): { transactions: number } | undefined =>
      documentsOf(joined.stdout()).find(({ event }) => event === 'in-sync') as { transactions: number } | undefined
    const came = await until(() => inSync() !== undefined || joined.child.exitCode !== null, {
      timeoutMs: READY_MS_MAX,
      everyMs: 5,
    })
    const elapsedMs = Math.round(performance.now() - startedMs)
    times.push(elapsedMs)
    if (came && inSync()?.transactions === transactions) whole++
    console.error(
      `run ${run}: ${came ? `in sync after ${elapsedMs} ms with ${inSync()?.transactions ?? 0} transactions` : joined.stderr()}`,
    )
    joined.child.kill('SIGKILL')
    await joined.ended
  }
} finally {
  for (const { child } of running) child.kill('SIGKILL')
  await Promise.allSettled(running.map(({ ended }) => ended))
  rmSync(root, { recursive: true, force: true })
}
const slowestMs = Math.max(...times)
const pass = whole === runs && slowestMs <= IN_SYNC_MS_MAX
console.log(
  JSON.stringify({ id: 'join', pass, figures: { transactions, runs, whole, slowestMs, times: times.join(' ') } }),
)
process.exitCode = pass ? 0 : 1

async function ready(node: RunningCli): Promise<{ readonly api: string; readonly cookieFile: string }> {
  running.push(node)
  const isUp = await until(() => documentsOf(node.stdout()).length > 0, { timeoutMs: READY_MS_MAX, everyMs: 20 })
  if (!isUp) throw new Error(`the node did not start: ${node.stderr()}`)
  return documentsOf(node.stdout())[0] as { api: string; cookieFile: string }
}
