import { expect, it } from 'vitest'
import { MESH_PEERS_PER_NETWORK, UNWANTED_SCORE } from '../../../../src/adapters/libp2p/limits.ts'
import { MeshDiversity } from '../../../../src/adapters/libp2p/mesh-diversity.ts'
import { MeshPolicy } from '../../../../src/adapters/libp2p/mesh-policy.ts'
import { asPeerId } from '../../../../src/domain/ids.ts'

const crowd = Array.from({ length: 12 }, (_, i) => asPeerId(`crowd ${i}`))
const [other, ours] = [asPeerId('other'), asPeerId('ours')]

const networkOf = (peer: string): string | null => (peer.startsWith('crowd') ? '10.1' : '10.2')

it('keeps of one network who came first, and calls the others a crowd, in the mesh or not (A10)', () => {
  const diversity = new MeshDiversity(networkOf)
  diversity.review([...crowd.slice(0, MESH_PEERS_PER_NETWORK - 1), other])
  expect(crowd.some((peer) => diversity.isCrowding(peer))).toBe(false)
  diversity.review([...crowd.slice(0, 8), other])
  expect(crowd.filter((peer) => !diversity.isCrowding(peer))).toEqual(crowd.slice(0, MESH_PEERS_PER_NETWORK))
  expect(diversity.isCrowding(other)).toBe(false)
})

it('gives the place of one that left the mesh to the next', () => {
  const diversity = new MeshDiversity(networkOf)
  diversity.review(crowd.slice(0, MESH_PEERS_PER_NETWORK))
  diversity.review(crowd.slice(1, MESH_PEERS_PER_NETWORK))
  expect(crowd.some((peer) => diversity.isCrowding(peer))).toBe(false)
})

it('counts who comes between two reviews, so that a crowd does not fill the mesh meanwhile', () => {
  const diversity = new MeshDiversity(networkOf)
  for (const peer of crowd.slice(0, MESH_PEERS_PER_NETWORK)) diversity.entered(peer)
  expect(diversity.isCrowding(crowd[11] ?? other)).toBe(true)
})

it('tells the router by the score, and spares whom we dialled', () => {
  const policy = new MeshPolicy({ isOurs: (peer) => peer === ours, networkOf: () => '10.1', now: () => 0 })
  policy.review([...crowd, ours], () => [])
  expect(policy.score(crowd[0] ?? other)).toBe(0)
  expect(policy.score(crowd[11] ?? other)).toBe(UNWANTED_SCORE)
  expect(policy.score(ours)).toBe(0)
})
