// `npm run chain`: ten real nodes with four validators under load, one of them killed and started again; `--partition`:
// cut in half and healed, once for each seed. Ends with 0 only when every accepted transaction is in exactly one block,
// on every node, and all settled blocks are equal.
import { scriptArguments } from '../arguments.ts'
import { connect } from '../../src/client/connect.ts'
import { failureText } from '../../src/client/outcome.ts'
import type { BlockView } from '../../src/domain/views.ts'
import { createPrng } from '../../src/lib/prng.ts'
import type { NodeStatus } from '../../testnet/control.ts'
import { until } from '../../testnet/until.ts'
import { auditBooks, readMetrics } from '../../test/toolkit/processes/metrics-text.ts'
import { bundle } from '../bundle.ts'
import { LiveNetwork, pause, type LoadFigures } from '../../test/toolkit/processes/live-network.ts'

const USAGE = `usage: npm run chain -- [options]
  --for DURATION      how long the load lasts, such as 20s (default 3m; with --partition 50s)
  --rate N            transactions a second (default 50)
  --partition         cut the network in half for 30 s under load, instead of killing a validator
  --seeds N           networks to cut, from --seed on (default 10 with --partition, else 1)
  --seed S            (default 1)`

const NODES = 10
/** How long the network is in two halves, ms. */
const PARTITION_MS = 30_000
/** How long it may take until there is one head again, ms. */
const AGREEMENT_MS_MAX = 15_000
/** How long the last transactions may take until they are settled everywhere on a busy machine, ms. */
const SETTLE_MS_MAX = 120_000
const POLL_MS = 200

const network = new LiveNetwork('chain-run')

/** Load over all nodes; what of it was accepted, and what became of it. */
const load = (rate: number, duration: string): Promise<LoadFigures> =>
  network.load(['--rate', String(rate), '--for', duration, '--settled', '--timeout', '120s'])

/** What is wrong with the chains of the nodes, when all have settled what was accepted. */
async function compare(figures: LoadFigures): Promise<readonly string[]> {
  const { accepted, inclusion } = figures
  const broken: string[] = []
  const goal = Math.max(...(await network.nodes()).map(({ settled }) => settled?.height ?? 0))
  const isThere = await until(
    async () => (await network.nodes()).every(({ settled }) => (settled?.height ?? 0) >= goal),
    {
      timeoutMs: SETTLE_MS_MAX,
      everyMs: POLL_MS,
    },
  )
  if (!isThere) broken.push(`not every node has settled height ${goal}`)
  const chains = await Promise.all((await network.nodes()).map((node) => chainOf(node, goal)))
  const identity = ({ hash, ledgerRoot }: BlockView): string => `${hash} ${ledgerRoot}`
  const [first = []] = chains
  chains.forEach((chain, node) => {
    const at = chain.findIndex(
      (block, height) => first[height] === undefined || identity(block) !== identity(first[height]),
    )
    if (at >= 0) broken.push(`node-${node} has another block or ledger root at height ${at + 1}`)
  })
  const ids = first.flatMap(({ transactions }) => transactions)
  const repeated = ids.length - new Set(ids).size
  if (repeated > 0) broken.push(`${repeated} transactions are in two blocks`)
  // One that was in a block before its acknowledgement reached the user counts here too: the answer of a killed node is
  // lost.
  if (inclusion.settled < accepted) broken.push(`${accepted} accepted, ${inclusion.settled} in settled blocks`)
  if (ids.length < accepted) broken.push(`${accepted} accepted, ${ids.length} in the chain`)
  broken.push(...(await faultsInBooks()))
  console.log(
    `accepted ${accepted}, in settled blocks ${inclusion.settled}, in the chain ${ids.length}, in two blocks ${repeated}; ` +
      `${goal} settled heights equal on ${chains.length}/${NODES} nodes; ` +
      `refused ${JSON.stringify(figures.refused)}, failed ${JSON.stringify(figures.failed)}`,
  )
  return broken
}

/** Where what a node received is not what became of it, topic by topic. */
async function faultsInBooks(): Promise<readonly string[]> {
  const faults: string[] = []
  for (const { apiUrl } of await network.nodes()) {
    const client = connect(apiUrl)
    faults.push(...auditBooks(await readMetrics(client)).faults.map((fault) => `${apiUrl}: ${fault}`))
    client.close()
  }
  return faults
}

