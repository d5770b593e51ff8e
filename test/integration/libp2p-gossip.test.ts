import { afterEach, describe, expect, it } from 'vitest'
import { utf8 } from '../../src/lib/bytes.ts'
import { connect, startNode, type TestNode, type TestNodeOptions } from '../support/libp2p-node.ts'
import { until } from '../support/libp2p-until.ts'

const nodes: TestNode[] = []

async function node(name: string, options?: TestNodeOptions): Promise<TestNode> {
  const started = await startNode(name, options)
  nodes.push(started)
  return started
}

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((started) => started.stop()))
})

describe('gossip over TCP', () => {
  it('carries a message over two hops once it is accepted', async () => {
    const [a, b, c] = [await node('a'), await node('b'), await node('c')]
    await connect(b, a, c)
    const bytes = utf8('a rumour')
    expect(await a.gossip.publish('transactions', bytes, { flood: false })).toEqual({
      kind: 'published',
      recipients: 1,
    })
    await until('the rumour at the far end', () => c.messages.length === 1)
    expect(c.messages[0]).toMatchObject({ topic: 'transactions', from: b.self, bytes: new Uint8Array(bytes) })
    expect(c.messages[0]?.messageId).toBe(b.messages[0]?.messageId)
    expect(a.messages).toHaveLength(0)
  })
})
