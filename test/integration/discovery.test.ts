/** Real nodes that find each other in records, so that a network outlives the node through which all came in. */
import { afterEach, expect, test } from 'vitest'
import type { Node } from '../../src/node/compose.ts'
import { signedTransaction } from '../toolkit/objects/transactions.ts'
import { addressOf, LIVE_NETWORK, startNode } from '../toolkit/processes/nodes.ts'
import { until } from '../toolkit/until.ts'

const NETWORK = { ...LIVE_NETWORK, validators: [] }
const nodes: Node[] = []

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})

async function start(name: string, bootstrap: readonly string[]): Promise<Node> {
  const node = await startNode({ name, network: NETWORK, bootstrap, discovery: true })
  nodes.push(node)
  return node
}

const peersOf = (node: Node): number => node.control.peers().peers.length

test('nodes that know only a common bootstrap find each other, and stay together when it is gone', async () => {
  const bootstrap = await start('bootstrap', [])
  const others = [
    await start('a', [addressOf(bootstrap)]),
    await start('b', [addressOf(bootstrap)]),
    await start('c', [addressOf(bootstrap)]),
  ]
  await until(() => others.every((node) => peersOf(node) === 3), 'everybody is connected with everybody', 30_000)
  for (const { addresses, name } of others[0]?.control.network().members ?? [])
    expect(addresses.join(), name).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+$/)
  nodes.splice(nodes.indexOf(bootstrap), 1)
  await bootstrap.stop()
  const items = Array.from({ length: 100 }, (_, i) =>
    signedTransaction(i % 50, Math.floor(i / 50), { network: NETWORK, createdAtMs: Date.now() + i }),
  )
  const results = await others[0]?.control.submit(items)
  expect(results?.every(({ kind }) => kind === 'accepted')).toBe(true)
  await until(() => others.every((node) => node.control.status().mempool.count === 100), 'all have all', 30_000)
})
