/** Real nodes over libp2p that dial one another back. */
import { afterEach, expect, it } from 'vitest'
import { encodeReachAnswer } from '../../src/domain/codec/reach-codec.ts'
import { splitIdentity } from '../../src/lib/endpoint.ts'
import type { Node } from '../../src/node/compose.ts'
import { HostilePeer } from '../toolkit/hostile/hostile-peer.ts'
import { addressOf, LIVE_NETWORK, startNode } from '../toolkit/processes/nodes.ts'
import { until } from '../toolkit/until.ts'

const nodes: Node[] = []
const hostile: HostilePeer[] = []
afterEach(async () => {
  await Promise.all([...nodes.splice(0), ...hostile.splice(0)].map((each) => each.stop()))
})

async function host(): Promise<Node> {
  const node = await startNode({ name: 'host' })
  nodes.push(node)
  return node
}

/** @param announced the port of its record; null: it has none, 0: the one at which it listens */
async function stranger(node: Node, announced: number | null): Promise<HostilePeer> {
  const listen = announced === 0 ? { listen: '/ip4/127.66.0.1/tcp/0' } : {}
  const peer = await HostilePeer.create({ name: 'asker', ip: '127.66.0.1', network: LIVE_NETWORK, ...listen })
  hostile.push(peer)
  await peer.connect(addressOf(node))
  await peer.greet()
  if (announced === null) return peer
  await peer.subscribe()
  const at = announced === 0 ? splitIdentity(peer.listensAt).place : `/ip4/127.66.0.1/tcp/${announced}`
  await peer.rpc({
    messages: [{ topic: peer.topic('records'), data: peer.record([at]) }],
  })
  const isKnown = (): boolean => node.control.network().members.some(({ peerId }) => peerId === peer.peerId)
  await until(isKnown, 'its record is known')
  return peer
}

it('a peer that is reached is told so, and both go on with the connection that they had', async () => {
  const node = await host()
  const asker = await stranger(node, 0)
  expect(await asker.ask('reach', Uint8Array.of(0))).toEqual([new Uint8Array(encodeReachAnswer({ kind: 'reached' }))])
  expect(asker.connected).toBe(true)
  expect(node.control.peers().peers.map(({ peerId }) => peerId)).toEqual([asker.peerId])
})

it('a peer that nobody reaches is told so, and its connection stays', async () => {
  const node = await host()
  const asker = await stranger(node, 1)
  expect(await asker.ask('reach', Uint8Array.of(0))).toEqual([
    new Uint8Array(encodeReachAnswer({ kind: 'unreached', why: 'refused' })),
  ])
  expect(await asker.ask('reach', Uint8Array.of(0))).toEqual([new Uint8Array(encodeReachAnswer({ kind: 'busy' }))])
  expect(asker.connected).toBe(true)
})

it('a peer without a record is unknown', async () => {
  const asker = await stranger(await host(), null)
  expect(await asker.ask('reach', Uint8Array.of(0))).toEqual([new Uint8Array(encodeReachAnswer({ kind: 'unknown' }))])
})
