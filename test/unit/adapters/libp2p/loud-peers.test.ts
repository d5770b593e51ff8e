import { describe, expect, it } from 'vitest'
import { LOUD_MS, LOUD_SCORE } from '../../../../src/adapters/libp2p/limits.ts'
import { LoudPeers } from '../../../../src/adapters/libp2p/loud-peers.ts'
import { MeshPolicy } from '../../../../src/adapters/libp2p/mesh-policy.ts'
import { SCORE_THRESHOLDS } from '../../../../src/adapters/libp2p/gossip-options.ts'
import { asPeerId } from '../../../../src/domain/ids.ts'

const [honest, liar] = ['honest', 'liar'].map(asPeerId) as [ReturnType<typeof asPeerId>, ReturnType<typeof asPeerId>]

describe('loud peers (A13)', () => {
  it('lets the router of an honest peer announce all it can, three topics full each heartbeat, also after a standstill', () => {
    const peers = new LoudPeers()
    for (let heartbeat = 0; heartbeat < 60; heartbeat++)
      for (let topic = 0; topic < 3; topic++) expect(peers.announced(honest, 5_000, 1_000 * heartbeat)).toBe('within')
    for (let missed = 0; missed < 3; missed++)
      for (let topic = 0; topic < 3; topic++) expect(peers.announced(honest, 5_000, 63_000)).toBe('within')
    expect(peers.isLoud(honest, 63_000)).toBe(false)
  })

  it('stops listening within a second to one that announces twenty full lists a second, for a minute', () => {
    const peers = new LoudPeers()
    const spent = Array.from({ length: 20 }, (_, round) => peers.announced(liar, 5_000, 50 * round))
    const first = spent.indexOf('first-beyond')
    expect(first).toBeGreaterThan(10)
    expect(spent.slice(first + 1).every((each) => each === 'beyond')).toBe(true)
    expect(peers.isLoud(liar, 1_000)).toBe(true)
    expect(peers.isLoud(liar, 50 * 19 + LOUD_MS)).toBe(false)
    expect(peers.size).toBe(1)
  })

  it('costs such a peer the hearing of its announcements and nothing else', () => {
    const policy = new MeshPolicy({ isOurs: () => false, networkOf: () => null, isDeaf: () => false, now: () => 0 })
    policy.loud.announced(liar, 1_000_000, 0)
    expect(policy.score(liar)).toBe(LOUD_SCORE)
    expect(LOUD_SCORE).toBeLessThan(SCORE_THRESHOLDS.gossipThreshold)
    expect(LOUD_SCORE).toBeGreaterThan(SCORE_THRESHOLDS.publishThreshold)
    expect(policy.score(honest)).toBe(0)
  })
})
