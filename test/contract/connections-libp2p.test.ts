import { afterEach, describe, it } from 'vitest'
import { until } from '../toolkit/until.ts'
import { Libp2pWorld } from '../toolkit/libp2p/libp2p-world.ts'
import { CONNECTIONS_CASES } from './connections.ts'

const world = new Libp2pWorld()
afterEach(() => world.stop())

describe('Connections on libp2p', () => {
  for (const { name, run } of CONNECTIONS_CASES) it(name, () => run({ member: (node) => world.node(node), until }))
})

describe('Connections on libp2p over WebSockets', () => {
  const listen = ['/ip4/127.0.0.1/tcp/0/ws']
  for (const { name, run } of CONNECTIONS_CASES)
    it(name, () => run({ member: (node) => world.node(node, { listen }), until }))
})
