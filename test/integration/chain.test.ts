import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { asAccountId } from '../../src/domain/ids.ts'
import type { NetworkParams } from '../../src/domain/params.ts'
import { toHex } from '../../src/lib/bytes.ts'
import type { Node } from '../../src/node/compose.ts'
import type { NodeConfig } from '../../src/node/config.ts'
import { keysOf, signedTransaction } from '../toolkit/objects/transactions.ts'
import { addressOf, LIVE_NETWORK, startNode } from '../toolkit/processes/nodes.ts'
import { until } from '../toolkit/until.ts'

const VALIDATORS = Array.from({ length: 4 }, (_, i) => keysOf(1_000 + i))
const network = (slotMs: number): NetworkParams => ({
  ...LIVE_NETWORK,
  genesisTimeMs: Date.now(),
  slotMs,
  validators: VALIDATORS.map(({ publicKey }) => asAccountId(toHex(publicKey))),
})
const validator = (index: number): NonNullable<NodeConfig['validator']> => {
  const { publicKey, secret } = VALIDATORS[index]!
  return { key: asAccountId(toHex(publicKey)), secret }
}

const nodes: Node[] = []
const folders: string[] = []

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
})

async function start(overrides: Partial<NodeConfig>): Promise<Node> {
  const node = await startNode(overrides)
  nodes.push(node)
  return node
}

const transaction = (params: NetworkParams, sender: number, nonce: number): Uint8Array =>
  signedTransaction(sender, nonce, { network: params, createdAtMs: Date.now() })

const headOf = (node: Node): string => node.control.status().head.hash
const settledOf = (node: Node): number => node.control.status().settled.height
/** Height of the block that has a transaction. */
async function heightOf(node: Node, id: string): Promise<number> {
  const place = await node.control.transaction(id)
  const hash = place.kind === 'found' ? place.value.blockHash : null
  const block = await node.control.block(hash ?? '')
  return block.kind === 'found' ? block.value.height : Number.NaN
}
const poolOf = (node: Node): number => node.control.status().mempool.count

test('four validators put transactions into blocks, settle them, and every node shows the same', async () => {
  const params = network(300)
  const first = await start({ network: params, validator: validator(0) })
  for (let i = 1; i < 4; i++) await start({ network: params, validator: validator(i), bootstrap: nodes.map(addressOf) })
  await start({ network: params, bootstrap: [addressOf(first)] })
  await until(() => nodes.every((node) => node.control.status().mesh >= 1), 'they are meshed')
  const results = (
    await Promise.all(Array.from({ length: 40 }, (_, i) => nodes[i % 5]!.control.submit([transaction(params, i, 0)])))
  ).flat()
  expect(results.every(({ kind }) => kind === 'accepted')).toBe(true)
  const ids = results.flatMap((result) => (result.kind === 'accepted' ? [result.id] : []))
  await until(() => nodes.every((node) => poolOf(node) === 0), 'all are in blocks', 30_000)
  // The last one with a transaction: after it empty blocks are made until it is settled, and none that would settle
  // those.
  const last = Math.max(...(await Promise.all(ids.map((id) => heightOf(first, id)))))
  await until(() => nodes.every((node) => settledOf(node) >= last), 'the last is settled', 30_000)
  for (const id of ids) {
    const places = await Promise.all(nodes.map((node) => node.control.transaction(id)))
    const hashes = places.map((place) => (place.kind === 'found' ? place.value.blockHash : null))
    expect(new Set(hashes).size).toBe(1)
    expect(hashes[0]).not.toBeNull()
  }
  const blocks = await Promise.all(nodes.map((node) => node.control.block(String(last))))
  expect(new Set(blocks.map((found) => (found.kind === 'found' ? found.value.ledgerRoot : ''))).size).toBe(1)
  const balances = nodes.map((node) => node.control.account(toHex(keysOf(1).publicKey)))
  expect(new Set(balances.map(({ balance, nonce }) => `${balance} ${nonce}`))).toEqual(new Set(['999999 1']))
})

test('a node that joins late fetches the chain and follows it; one that restarts goes on from its disk', async () => {
  const params = network(200)
  const folder = await mkdtemp(join(tmpdir(), 'hearsay-chain-'))
  folders.push(folder)
  const first = await start({ network: params, validator: validator(0) })
  for (let i = 1; i < 4; i++) await start({ network: params, validator: validator(i), bootstrap: nodes.map(addressOf) })
  await until(() => nodes.every((node) => node.control.status().mesh >= 1), 'they are meshed')
  for (let nonce = 0; nonce < 10; nonce++) {
    await first.control.submit(Array.from({ length: 20 }, (_, sender) => transaction(params, sender, nonce)))
    await until(() => poolOf(first) === 0, 'they are in a block')
  }
  const joiner = await start({ network: params, dataDir: folder, bootstrap: [addressOf(first)] })
  await until(() => headOf(joiner) === headOf(first), 'the joiner is at the head', 20_000)
  expect(joiner.control.status().head.height).toBeGreaterThanOrEqual(10)
  await joiner.stop()
  nodes.splice(nodes.indexOf(joiner), 1)
  await first.control.submit([transaction(params, 0, 10)])
  await until(() => poolOf(first) === 0, 'the chain went on')
  const again = await start({ network: params, dataDir: folder, bootstrap: [] })
  expect(again.control.status().head.height).toBeGreaterThanOrEqual(10)
  await again.stop()
  nodes.splice(nodes.indexOf(again), 1)
  const back = await start({ network: params, dataDir: folder, bootstrap: [addressOf(first)] })
  await until(() => headOf(back) === headOf(first), 'it has caught up', 20_000)
})
