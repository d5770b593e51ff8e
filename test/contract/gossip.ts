/**
 * What every Gossip adapter owes, whatever carries it: real links, or simulated ones in virtual time. Plain functions
 * with assertions, so that a process with patched clocks can run them too, outside a test runner.
 */
import assert from 'node:assert/strict'
import type { MessageId, PeerId } from '../../src/domain/ids.ts'
import { TOPICS } from '../../src/domain/protocols.ts'
import type { Verdict } from '../../src/domain/verdict.ts'
import { asMessageId } from '../../src/domain/ids.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import type { Gossip, GossipListener } from '../../src/ports/gossip.ts'

export type GossipMessage = Parameters<GossipListener['onMessage']>[0]
export type GossipCopy = Parameters<GossipListener['onDuplicate']>[0]
export type GossipMeshChange = Parameters<GossipListener['onMeshChange']>[0]

/** One node, and what it was told so far. */
export interface GossipMember {
  readonly self: PeerId
  readonly gossip: Gossip
  readonly messages: readonly GossipMessage[]
  readonly copies: readonly GossipCopy[]
  readonly malformed: readonly unknown[]
  readonly meshChanges: readonly GossipMeshChange[]
}

export interface GossipWorld {
  /**
   * Starts a node that judges at once; null: it owes its verdicts. By default it accepts, and has room for everything.
   */
  member(
    name: string,
    judge?: (message: GossipMessage) => Verdict | null,
    hasRoom?: GossipListener['hasRoom'],
  ): Promise<GossipMember>
  /** Connects two nodes and waits until each is in the other's meshes. */
  connect(a: GossipMember, b: GossipMember): Promise<void>
  disconnect(a: GossipMember, b: GossipMember): Promise<void>
  /** Lets the world go on until the condition holds; rejects when it never does. */
  until(condition: () => boolean, what: string): Promise<void>
  /** Lets the members' clocks advance by so much. */
  advance(ms: number): Promise<void>
}

