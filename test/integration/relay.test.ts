import { afterEach, expect, test } from 'vitest'
import type { Node } from '../../src/node/compose.ts'
import { signedTransaction } from '../toolkit/objects/transactions.ts'
import { addressOf, LIVE_NETWORK, meshed, startNode } from '../toolkit/processes/nodes.ts'
import { until } from '../toolkit/until.ts'

const nodes: Node[] = []

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})

async function start(overrides: Parameters<typeof startNode>[0] = {}): Promise<Node> {
  const node = await startNode(overrides)
  nodes.push(node)
  return node
}

const transaction = (sender: number, nonce = 0): Uint8Array =>
  signedTransaction(sender, nonce, { network: LIVE_NETWORK, createdAtMs: Date.now() })

test('a transaction given to one node reaches the others, and each says whom it has it from', async () => {
  const a = await start({ name: 'a' })
  const b = await start({ name: 'b', bootstrap: [addressOf(a)] })
  const c = await start({ name: 'c', bootstrap: [addressOf(b)] })
  await until(() => b.control.status().mesh === 2 && a.control.status().mesh === 1, 'the line is meshed')
  const [result] = await a.control.submit([transaction(0)])
  expect(result).toMatchObject({ kind: 'accepted', state: 'pending' })
  const id = result?.kind === 'accepted' ? result.id : ''
  await until(() => c.control.status().mempool.count === 1, 'the end of the line has it')
  const seen = c.control.propagation(id)
  expect(seen.kind === 'found' && seen.value.from).toBe(b.peerId)
  expect(a.control.status().mempool.fingerprint).toBe(c.control.status().mempool.fingerprint)
  expect(c.control.peers().peers).toMatchObject([{ name: 'b', peerId: b.peerId }])
})

test('what is submitted before anybody is connected leaves when somebody is', async () => {
  const a = await start()
  await a.control.submit([transaction(0)])
  const b = await start({ bootstrap: [addressOf(a)] })
  await until(() => b.control.status().mempool.count === 1, 'the newcomer has it')
})

test('hundred transactions reach five nodes, each once', async () => {
  const first = await start()
  for (let i = 0; i < 4; i++) await start({ bootstrap: nodes.map(addressOf) })
  await meshed(nodes)
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, i) => first.control.submit([transaction(i % 50, Math.floor(i / 50))])),
  )
  expect(results.flat().every((result) => result.kind === 'accepted')).toBe(true)
  await until(() => nodes.every((node) => node.control.status().mempool.count === 100), 'all have all')
  expect(new Set(nodes.map((node) => node.control.status().mempool.fingerprint)).size).toBe(1)
})

test('two networks refuse each other, and both ends say so', async () => {
  const refusals: string[] = []
  const watch = (node: Node): void => {
    node.control.subscribe(['peers'], ({ event }) => {
      if (event === 'refused-network') refusals.push(node.peerId)
    })
  }
  const a = await start()
  const b = await start({ network: { ...LIVE_NETWORK, name: 'dev-other' }, bootstrap: [addressOf(a)] })
  watch(a)
  watch(b)
  await until(() => refusals.includes(a.peerId) && refusals.includes(b.peerId), 'both have refused')
  await until(() => a.control.status().peers === 0, 'they have parted')
})
