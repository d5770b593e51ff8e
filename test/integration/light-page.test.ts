/**
 * A node that takes WebSockets: nodes that are told its address join it so, and browsers are given a page that does.
 */
import { afterEach, expect, test } from 'vitest'
import type { Node } from '../../src/node/compose.ts'
import { signedTransaction } from '../toolkit/objects/transactions.ts'
import { LIVE_NETWORK, startNode } from '../toolkit/processes/nodes.ts'
import { until } from '../toolkit/until.ts'

const nodes: Node[] = []
afterEach(() => Promise.all(nodes.splice(0).map((node) => node.stop())))

async function start(overrides: Parameters<typeof startNode>[0]): Promise<Node> {
  const node = await startNode(overrides)
  nodes.push(node)
  return node
}

test('a node joins over WebSockets, and the page of the other may reach that port and no further', async () => {
  const web = await start({
    name: 'web',
    listen: ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0/ws'],
    api: '127.0.0.1:0',
  })
  const address = web.listen.find((each) => each.includes('/ws/')) ?? ''
  const joined = await start({ name: 'joined', bootstrap: [address] })
  await until(() => web.control.status().mesh === 1 && joined.control.status().mesh === 1, 'the mesh')
  const [result] = await joined.control.submit([
    signedTransaction(0, 0, { network: LIVE_NETWORK, createdAtMs: Date.now() }),
  ])
  expect(result).toMatchObject({ kind: 'accepted' })
  await until(() => web.control.status().mempool.count === 1, 'the transaction')
  await until(() => joined.control.network().members.length === 2, 'its record')
  const [record] = joined.control.network().members.filter(({ name }) => name === 'web')
  expect(record?.addresses).toEqual([expect.stringMatching(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+$/)])

  const [, port] = /\/tcp\/(\d+)\/ws\//.exec(address) ?? []
  const page = await fetch(`${web.apiUrl ?? ''}/light`)
  expect(page.status).toBe(200)
  const policy = page.headers.get('content-security-policy') ?? ''
  expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${port} wss://127.0.0.1`)
  expect(policy).toContain("default-src 'none'")
  expect(await (await fetch(`${web.apiUrl ?? ''}/light/node.json`)).json()).toMatchObject({
    peerId: web.peerId,
    port: Number(port),
    network: { name: LIVE_NETWORK.name },
  })
})

test('a node without WebSockets says how they are switched on', async () => {
  const plain = await start({ api: '127.0.0.1:0' })
  const answer = await fetch(`${plain.apiUrl ?? ''}/light`)
  expect(answer.status).toBe(404)
  expect(await answer.json()).toMatchObject({ hint: expect.stringContaining('/ws') as unknown })
})
