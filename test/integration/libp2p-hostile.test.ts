import { generateKeyPair } from '@libp2p/crypto/keys'
import * as lp from 'it-length-prefixed'
import { afterEach, describe, expect, it } from 'vitest'
import {
  messageIdsOf,
  RPC_BYTES_MAX,
  RPC_MESSAGES_MAX,
  SCORE_THRESHOLDS,
} from '../../src/adapters/libp2p/gossip-options.ts'
import { topicName } from '../../src/domain/protocols.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import type { Hostile } from '../toolkit/libp2p/libp2p-hostile.ts'
import { connect, TEST_NETWORK, type TestNode } from '../toolkit/libp2p/libp2p-node.ts'
import { until } from '../toolkit/until.ts'
import { Libp2pWorld } from '../toolkit/libp2p/libp2p-world.ts'

const TRANSACTIONS = topicName(TEST_NETWORK, 'transactions')
const BLOCKS = topicName(TEST_NETWORK, 'blocks')

const world = new Libp2pWorld()
afterEach(() => world.stop())

/** A number as frames have it in front of them. */
function varint(value: number): Uint8Array {
  const bytes: number[] = []
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80)
  return Uint8Array.from([...bytes, value])
}

/** A hostile peer at a victim, which has one honest neighbour. */
async function stage(): Promise<{ peer: Hostile; victim: TestNode; neighbour: TestNode }> {
  const [victim, neighbour] = [await world.node('victim'), await world.node('neighbour')]
  await connect(victim, neighbour)
  const peer = await world.hostile()
  await peer.join(victim.address())
  return { peer, victim, neighbour }
}

/** Honest traffic still flows: what the victim publishes now reaches its neighbour. */
async function expectHonestFlow(victim: TestNode, neighbour: TestNode): Promise<void> {
  const bytes = utf8(`honest ${neighbour.messages.length}`)
  await victim.gossip.publish('transactions', bytes, { flood: false })
  await until(() => neighbour.messages.some((message) => Buffer.compare(message.bytes, bytes) === 0), 'honest traffic')
}

