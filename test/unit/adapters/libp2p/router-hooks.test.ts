/** What the router is made to do otherwise than it would, on the real one. */
import { gossipsub, type GossipSub } from '@chainsafe/libp2p-gossipsub'
import { RPC } from '@chainsafe/libp2p-gossipsub/message'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { hookRouter } from '../../../../src/adapters/libp2p/router-hooks.ts'
import { routerOf } from '../../../../src/adapters/libp2p/router.ts'

const silent: object = Object.assign(() => {}, { error: () => {}, trace: () => {}, newScope: () => silent })

interface Inside {
  readonly mesh: Map<string, Set<string>>
  readonly streamsOutbound: Map<string, { push(bytes: Uint8Array): void }>
  handleControlMessage(peer: string, control: object): Promise<void>
}

/** The ids that a hooked router asks for in each RPC after an IHAVE of so many. */
async function askedFor(count: number): Promise<number[]> {
  const privateKey = await generateKeyPair('Ed25519')
  const made: GossipSub = gossipsub()({
    privateKey,
    peerId: peerIdFromPrivateKey(privateKey),
    logger: { forComponent: () => silent },
  } as never)
  const nothing = async (): Promise<void> => {}
  hookRouter(routerOf(made), { onRpc: nothing, onUndecodable: () => {}, onBroken: () => {} })
  const inside = made as unknown as Inside
  const sent: Uint8Array[] = []
  inside.mesh.set('topic', new Set())
  inside.streamsOutbound.set('peer', { push: (bytes) => sent.push(bytes) })
  const messageIDs = Array.from({ length: count }, (_, index) => Uint8Array.of(index & 0xff, index >> 8))
  await inside.handleControlMessage('peer', { ihave: [{ topicID: 'topic', messageIDs }] })
  const lists = sent.map((bytes) => RPC.decode(bytes).control?.iwant.flatMap((list) => list.messageIDs) ?? [])
  expect(new Set(lists.flat().map((id) => id.join(','))).size).toBe(count)
  return lists.map((list) => list.length)
}

describe('what the router asks for by IWANT', () => {
  it('is cut where an answer in one RPC would hold more messages than an RPC may', async () => {
    expect(await askedFor(256)).toEqual([256])
    expect(await askedFor(257)).toEqual([256, 1])
    expect(await askedFor(600)).toEqual([256, 256, 88])
  })
})
