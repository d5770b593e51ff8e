import { afterEach, describe, it } from 'vitest'
import type { GossipMember, GossipWorld } from './gossip.ts'
import { GOSSIP_CASES } from './gossip.ts'
import { connect, TestClock, type TestNode } from '../toolkit/libp2p/libp2p-node.ts'
import { until } from '../toolkit/until.ts'
import { Libp2pWorld } from '../toolkit/libp2p/libp2p-world.ts'

const world = new Libp2pWorld()
afterEach(() => world.stop())

function gossipWorld(): GossipWorld {
  const clock = new TestClock()
  const nodes = new Map<GossipMember, TestNode>()
  const nodeOf = (member: GossipMember): TestNode => nodes.get(member) as TestNode
  return {
    async member(name, judge = () => 'accept', hasRoom) {
      const node = await world.node(name, {
        clock,
        ...(hasRoom && { hasRoom }),
        judge: (message, { gossip }) => {
          const verdict = judge(message)
          if (verdict !== null) gossip.reportVerdict(message.messageId, message.from, verdict)
        },
      })
      nodes.set(node, node)
      return node
    },
    connect: (a, b) => connect(nodeOf(a), nodeOf(b)),
    disconnect: (a, b) => nodeOf(a).connections.disconnect(b.self),
    until,
    advance: async (ms) => clock.advance(ms),
  }
}

describe('Gossip on libp2p', () => {
  for (const { name, run } of GOSSIP_CASES) it(name, () => run(gossipWorld()))
})
