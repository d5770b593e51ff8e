import { validatePeerScoreParams, validatePeerScoreThresholds } from '@chainsafe/libp2p-gossipsub/score'
import { describe, expect, it } from 'vitest'
import {
  gossipOptions,
  HEARTBEAT_MS,
  MCACHE_HEARTBEATS,
  messageIdsOf,
  RPC_BYTES_MAX,
  SCORE_THRESHOLDS,
} from '../../../../src/adapters/libp2p/gossip-options.ts'
import { VERDICT_MS } from '../../../../src/adapters/libp2p/limits.ts'
import { asNetworkId } from '../../../../src/domain/ids.ts'
import { TOPICS, topicName } from '../../../../src/domain/protocols.ts'

const NETWORK = asNetworkId('ab'.repeat(32))
const NAMES = TOPICS.map((topic) => topicName(NETWORK, topic))

function optionsOf(profile: 'node' | 'dev' | 'bench', connectionsMax = 56) {
  return gossipOptions({ network: NETWORK, profile, connectionsMax }, messageIdsOf(NETWORK))
}

describe.each(['node', 'dev', 'bench'] as const)('the options of the router, profile %s', (profile) => {
  const options = optionsOf(profile)

  it('allow our topics and score every one of them with a penalty for what is invalid (L1, L3)', () => {
    expect([...(options.allowedTopics ?? [])]).toEqual(NAMES)
    expect(Object.keys(options.scoreParams?.topics ?? {})).toEqual(NAMES)
    for (const topic of Object.values(options.scoreParams?.topics ?? {})) {
      expect(topic.invalidMessageDeliveriesWeight).toBeLessThan(0)
      expect(topic.meshMessageDeliveriesWeight).toBe(0)
      expect(topic.meshFailurePenaltyWeight).toBe(0)
      expect(Object.values(topic).every(Number.isFinite)).toBe(true)
    }
  })

  it('are valid by the library, and graylist the sixth invalid message', () => {
    const params = options.scoreParams as Parameters<typeof validatePeerScoreParams>[0]
    expect(() => validatePeerScoreParams(params)).not.toThrow()
    expect(() => validatePeerScoreThresholds(SCORE_THRESHOLDS)).not.toThrow()
    const weight = params.topics[NAMES[0] as string]?.invalidMessageDeliveriesWeight as number
    expect(5 ** 2 * weight + params.topicScoreCap).toBeGreaterThan(SCORE_THRESHOLDS.graylistThreshold - 1)
    expect(6 ** 2 * weight + params.topicScoreCap).toBeLessThan(SCORE_THRESHOLDS.graylistThreshold)
    // Nobody can earn the right to tell us whom to dial.
    expect(params.topicScoreCap).toBeLessThan(SCORE_THRESHOLDS.acceptPXThreshold)
  })

  it('bound everything that a peer may make us decode or keep', () => {
    const limits = Object.entries(options.decodeRpcLimits ?? {})
    expect(limits.map(([name]) => name).sort()).toEqual([
      'maxControlMessages',
      'maxIdontwantMessageIDs',
      'maxIhaveMessageIDs',
      'maxIwantMessageIDs',
      'maxMessages',
      'maxPeerInfos',
      'maxSubscriptions',
    ])
    for (const [, limit] of limits) expect(limit).toBeLessThanOrEqual(5_000)
    expect(options.maxInboundDataLength).toBe(RPC_BYTES_MAX)
    expect(options.maxOutboundBufferSize).toBeLessThanOrEqual(4_194_304)
    expect(options.maxTopicBytesPerPeer).toBeLessThanOrEqual(65_536)
  })

  it('make floods of GRAFT cost their sender, and tag nobody (A16)', () => {
    expect(options.scoreParams?.behaviourPenaltyWeight).toBeLessThan(0)
    expect(options.tagMeshPeers).toBe(false)
  })

  it('keep a message until its verdict may still come', () => {
    expect((MCACHE_HEARTBEATS - 1) * HEARTBEAT_MS).toBeGreaterThanOrEqual(VERDICT_MS)
    expect(options.mcacheLength).toBe(MCACHE_HEARTBEATS)
  })
})

describe('the options by profile', () => {
  it('let a hub keep all its leaves on development networks only', () => {
    expect(optionsOf('dev', 40).Dhi).toBe(40)
    expect(optionsOf('node', 40).Dhi).toBe(12)
    expect(optionsOf('dev', 6).Dhi).toBe(12)
  })

  it('forgive many peers on one loopback address on development networks only', () => {
    const whitelistOf = (profile: 'node' | 'dev') => [
      ...(optionsOf(profile).scoreParams?.IPColocationFactorWhitelist ?? []),
    ]
    expect(whitelistOf('dev')).toEqual(['127.0.0.1', '::1'])
    expect(whitelistOf('node')).toEqual([])
  })
})
