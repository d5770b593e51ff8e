/** What our parameters make of a peer, by the library's own account of scores. */
import { PeerScore } from '@chainsafe/libp2p-gossipsub/score'
import { RejectReason } from '@chainsafe/libp2p-gossipsub/types'
import type { Logger } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { gossipOptions, messageIdsOf, SCORE_THRESHOLDS } from '../../../../src/adapters/libp2p/gossip-options.ts'
import { asNetworkId } from '../../../../src/domain/ids.ts'
import { TOPICS, topicName } from '../../../../src/domain/protocols.ts'

const NETWORK = asNetworkId('ab'.repeat(32))
const NAMES = TOPICS.map((topic) => topicName(NETWORK, topic))
const silent = Object.assign(() => undefined, {
  error: () => undefined,
  trace: () => undefined,
  enabled: false,
  newScope: (): Logger => silent,
}) as Logger

function scoresOf(profile: 'node' | 'dev'): PeerScore {
  const { scoreParams } = gossipOptions({ network: NETWORK, profile, connectionsMax: 56 }, messageIdsOf(NETWORK))
  const logger = { forComponent: () => silent }
  return new PeerScore(scoreParams as PeerScore['params'], null, logger, { scoreCacheValidityMs: 0 })
}

describe.each(NAMES)('a peer on the topic %s', (topic) => {
  it('is not heard after six invalid messages, and is after three (L3)', () => {
    const scores = scoresOf('node')
    scores.addPeer('forger')
    for (let count = 1; count <= 6; count++) {
      scores.rejectMessage('forger', `message ${count}`, topic, RejectReason.Reject)
      if (count === 3) expect(scores.score('forger')).toBeGreaterThan(SCORE_THRESHOLDS.graylistThreshold)
    }
    expect(scores.score('forger')).toBeLessThan(SCORE_THRESHOLDS.graylistThreshold)
  })

  it('owes nothing for an hour in the mesh without a message, nor for leaving it then (L12)', () => {
    const scores = scoresOf('node')
    scores.addPeer('quiet')
    scores.graft('quiet', topic)
    const stats = scores.peerStats.get('quiet')?.topics[topic]
    // What the library does once a mesh peer's time to deliver has come.
    Object.assign(stats ?? {}, { meshTime: 3_600_000, meshMessageDeliveriesActive: true })
    expect(stats?.meshMessageDeliveriesActive).toBe(true)
    expect(scores.score('quiet')).toBeGreaterThanOrEqual(0)
    scores.prune('quiet', topic)
    expect(scores.score('quiet')).toBeGreaterThanOrEqual(0)
  })
})

describe('a peer', () => {
  it('is not heard when it has grafted during back-off thirty times, and is after a few (A16)', () => {
    const scores = scoresOf('node')
    scores.addPeer('grafter')
    for (let count = 1; count <= 30; count++) {
      scores.addPenalty('grafter', 1, 'graft_backoff' as never)
      if (count === 6) expect(scores.score('grafter')).toBe(0)
    }
    expect(scores.score('grafter')).toBeLessThan(SCORE_THRESHOLDS.graylistThreshold)
  })

  it('shares loopback with many others on development networks, and no address on open ones (L12)', () => {
    const scoreOn = (profile: 'node' | 'dev'): number => {
      const scores = scoresOf(profile)
      for (let number = 0; number < 40; number++) {
        scores.addPeer(`peer ${number}`)
        scores.addIP(`peer ${number}`, '127.0.0.1')
      }
      return scores.score('peer 0')
    }
    expect(scoreOn('dev')).toBe(0)
    expect(scoreOn('node')).toBeLessThan(SCORE_THRESHOLDS.graylistThreshold)
  })

  it('cannot earn so much by good deeds that forgeries cost it nothing (A11)', () => {
    const scores = scoresOf('node')
    scores.addPeer('patient')
    for (const topic of NAMES) {
      scores.graft('patient', topic)
      for (let count = 0; count < 1_000; count++) scores.deliverMessage('patient', `${topic} ${count}`, topic)
      Object.assign(scores.peerStats.get('patient')?.topics[topic] ?? {}, { meshTime: 86_400_000 })
    }
    expect(scores.score('patient')).toBeGreaterThan(0)
    for (let count = 0; count < 6; count++)
      scores.rejectMessage('patient', `forgery ${count}`, NAMES[0] ?? '', RejectReason.Reject)
    expect(scores.score('patient')).toBeLessThan(SCORE_THRESHOLDS.graylistThreshold)
  })
})