/** Blocks 1 to `height` of a node's best chain. */
async function chainOf({ apiUrl }: NodeStatus, height: number): Promise<readonly BlockView[]> {
  const client = connect(apiUrl)
  const blocks: BlockView[] = []
  for (let at = 1; at <= height; at++) {
    const answer = await client.block(String(at))
    if (!answer.ok) throw new Error(failureText(answer))
    blocks.push(answer.value)
  }
  client.close()
  return blocks
}

/** A third into the load a validator is killed, at two thirds it comes back. */
async function killed(rate: number, duration: string, forMs: number): Promise<readonly string[]> {
  const loading = load(rate, duration)
  await pause(forMs / 3)
  await network.ask('kill', { nodes: ['node-1'] })
  await pause(forMs / 3)
  const { elapsedMs } = await network.ask('restart', { nodes: ['node-1'] })
  console.log(`the killed validator was ready again after ${(elapsedMs / 1_000).toFixed(1)} s`)
  return compare(await loading)
}

/** Ten seconds into the load the network is cut in half, by the seed, two validators on either side. */
async function parted(seed: number, rate: number, duration: string): Promise<readonly string[]> {
  const random = createPrng(seed).child('partition')
  const validators = random.shuffled([0, 1, 2, 3])
  const others = random.shuffled([4, 5, 6, 7, 8, 9])
  const halves = [
    [...validators.slice(0, 2), ...others.slice(0, 3)],
    [...validators.slice(2), ...others.slice(3)],
  ].map((half) => half.map((node) => `node-${node}`))
  const loading = load(rate, duration)
  await pause(10_000)
  await network.ask('partition', { groups: halves, forMs: null })
  await pause(PARTITION_MS)
  const before = await network.nodes()
  await network.ask('heal', {})
  const healedMs = performance.now()
  // The first height that nobody had when it healed: whoever has the same block there has one chain with all others.
  const goal = 1 + Math.max(...before.map(({ head }) => head?.height ?? 0))
  const isOne = await until(() => agreeAt(goal), { timeoutMs: 4 * AGREEMENT_MS_MAX, everyMs: POLL_MS })
  const agreedMs = performance.now() - healedMs
  const heads = new Set(before.map(({ head }) => head?.hash)).size
  const outcome = isOne ? `one chain ${(agreedMs / 1_000).toFixed(1)} s after it` : 'not one chain after it'
  console.log(`${heads} heads before the heal; ${outcome}, by the block at height ${goal}`)
  const broken = await compare(await loading)
  return isOne && agreedMs <= AGREEMENT_MS_MAX
    ? broken
    : [`no common chain within ${AGREEMENT_MS_MAX / 1_000} s`, ...broken]
}

/** Whether all nodes have the same block at this height. */
async function agreeAt(height: number): Promise<boolean> {
  const blocks = await Promise.all(
    (await network.nodes()).map(async ({ apiUrl }) => {
      const client = connect(apiUrl)
      const answer = await client.block(String(height))
      client.close()
      return answer.ok ? answer.value.hash : null
    }),
  )
  return blocks.every((hash) => hash !== null && hash === blocks[0])
}

function milliseconds(duration: string): number {
  const match = /^(\d+)(s|m)$/.exec(duration)
  if (match === null) throw new Error(`--for must be such as 20s or 3m, not "${duration}"\n${USAGE}`)
  return Number(match[1]) * (match[2] === 's' ? 1_000 : 60_000)
}

async function main(): Promise<void> {
  const { values } = scriptArguments(USAGE, {
    options: {
      for: { type: 'string' },
      rate: { type: 'string', default: '50' },
      partition: { type: 'boolean', default: false },
      seeds: { type: 'string' },
      seed: { type: 'string', default: '1' },
    },
  })
  const { partition } = values
  const duration = values.for ?? (partition ? '50s' : '3m')
  const [rate, first] = [Number(values.rate), Number(values.seed)]
  const seeds = Number(values.seeds ?? (partition ? 10 : 1))
  bundle()
  let failed = 0
  for (let seed = first; seed < first + seeds; seed++) {
    console.log(`seed ${seed}: ${rate} transactions a second for ${duration}`)
    const broken = await network.within({ count: NODES, seed }, () =>
      partition ? parted(seed, rate, duration) : killed(rate, duration, milliseconds(duration)),
    )
    for (const what of broken) console.log(`  BROKEN: ${what}`)
    if (broken.length > 0) failed++
  }
  console.log(`${seeds - failed} of ${seeds} runs kept every promise`)
  if (failed > 0) process.exitCode = 1
}

try {
  await main()
} catch (error) {
  console.error(`chain: ${error instanceof Error ? error.message : String(error)}; the logs are in ${network.home}`)
  process.exitCode = 1
}
