// `npm run interop`: a peer that others' libraries make (test/interop/go: go-libp2p, go-libp2p-pubsub) beside a node of
// ours in profile `node`. It publishes bursts of single transactions, serves no request protocol and sends nothing
// twice: the node must take all of them within 15 s and hold nothing against it. Needs Go, and says so where it lacks.
// One JSON line for each burst; exit code 1 where something was lost or charged.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { encodeHello } from '../../src/domain/codec/hello-codec.ts'
import { encodeBatch } from '../../src/domain/codec/transaction-codec.ts'
import { asBlockHash } from '../../src/domain/ids.ts'
import { networkIdOf, shortNetworkId } from '../../src/domain/params.ts'
import { toHex } from '../../src/lib/bytes.ts'
import type { Node } from '../../src/node/compose.ts'
import { startNode } from '../../test/toolkit/processes/nodes.ts'
import { until } from '../../testnet/until.ts'
import { scriptArguments } from '../arguments.ts'
import { ATTACKER_ACCOUNTS, attackNetwork, transactionOf } from '../../test/toolkit/processes/funded-network.ts'

const { values } = scriptArguments(
  `usage: npm run interop -- [--bursts N,N…] [--queue N]
  --bursts  transactions at once, one a message, each burst with a node of its own (500,5000)
  --queue   RPCs that the peer's own queue holds (8192; go-libp2p-pubsub's default is 32, and what is beyond it never leaves the peer)`,
  { options: { bursts: { type: 'string', default: '500,5000' }, queue: { type: 'string', default: '8192' } } },
)
const TAKEN_MS_MAX = 15_000
/** Transactions of the node's own users, which the peer must hear: each of the same senders' next one. */
const OWN = 200
const GO_FOLDER = fileURLToPath(new URL('../../test/interop/go', import.meta.url))

interface Line {
  readonly event: string
  readonly [field: string]: unknown
}

if (spawnSync('go', ['version']).status !== 0) {
  console.error(
    'Go is not installed: the peer in test/interop/go cannot be built (Debian: apt install golang, or https://go.dev/dl)',
  )
  process.exit(2)
}
const folder = mkdtempSync(join(tmpdir(), 'hearsay-interop-'))
try {
  console.error('building the peer …')
  const built = spawnSync('go', ['build', '-o', join(folder, 'peer'), '.'], { cwd: GO_FOLDER, encoding: 'utf8' })
  if (built.status !== 0) throw new Error(`the peer does not build: ${built.stderr}`)
  let lost = 0
  for (const burst of values.bursts.split(',').map(Number)) {
    const figures = await tryBurst(burst)
    console.log(JSON.stringify(figures))
    if (figures.taken < burst || figures.heardByPeer < OWN || figures.offences > 0) lost++
  }
  if (lost > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function tryBurst(burst: number) {
  const network = attackNetwork(Date.now())
  const node = await startNode({ name: 'under-test', network, profile: 'node' })
  let offences = 0
  node.control.subscribe(['peers'], ({ event }) => {
    if (event === 'offence' || event === 'banned') offences++
  })
  try {
    return { burst, ...(await publish(node, network, burst)), offences }
  } finally {
    await node.stop()
  }
}

/** Starts the peer, has it publish, and waits until the node has all of it or the time is up. */
async function publish(node: Node, network: ReturnType<typeof attackNetwork>, burst: number) {
  const id = networkIdOf(network)
  const hello = encodeHello({
    version: 1,
    networkId: id,
    headHeight: 0n,
    headHash: asBlockHash(id),
    settledHeight: 0n,
    mempoolCount: 0n,
    mempoolFingerprint: '0'.repeat(64),
    name: 'go',
  })
  const [address] = node.listen
  const args = ['-peer', address ?? '', '-network', shortNetworkId(id), '-hello', toHex(hello), '-queue', values.queue]
  const peer = spawn(join(folder, 'peer'), args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines: Line[] = []
  createInterface({ input: peer.stdout }).on('line', (text) => lines.push(JSON.parse(text) as Line))
  const said = async (event: string): Promise<Line> => {
    await until(() => lines.some((line) => line.event === event || line.event === 'failed'), {
      timeoutMs: 60_000,
      everyMs: 5,
    })
    const line = lines.find((one) => one.event === event)
    if (line === undefined) throw new Error(`the peer never said "${event}": ${JSON.stringify(lines)}`)
    return line
  }
  try {
    await said('joined')
    const senders = ATTACKER_ACCOUNTS
    for (let at = 0; at < burst; at++)
      peer.stdin.write(`${toHex(encodeBatch([transactionOf(network, at % senders, Math.floor(at / senders))]))}\n`)
    peer.stdin.write('\n')
    const { ms, dropped } = await said('published')
    const since = performance.now()
    await until(() => node.control.status().mempool.count >= burst, { timeoutMs: TAKEN_MS_MAX, everyMs: 10 })
    const takenMs = Math.round(performance.now() - since)
    const taken = node.control.status().mempool.count
    // Of accounts that the burst leaves alone.
    const items = Array.from({ length: OWN }, (_, at) => transactionOf(network, ATTACKER_ACCOUNTS + at, 0))
    const results = await node.control.submit(items)
    const refused = results.filter(({ kind }) => kind !== 'accepted').length
    if (refused > 0) throw new Error(`the node refuses ${refused} transactions of its own users`)
    // It has heard what it will have heard when a few heartbeats have passed.
    await until(() => false, { timeoutMs: 3_000, everyMs: 100 })
    peer.stdin.end()
    const { transactions } = await said('heard')
    return {
      taken,
      takenMs,
      publishedMs: Number(ms),
      droppedByPeer: Number(dropped),
      heardByPeer: Number(transactions),
    }
  } finally {
    peer.kill()
  }
}
