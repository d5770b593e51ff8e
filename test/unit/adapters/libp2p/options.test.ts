import { EXCHANGE_LIMITS } from '../../../../src/domain/exchange-limits.ts'
import { describe, expect, it } from 'vitest'
import { privateKeyFromSeed } from '../../../../src/adapters/libp2p/identity.ts'
import {
  inboundBudget,
  OPENING_TOLL,
  STREAMS_PER_CONNECTION_MAX,
  STREAMS_USED_MAX,
  TOLL_BURST,
} from '../../../../src/adapters/libp2p/limits.ts'
import { BLOCK_BYTES_MAX } from '../../../../src/domain/block.ts'
import { REPLY_BYTES_MAX } from '../../../../src/sync/limits.ts'
import { nodeOptions } from '../../../../src/adapters/libp2p/options.ts'
import { idleGuards } from '../../../toolkit/libp2p/idle-guards.ts'
import type { Libp2pProfile } from '../../../../src/adapters/libp2p/profile.ts'

async function optionsOf(profile: Libp2pProfile) {
  return nodeOptions({
    privateKey: await privateKeyFromSeed(new Uint8Array(32)),
    profile,
    connectionsMax: 56,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    agentVersion: 'test',
    gater: {},
    now: () => 0,
    guards: idleGuards(),
  })
}

describe('the options of a node', () => {
  it('let a local testnet start at once, and five a second of one address in on the open network', async () => {
    expect((await optionsOf('node')).connectionManager?.inboundConnectionThreshold).toBe(5)
    expect((await optionsOf('dev')).connectionManager?.inboundConnectionThreshold).toBeGreaterThanOrEqual(100)
  })

  it('keep the door open under silent sockets (L9)', async () => {
    const { connectionManager } = await optionsOf('node')
    expect(connectionManager?.maxIncomingPendingConnections).toBe(64)
    expect(connectionManager?.inboundUpgradeTimeout).toBeLessThanOrEqual(5_000)
    expect(connectionManager?.maxConnections).toBe(56)
  })

  it('announce nothing but where they listen, and discover nobody', async () => {
    const { addresses, peerDiscovery, services } = await optionsOf('dev')
    expect(addresses).toMatchObject({ listen: ['/ip4/127.0.0.1/tcp/0'], announce: [] })
    expect(peerDiscovery).toEqual([])
    expect(services).toBeUndefined()
  })

  it('have room for every stream that the protocols allow', () => {
    expect(STREAMS_USED_MAX).toBeLessThanOrEqual(STREAMS_PER_CONNECTION_MAX)
    expect(STREAMS_USED_MAX * OPENING_TOLL).toBeLessThanOrEqual(TOLL_BURST)
  })

  it('let through the largest answers that the protocols allow', () => {
    const { reconcile, chain, objects } = EXCHANGE_LIMITS
    expect(reconcile.totalBytesMax).toBeGreaterThanOrEqual(REPLY_BYTES_MAX)
    for (const { frameBytesMax } of [chain, objects]) expect(frameBytesMax).toBeGreaterThan(BLOCK_BYTES_MAX)
  })

  it('hold every connection to 1 MiB/s and 4 MiB on the open network', () => {
    expect(inboundBudget('node')).toEqual({ perSecond: 1_048_576, burst: 4_194_304 })
    expect(inboundBudget('bench').perSecond).toBe(16 * 1_048_576)
  })
})
