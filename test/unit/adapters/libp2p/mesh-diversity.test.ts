import { expect, it } from 'vitest'
import { MESH_PEERS_PER_NETWORK, UNWANTED_SCORE } from '../../../../src/adapters/libp2p/limits.ts'
import { MeshDiversity } from '../../../../src/adapters/libp2p/mesh-diversity.ts'
import { MeshPolicy } from '../../../../src/adapters/libp2p/mesh-policy.ts'
import { asPeerId } from '../../../../src/domain/ids.ts'

const crowd = Array.from({ length: 12 }, (_, i) => asPeerId(`crowd ${i}`))
const [other, ours, deaf] = [asPeerId('other'), asPeerId('ours'), asPeerId('deaf')]

const networkOf = (peer: string): string | null => (peer.startsWith('crowd') ? '10.1' : '10.2')

it('keeps of one network who came first, and calls the others a crowd, in the mesh or not (A10)', () => {
  const diversity = new MeshDiversity(networkOf)
  diversity.review([...crowd.slice(0, MESH_PEERS_PER_NETWORK - 1), other])
  expect(crowd.slice(0, MESH_PEERS_PER_NETWORK).some((peer) => diversity.isCrowding(peer))).toBe(false)
  diversity.review([...crowd.slice(0, 8), other])
  expect(crowd.filter((peer) => !diversity.isCrowding(peer))).toEqual(crowd.slice(0, MESH_PEERS_PER_NETWORK))
  expect(diversity.isCrowding(other)).toBe(false)
})

it('gives the place of one that left the mesh to the next', () => {
  const diversity = new MeshDiversity(networkOf)
  diversity.review(crowd.slice(0, MESH_PEERS_PER_NETWORK))
  diversity.review(crowd.slice(1, MESH_PEERS_PER_NETWORK))
  expect(crowd.slice(1, MESH_PEERS_PER_NETWORK + 1).some((peer) => diversity.isCrowding(peer))).toBe(false)
})

it('lets no more of one network come in at once than are missing, others each time, and all where there are few', () => {
  const diversity = new MeshDiversity(networkOf)
  const welcome = (): number[] => crowd.flatMap((peer, at) => (diversity.isCrowding(peer) ? [] : [at]))
  const called = new Set<number>()
  for (let round = 0; round < 4; round++) {
    diversity.review([other], [other, ...crowd])
    const now = welcome()
    expect(now).toHaveLength(MESH_PEERS_PER_NETWORK)
    // Whatever the router asks meanwhile, and whoever of them comes in.
    diversity.entered(crowd[now[0] ?? 0] ?? other)
    expect(welcome()).toEqual(now)
    for (const at of now) called.add(at)
  }
  expect(called.size).toBe(crowd.length)
  const few = crowd.slice(0, MESH_PEERS_PER_NETWORK)
  for (let round = 0; round < 4; round++) {
    diversity.review([], few)
    expect(few.some((peer) => diversity.isCrowding(peer))).toBe(false)
  }
  diversity.review(crowd.slice(0, 1), crowd)
  expect(welcome()).toHaveLength(MESH_PEERS_PER_NETWORK)
})

it('counts who comes between two reviews, so that a crowd does not fill the mesh meanwhile', () => {
  const diversity = new MeshDiversity(networkOf)
  for (const peer of crowd.slice(0, MESH_PEERS_PER_NETWORK)) diversity.entered(peer)
  expect(diversity.isCrowding(crowd[11] ?? other)).toBe(true)
})

it('tells the router by the score, and spares whom we dialled', () => {
  const policy = new MeshPolicy({
    isOurs: (peer) => peer === ours,
    networkOf: () => '10.1',
    isDeaf: (peer) => peer === deaf,
    now: () => 0,
  })
  policy.review([...crowd, ours], [])
  expect(policy.score(crowd[0] ?? other)).toBe(0)
  expect(policy.score(crowd[11] ?? other)).toBe(UNWANTED_SCORE)
  expect([policy.score(ours), policy.score(deaf)]).toEqual([0, UNWANTED_SCORE])
})

it.each([
  { kept: 3, outside: 2 },
  { kept: 3, outside: 4 },
  { kept: 2, outside: 4 },
  { kept: 2, outside: 8 },
  { kept: 1, outside: 4 },
])('keeps none of $outside outside for good while there are $kept of its network inside', ({ kept, outside }) => {
  const diversity = new MeshDiversity(networkOf)
  const called = new Set<string>()
  const others = crowd.slice(kept, kept + outside)
  for (let round = 0; round < 12; round++) {
    diversity.review(crowd.slice(0, kept), crowd.slice(0, kept + outside))
    for (const peer of others) if (!diversity.isCrowding(peer)) called.add(peer)
  }
  expect(called.size).toBe(outside)
})
