import { afterEach, expect, test } from 'vitest'
import type { NetworkParams } from '../../src/domain/params.ts'
import type { Node } from '../../src/node/compose.ts'
import { signedTransaction } from '../toolkit/objects/transactions.ts'
import { addressOf, LIVE_NETWORK, startNode } from '../toolkit/processes/nodes.ts'
import { until } from '../toolkit/until.ts'

/** No validators: what is in the pool stays there. */
const NETWORK: NetworkParams = { ...LIVE_NETWORK, validators: [] }
const nodes: Node[] = []

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})

async function start(overrides: Parameters<typeof startNode>[0] = {}): Promise<Node> {
  const node = await startNode({ network: NETWORK, ...overrides })
  nodes.push(node)
  return node
}

const batch = (nonces: number): Uint8Array[] =>
  Array.from({ length: 50 * nonces }, (_, i) =>
    signedTransaction(i % 50, Math.floor(i / 50), { network: NETWORK, createdAtMs: Date.now() - 60_000 + i }),
  )
const fingerprint = (node: Node): string => node.control.status().mempool.fingerprint

test('a joiner has the whole pool of 1,000 within five seconds', async () => {
  const a = await start()
  const results = await a.control.submit(batch(20))
  expect(results.every(({ kind }) => kind === 'accepted')).toBe(true)
  const started = performance.now()
  const b = await start({ bootstrap: [addressOf(a)] })
  await until(() => fingerprint(a) === fingerprint(b), 'the pools are equal')
  const tookMs = performance.now() - started
  console.log(`joined and caught up with ${b.control.status().mempool.count} transactions in ${Math.round(tookMs)} ms`)
  expect(tookMs).toBeLessThan(5_000)
})

test('what one side of a line has reaches the other through a node that came later', async () => {
  const a = await start()
  const c = await start()
  await a.control.submit(batch(2).slice(0, 60))
  await c.control.submit(batch(2).slice(60))
  await start({ bootstrap: [addressOf(a), addressOf(c)] })
  await until(() => new Set(nodes.map(fingerprint)).size === 1, 'all three are equal', 30_000)
  expect(a.control.status().mempool.count).toBe(100)
})
