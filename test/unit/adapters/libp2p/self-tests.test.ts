import { gossipsub, type GossipSub } from '@chainsafe/libp2p-gossipsub'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { yamux } from '@libp2p/yamux'
import { describe, expect, it } from 'vitest'
import { verifyGuard } from '../../../../src/adapters/libp2p/muxer-guard.ts'
import { verifyRouterHooks } from '../../../../src/adapters/libp2p/router-hooks.ts'
import { type GossipRouter, routerOf } from '../../../../src/adapters/libp2p/router.ts'

const silent: object = Object.assign(() => {}, {
  error: () => {},
  trace: () => {},
  enabled: false,
  newScope: () => silent,
})

async function makeGossipsub(): Promise<GossipSub> {
  const privateKey = await generateKeyPair('Ed25519')
  return gossipsub({ maxInboundDataLength: 1_000 })({
    privateKey,
    peerId: peerIdFromPrivateKey(privateKey),
    logger: { forComponent: () => silent },
  } as never)
}

describe('the self-tests at start', () => {
  it('pass on the installed libraries', async () => {
    await verifyRouterHooks(routerOf(await makeGossipsub()))
    await verifyGuard()
  })

  it('name a method that a release of gossipsub has lost', async () => {
    const router = (await makeGossipsub()) as unknown as Record<string, unknown>
    router.handlePeerReadStreamError = undefined
    expect(() => routerOf(router as never)).toThrow('gossipsub has no method "handlePeerReadStreamError"')
  })

  it.each([
    ['rpc', 'handleReceivedRpc'],
    ['undecodable', 'decodeRpc'],
    ['broken', 'handlePeerReadStreamError'],
  ])('name the hook "%s" where the library no longer calls %s', async (hook, method) => {
    const router = routerOf(await makeGossipsub())
    // As if the release had renamed the method: reading a stream calls the library's own, not the instance's.
    const bare = Object.getPrototypeOf(router) as GossipRouter
    const changed = Object.create(router) as GossipRouter
    changed.pipePeerReadStream = function (this: GossipRouter, from, frames) {
      const own = Object.create(this) as Record<string, unknown>
      own[method] = (bare as unknown as Record<string, unknown>)[method]
      return bare.pipePeerReadStream.call(own as unknown as GossipRouter, from, frames)
    }
    await expect(verifyRouterHooks(changed)).rejects.toThrow(`the hook for "${hook}"`)
  })

  it('say that the guard is blind where yamux keeps its frame elsewhere', async () => {
    const create = (connection: never) => {
      const muxer = yamux({ enableKeepAlive: false })().createStreamMuxer(connection)
      const decoder = (muxer as unknown as { decoder: { buffer: unknown } }).decoder
      Object.defineProperty(muxer, 'decoder', { value: { emitFrames: () => [], renamed: decoder.buffer } })
      return muxer
    }
    await expect(verifyGuard(create as never)).rejects.toThrow('the guard cannot see into yamux')
  })
})
