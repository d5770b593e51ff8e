/**
 * Two nodes with one identity, and a third that is connected with both: all three say so, and the one that started
 * later falls silent.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { Node } from '../../src/node/compose.ts'
import { signedTransaction } from '../toolkit/objects/transactions.ts'
import { addressOf, LIVE_NETWORK, meshed, startNode } from '../toolkit/processes/nodes.ts'
import { until } from '../toolkit/until.ts'

const root = mkdtempSync(join(tmpdir(), 'hearsay-twin-'))
const running: Node[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => node.stop()))
  rmSync(root, { recursive: true, force: true })
})
const start = async (...options: Parameters<typeof startNode>): Promise<Node> => {
  const node = await startNode(...options)
  running.push(node)
  return node
}
const codes = (node: Node): readonly string[] => node.control.health().details.map(({ code }) => code)

it('is told by the first, by its copy, and by their neighbour; the copy takes nothing that it could not send', async () => {
  const neighbour = await start({ name: 'neighbour' })
  const original = await start({ name: 'original', dataDir: join(root, 'a'), bootstrap: [addressOf(neighbour)] })
  await meshed([neighbour, original])
  cpSync(join(root, 'a'), join(root, 'b'), { recursive: true })
  const copy = await start({ name: 'copy', dataDir: join(root, 'b'), bootstrap: [addressOf(neighbour)] })
  expect(copy.peerId).toBe(original.peerId)
  await until(() => codes(copy).includes('identity-shared'), 'the copy falls silent', 50_000)
  await until(() => codes(original).includes('identity-copied'), 'the original says so', 50_000)
  await until(() => codes(neighbour).includes('peer-twins'), 'the neighbour says so', 10_000)
  expect(copy.control.health().ok).toBe(false)
  // The copy leaves its place to it, and it has it back at its next dial.
  await until(() => original.control.health().ok, 'the original goes on', 15_000)
  const bytes = signedTransaction(0, 0, { network: LIVE_NETWORK, createdAtMs: Date.now() })
  expect(await copy.control.submit([bytes])).toMatchObject([{ kind: 'rejected', code: 'identity-shared' }])
  expect(await original.control.submit([bytes])).toMatchObject([{ kind: 'accepted' }])
}, 120_000)