export interface GossipCase {
  readonly name: string
  run(world: GossipWorld): Promise<void>
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** a – b – c */
async function line(
  world: GossipWorld,
  judge?: (message: GossipMessage) => Verdict | null,
): Promise<[GossipMember, GossipMember, GossipMember]> {
  const [a, b, c] = [await world.member('a'), await world.member('b', judge), await world.member('c')]
  await world.connect(a, b)
  await world.connect(b, c)
  return [a, b, c]
}

function carriesNothingFurtherOn(verdict: 'reject' | 'ignore'): GossipCase {
  return {
    name: `carries nothing further on ${verdict}`,
    async run(world) {
      const forged = utf8('forged')
      const [a, b, c] = await line(world, ({ bytes }) => (same(bytes, forged) ? verdict : 'accept'))
      await a.gossip.publish('transactions', forged, { flood: false })
      await world.until(() => b.messages.length === 1, 'the verdict')
      // What comes after it on the same links has arrived, so the forged one would have.
      const honest = utf8('an honest one')
      await a.gossip.publish('transactions', honest, { flood: false })
      await world.until(() => c.messages.some(({ bytes }) => same(bytes, honest)), 'the honest one')
      assert.equal(c.messages.length, 1)
      if (verdict === 'reject') await world.until(() => b.gossip.score(a.self) < 0, 'the penalty')
      else assert(b.gossip.score(a.self) >= 0)
    },
  }
}

export const GOSSIP_CASES: readonly GossipCase[] = [
  {
    name: 'carries a message over two hops once it is accepted',
    async run(world) {
      const [a, b, c] = await line(world)
      const bytes = utf8('a rumour')
      const published = await a.gossip.publish('transactions', bytes, { flood: false })
      await world.until(() => c.messages.length === 1, 'the rumour at the far end')
      // The publisher is told the id under which everybody else knows the message.
      assert.deepEqual(published, { kind: 'published', recipients: 1, messageId: b.messages[0]?.messageId })
      const [message] = c.messages
      assert(message !== undefined && same(message.bytes, bytes))
      assert.equal(message.topic, 'transactions')
      assert.equal(message.from, b.self)
      assert.equal(message.messageId, b.messages[0]?.messageId)
      assert.equal(a.messages.length, 0)
    },
  },
  carriesNothingFurtherOn('reject'),
  carriesNothingFurtherOn('ignore'),
  {
    name: 'waits for a verdict, and lets it count once',
    async run(world) {
      const [a, b, c] = await line(world, () => null)
      await a.gossip.publish('blocks', utf8('a block'), { flood: false })
      await world.until(() => b.messages.length === 1, 'the message')
      const { messageId, from } = b.messages[0] as GossipMessage
      assert.equal(c.messages.length, 0)
      assert.equal(b.gossip.reportVerdict(messageId, from, 'accept'), true)
      assert.equal(b.gossip.reportVerdict(messageId, from, 'reject'), false)
      await world.until(() => c.messages.length === 1, 'the far end')
    },
  },
  {
    name: 'has no use for a verdict after 5 s, or on what it never raised',
    async run(world) {
      const [a, b, c] = await line(world, () => null)
      await a.gossip.publish('transactions', utf8('late'), { flood: false })
      await world.until(() => b.messages.length === 1, 'the message')
      await world.advance(5_001)
      const { messageId, from } = b.messages[0] as GossipMessage
      assert.equal(b.gossip.reportVerdict(messageId, from, 'accept'), false)
      const unknown: MessageId = asMessageId('00'.repeat(32))
      assert.equal(b.gossip.reportVerdict(unknown, a.self, 'accept'), false)
      assert.equal(c.messages.length, 0)
    },
  },
  {
    name: 'keeps what there is no room for, in its order, until there is; blocks and copies do not wait',
    async run(world) {
      const first = utf8('message 0')
      let room = 1
      const a = await world.member('a')
      const b = await world.member(
        'b',
        () => 'accept',
        (peer, ahead) => peer !== a.self || ahead.messages < room,
      )
      const c = await world.member('c')
      await world.connect(a, b)
      await world.connect(c, b)
      await a.gossip.publish('transactions', first, { flood: false })
      await world.until(() => b.messages.length === 1, 'the first')
      room = 0
      for (let number = 1; number < 6; number++)
        await a.gossip.publish('transactions', utf8(`message ${number}`), { flood: false })
      await a.gossip.publish('blocks', utf8('a block'), { flood: false })
      await world.until(() => b.messages.length === 2, 'the block')
      assert.equal(b.messages[1]?.topic, 'blocks')
      // Another peer's way is free.
      await c.gossip.publish('transactions', utf8('message 3'), { flood: false })
      await world.until(() => b.messages.length === 3, 'the message of another peer')
      room = 3
      b.gossip.resume()
      // The router looks by itself, once a heartbeat.
      room = 0
      await world.until(() => b.messages.length === 5 && b.copies.length === 1, 'three of them')
      room = 10
      b.gossip.resume()
      await world.until(() => b.messages.length === 7, 'the others')
      const texts = b.messages.slice(3).map(({ bytes }) => Buffer.from(bytes).toString())
      assert.deepEqual(texts, ['message 1', 'message 2', 'message 4', 'message 5'])
    },
  },
  {
    name: 'tells topics apart: the same bytes are two messages',
    async run(world) {
      const [a, b] = await line(world)
      const bytes = utf8('on two topics')
      await a.gossip.publish('blocks', bytes, { flood: false })
      await a.gossip.publish('transactions', bytes, { flood: false })
      await world.until(() => b.messages.length === 2, 'both')
      assert.deepEqual(b.messages.map(({ topic }) => topic).sort(), ['blocks', 'transactions'])
      assert.notEqual(b.messages[0]?.messageId, b.messages[1]?.messageId)
    },
  },
  {
    name: 'knows what it has published and what it has heard',
    async run(world) {
      const [a, b, c] = await line(world)
      await a.gossip.publish('records', utf8('r'), { flood: false })
      assert.deepEqual(await a.gossip.publish('records', utf8('r'), { flood: false }), { kind: 'duplicate' })
      await world.until(() => c.messages.length === 1, 'the far end')
      assert.deepEqual(await b.gossip.publish('records', utf8('r'), { flood: true }), { kind: 'duplicate' })
    },
  },
  {
    name: 'keeps a message publishable while nobody subscribes',
    async run(world) {
      const [a, b] = [await world.member('a'), await world.member('b')]
      const nobody = await a.gossip.publish('transactions', utf8('m'), { flood: true })
      assert.deepEqual(nobody, { kind: 'published', recipients: 0 })
      await world.connect(a, b)
      const one = await a.gossip.publish('transactions', utf8('m'), { flood: true })
      await world.until(() => b.messages.length === 1, 'the message')
      assert.deepEqual(one, { kind: 'published', recipients: 1, messageId: b.messages[0]?.messageId })
    },
  },
  {
    name: 'raises a message once and reports its further copies with their senders',
    async run(world) {
      const [a, b, c] = await line(world, () => null)
      await world.connect(a, c)
      const bytes = new Uint8Array(100).fill(3)
      await a.gossip.publish('transactions', bytes, { flood: true })
      // c has accepted and hands on to b, which has not judged yet.
      await world.until(() => b.copies.length === 1, 'the copy')
      const [copy] = b.copies
      assert.equal(b.messages.length, 1)
      assert.equal(copy?.messageId, b.messages[0]?.messageId)
      assert.deepEqual(new Set([copy?.from, b.messages[0]?.from]), new Set([a.self, c.self]))
      assert.equal(copy?.bytes, 100)
      assert.equal(copy?.topic, 'transactions')
      assert.deepEqual(
        [a, b, c].map(({ malformed }) => malformed.length),
        [0, 0, 0],
      )
    },
  },
  {
    name: 'tells each change of subscribers and mesh once',
    async run(world) {
      const [a, b] = [await world.member('a'), await world.member('b')]
      await world.connect(a, b)
      await world.until(() => TOPICS.every((topic) => a.gossip.meshOf(topic).mesh.includes(b.self)), 'all topics')
      const eventsOf = (topic: string): string[] =>
        a.meshChanges.filter((change) => change.topic === topic).map(({ event }) => event)
      for (const topic of TOPICS) {
        assert.deepEqual(a.gossip.meshOf(topic), { topic, subscribers: [b.self], mesh: [b.self] })
        assert.deepEqual(eventsOf(topic), ['subscribe', 'graft'])
      }
      await world.disconnect(a, b)
      await world.until(() => a.meshChanges.length === 4 * TOPICS.length, 'the end')
      for (const topic of TOPICS) assert.deepEqual(eventsOf(topic), ['subscribe', 'graft', 'prune', 'unsubscribe'])
    },
  },
  {
    name: 'meshes again with a peer that left and came back at once',
    async run(world) {
      const [a, b] = [await world.member('a'), await world.member('b')]
      await world.connect(a, b)
      await world.disconnect(a, b)
      await world.connect(a, b)
      await a.gossip.publish('transactions', utf8('again'), { flood: false })
      await world.until(() => b.messages.length === 1, 'the message')
    },
  },
]