describe('a hostile peer', () => {
  it('cannot censor a transaction by sending its bytes on another topic first (A5)', async () => {
    const { peer, victim, neighbour } = await stage()
    const bytes = utf8('the victim must get this')
    await peer.send({ messages: [{ topic: BLOCKS, data: bytes }] })
    await until(() => victim.messages.length === 1, 'the decoy')
    await neighbour.gossip.publish('transactions', bytes, { flood: false })
    await until(() => victim.messages.length === 2, 'the transaction')
    expect(victim.messages.map(({ topic }) => topic)).toEqual(['blocks', 'transactions'])
    expect(new Set(victim.messages.map(({ messageId }) => messageId)).size).toBe(2)
  })

  it.each(['blocks', '/hearsay/00000000/transactions'])('reaches nobody on the topic %s (A17, L1)', async (topic) => {
    const { peer, victim, neighbour } = await stage()
    await peer.send({
      subscriptions: [{ subscribe: true, topic }],
      messages: [{ topic, data: utf8('x') }],
      control: { graft: [{ topicID: topic }], ihave: [{ topicID: topic, messageIDs: [utf8('id')] }] },
    })
    await peer.send({ messages: [{ topic: TRANSACTIONS, data: utf8('after it') }] })
    await until(() => victim.messages.length === 1, 'what came after')
    expect(victim.malformed).toEqual([{ peer: peer.self, what: 'rpc' }])
    await expectHonestFlow(victim, neighbour)
  })

  it.each(['from', 'seqno', 'signature'] as const)('cannot have junk in "%s" handed on (L10)', async (field) => {
    const { peer, victim, neighbour } = await stage()
    const data = utf8('with junk')
    await peer.send({ messages: [{ topic: TRANSACTIONS, data, [field]: Uint8Array.of(1) }] })
    await until(() => victim.malformed.length === 1, 'the report')
    expect(victim.malformed).toEqual([{ peer: peer.self, what: 'rpc' }])
    expect(victim.messages).toEqual([])
    // The same bytes without junk are not suspect: the id was not taken for seen.
    await neighbour.gossip.publish('transactions', data, { flood: false })
    await until(() => victim.messages.length === 1, 'the clean one')
  })

  it('is not blamed for a key, which not every library shows to who hands it on; it is not handed on', async () => {
    const { peer, victim } = await stage()
    await peer.send({ messages: [{ topic: TRANSACTIONS, data: utf8('with a key'), key: Uint8Array.of(1) }] })
    await peer.send({ messages: [{ topic: TRANSACTIONS, data: utf8('after it') }] })
    await until(() => victim.messages.length > 0, 'what came after')
    expect(victim.messages.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['after it'])
    expect(victim.malformed).toEqual([])
  })

  it('is reported for every copy of a message that was rejected, and when it is no longer heard (A47)', async () => {
    const victim = await world.node('victim', {
      judge: ({ messageId, from }, node) => void node.gossip.reportVerdict(messageId, from, 'reject'),
    })
    const [forger, copier] = [await world.hostile(), await world.hostile()]
    await forger.join(victim.address())
    await copier.join(victim.address())
    const forged = [{ topic: TRANSACTIONS, data: utf8('forged') }]
    await forger.send({ messages: forged })
    await until(() => victim.messages.length === 1, 'the forgery')
    // The router takes six from one peer, and hears nothing of it from there on.
    for (let n = 1; n <= 6; n++) {
      await copier.send({ messages: forged })
      await until(() => victim.malformed.length === n, `copy ${n}`)
    }
    expect(victim.malformed).toEqual(Array.from({ length: 6 }, () => ({ peer: copier.self, what: 'forged-copy' })))
    // Its scores are remembered for some milliseconds. Heartbeats tell of it too.
    await until(() => victim.gossip.score(copier.self) < SCORE_THRESHOLDS.graylistThreshold, 'its score')
    await copier.send({ messages: [...forged, ...forged] })
    await until(() => victim.unheard.some(({ messages }) => messages === 2), 'the news')
    expect(new Set(victim.unheard.map(({ peer }) => peer))).toEqual(new Set([copier.self]))
    expect(victim.messages).toHaveLength(1)
  })

  it('is reported for an RPC that cannot be decoded, and the stream goes on', async () => {
    const { peer, victim } = await stage()
    await peer.sendRaw(lp.encode.single(Uint8Array.of(0xff, 0xff)).subarray())
    await until(() => victim.malformed.length === 1, 'the report')
    expect(victim.malformed).toEqual([{ peer: peer.self, what: 'rpc' }])
    await peer.send({ messages: [{ topic: TRANSACTIONS, data: utf8('fine') }] })
    await until(() => victim.messages.length === 1, 'the next')
  })

  it('is reported for more messages in one RPC than anybody may send (L4)', async () => {
    const { peer, victim } = await stage()
    const messages = Array.from({ length: RPC_MESSAGES_MAX + 1 }, (_, i) => ({
      topic: TRANSACTIONS,
      data: utf8(`${i}`),
    }))
    await peer.send({ messages })
    await until(() => victim.malformed.length === 1, 'the report')
    expect(victim.messages).toEqual([])
  })

  it('is reported and cut off for an oversized RPC (L11)', async () => {
    const { peer, victim, neighbour } = await stage()
    await peer.sendRaw(lp.encode.single(new Uint8Array(RPC_BYTES_MAX + 1)).subarray())
    await until(() => !peer.isConnected(), 'the cut')
    expect(victim.malformed).toEqual([{ peer: peer.self, what: 'oversize' }])
    expect(victim.disconnects).toEqual([peer.self])
    await expectHonestFlow(victim, neighbour)
  })

  it.each([
    ['one byte over the bound', varint(RPC_BYTES_MAX + 1)],
    ['no number at all', new Uint8Array(10).fill(0xff)],
  ])('is cut off for a frame length of %s', async (_, prefix) => {
    const { peer, victim, neighbour } = await stage()
    await peer.sendRaw(prefix)
    await until(() => !peer.isConnected(), 'the cut')
    expect(victim.malformed).toEqual([{ peer: peer.self, what: 'oversize' }])
    await expectHonestFlow(victim, neighbour)
  })

  it('cannot make anybody wait by not reading (L8)', async () => {
    const [victim, neighbour] = [await world.node('victim'), await world.node('neighbour')]
    await connect(victim, neighbour)
    const deaf = await world.hostile({ deaf: true })
    await deaf.join(victim.address())
    await deaf.send({ subscriptions: [{ subscribe: true, topic: TRANSACTIONS }] })
    await until(() => victim.gossip.meshOf('transactions').mesh.includes(deaf.self), 'the mesh')
    const isGone = (): boolean => victim.disconnects.includes(deaf.self)
    // A stream that is cut before anybody has looked at it is opened once more: it gets no further.
    let sent = 0
    // MiB: the buffers of router and multiplexer twice over, and those of the system. Mostly five are enough.
    const enough = 40
    while (!isGone() && sent < enough) {
      const cuts = deaf.cutStreams()
      while (deaf.cutStreams() === cuts && !isGone() && sent < enough) {
        await victim.gossip.publish('transactions', new Uint8Array(1_048_576).fill(sent++), { flood: false })
        await until(() => neighbour.messages.length === sent, 'the neighbour')
      }
      await until(() => isGone() || victim.connections.gossipLink(deaf.self) === 'both', 'the end, or another try')
    }
    // A peer that can't be spoken to is no peer: the next dial starts afresh.
    expect([isGone(), deaf.cutStreams() > 0]).toEqual([true, true])
  })

  it('gets an answer to IWANT in RPCs that it can decode', async () => {
    const { peer, victim } = await stage()
    // 300 messages, 3 MiB in all: neither number fits one RPC.
    const bodies = Array.from({ length: 300 }, (_, i) => new Uint8Array(10_000).fill(i % 256).fill(i >> 8, 0, 1))
    for (const body of bodies) await victim.gossip.publish('transactions', body, { flood: false })
    const ids = messageIdsOf(TEST_NETWORK)
    await peer.send({ control: { iwant: [{ messageIDs: bodies.map((body) => ids.bytesOf(TRANSACTIONS, body)) }] } })
    const answers = (): number => peer.received.reduce((sum, rpc) => sum + rpc.messages.length, 0)
    await until(() => answers() >= 300, 'all messages')
    for (const rpc of peer.received) expect(rpc.messages.length).toBeLessThanOrEqual(128)
  })

  it('is sent a message three times and no more, however often it asks (A14)', async () => {
    const { peer, victim } = await stage()
    const body = utf8('asked for')
    await victim.gossip.publish('transactions', body, { flood: false })
    const id = messageIdsOf(TEST_NETWORK).bytesOf(TRANSACTIONS, body)
    const other = messageIdsOf(TEST_NETWORK).bytesOf(TRANSACTIONS, utf8('not there'))
    const answers = (): number => peer.received.reduce((sum, rpc) => sum + rpc.messages.length, 0)
    for (let count = 1; count <= 3; count++) {
      await peer.send({ control: { iwant: [{ messageIDs: [id, other] }] } })
      await until(() => answers() === count, `answer ${count}`)
    }
    for (let i = 0; i < 3; i++) await peer.send({ control: { iwant: [{ messageIDs: [id, other] }] } })
    await peer.send({ messages: [{ topic: TRANSACTIONS, data: utf8('behind them') }] })
    await until(() => victim.messages.length === 1, 'what came behind')
    const last = utf8('the last one')
    await victim.gossip.publish('transactions', last, { flood: false })
    await peer.send({
      control: { iwant: [{ messageIDs: [messageIdsOf(TEST_NETWORK).bytesOf(TRANSACTIONS, last), other] }] },
    })
    await until(() => answers() === 4, 'the last answer')
  })

  it('may speak noise, but has no other kind of identity than Ed25519 (A31)', async () => {
    const victim = await world.node('victim')
    const quiet = await world.hostile({ encryption: 'noise' })
    await quiet.join(victim.address())
    await until(() => victim.connected.has(quiet.self), 'the connection')
    const odd = await world.hostile({ privateKey: await generateKeyPair('secp256k1') })
    await expect(odd.join(victim.address())).rejects.toThrow('refused')
    expect(victim.connects).toEqual([quiet.self])
  })
})
