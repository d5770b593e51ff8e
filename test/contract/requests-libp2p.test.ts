import { afterEach, describe, it } from 'vitest'
import { connect, type TestNode } from '../toolkit/libp2p/libp2p-node.ts'
import { until } from '../toolkit/until.ts'
import { Libp2pWorld } from '../toolkit/libp2p/libp2p-world.ts'
import { REQUESTS_CASES, type RequestsMember, type RequestsWorld } from './requests.ts'

const world = new Libp2pWorld()
afterEach(() => world.stop())

function requestsWorld(): RequestsWorld {
  const nodes = new Map<RequestsMember, TestNode>()
  return {
    async pair(serve) {
      const server = await world.node('server', { beforeStart: ({ requests }) => serve(requests) })
      const asker = await world.node('asker')
      await connect(asker, server)
      nodes.set(asker, asker).set(server, server)
      return { asker, server }
    },
    async disconnect(a, b) {
      await nodes.get(a)?.connections.disconnect(b.self)
      await until(() => nodes.get(a)?.disconnects.includes(b.self) === true, 'the end')
    },
  }
}

describe('Requests on libp2p', () => {
  for (const { name, run } of REQUESTS_CASES) it(name, () => run(requestsWorld()))
})
