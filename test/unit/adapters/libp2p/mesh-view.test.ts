import { expect, it } from 'vitest'
import { MeshView } from '../../../../src/adapters/libp2p/mesh-view.ts'
import { asPeerId } from '../../../../src/domain/ids.ts'

const peer = asPeerId('peer')

it('tells each change once, a subscription before the graft, and all that ends when the peer leaves', () => {
  const told: string[] = []
  const view = new MeshView(({ topic, event }) => told.push(`${event} ${topic}`))
  view.meshed('blocks', peer, false)
  view.meshed('blocks', peer, true)
  view.subscribed('blocks', peer, true)
  view.meshed('blocks', peer, true)
  view.subscribed('records', peer, true)
  expect(told.splice(0)).toEqual(['subscribe blocks', 'graft blocks', 'subscribe records'])
  view.meshed('blocks', peer, false)
  view.forget(peer)
  view.forget(peer)
  expect(told).toEqual(['prune blocks', 'unsubscribe blocks', 'unsubscribe records'])
})
