/** Checks of gossipsub: topics, ids, fields, meshes, control messages, limits of an RPC. */
import { utf8 } from '../../lib/bytes.ts'
import { sha256 } from '../../lib/hash.ts'
import type { Check } from '../check.ts'
import { hearsId, keptBack, offends, unharmed, type Sent } from '../judged.ts'
import { LATE_MS, QUIET_MS, SOON_MS } from '../limits.ts'
import { must, notApplicable } from '../outcome.ts'
import { pause, until, type GossipProtocol, type PlayedNode } from '../played-node.ts'
import type { Stage } from '../stage.ts'
import { field, fieldsOf, rpcBytes, type RpcParts } from '../wire.ts'

const RPC_BYTES_MAX = 1_572_864
/** How long one of the two gossip streams may be missing, ms. */
const MISSING_MS = 3_000
/** Until what is only announced must have been, ms: three heartbeats. */
const ANNOUNCED_MS = 3_500
/** In which a copy would have come that must not come, ms. */
const COPY_MS = 600

const gossip = (check: Omit<Check, 'section' | 'role'> & Partial<Check>): Check => ({
  section: 'Gossip',
  role: 'relay',
  ...check,
})

const version = (protocol: GossipProtocol): Check =>
  gossip({
    id: `gossip-${protocol.replace('/meshsub/', '').replaceAll('.', '-')}`,
    sentence: `exchanges messages with a peer that speaks ${protocol} alone`,
    async run(stage) {
      const visitor = await stage.visitor({ gossip: [protocol] })
      await stage.handsOn(visitor, 'transactions', stage.fresh().batch, `a transaction over ${protocol}`)
      const { batch } = stage.fresh()
      await stage.publish(await stage.teller(), 'transactions', batch)
      must(
        await stage.hears(visitor, 'transactions', batch),
        `a peer that speaks ${protocol} was not sent a transaction`,
      )
    },
  })

/** A message with a field that must be absent; what it carries is not taken for seen by it. */
const withField = (name: 'from' | 'seqno' | 'signature', what: string, bytes: (stage: Stage) => Uint8Array): Check =>
  gossip({
    id: `gossip-${what.replaceAll(' ', '-')}`,
    sentence: `drops a message with ${what.startsWith('empty') ? `an ${what}` : `a ${what}`} and counts it as invalid, and takes the same data without it`,
    async run(stage) {
      const { batch } = stage.fresh()
      await dropped(stage, `a message with ${what}`, { data: batch, fields: { [name]: bytes(stage) } })
      await stage.handsOn(await stage.teller(), 'transactions', batch, `the same data without ${name}`)
    },
  })

/** It is not handed on, and ten of its kind end the connection. */
async function dropped(stage: Stage, what: string, sent: Sent): Promise<void> {
  const visitor = await stage.visitor()
  await keptBack(stage, visitor, what, sent)
  const topic = stage.setting.topic(sent.topic ?? 'transactions')
  await offends(stage, visitor, what, () =>
    visitor.send({ messages: [{ topic, data: stage.random.bytes(40), ...sent.fields }] }),
  )
}

/** An RPC at a limit is taken, with the message in it. */
const taken = (id: string, what: string, parts: (stage: Stage) => RpcParts): Check =>
  gossip({
    id: `rpc-${id}`,
    sentence: `takes an RPC with ${what}`,
    async run(stage) {
      const visitor = await stage.visitor()
      const { batch } = stage.fresh()
      await sendIn(stage, visitor, batch, parts(stage))
      const witness = await stage.witness()
      must(await stage.hears(witness, 'transactions', batch), `the message in an RPC with ${what} was not handed on`)
    },
  })

/** One beyond it is not, and counts as invalid. */
const refused = (id: string, what: string, parts: (stage: Stage) => RpcParts): Check =>
  gossip({
    id: `rpc-${id}`,
    sentence: `drops an RPC with ${what}, and counts it as invalid`,
    async run(stage) {
      const visitor = await stage.visitor()
      const { batch } = stage.fresh()
      await sendIn(stage, visitor, batch, parts(stage))
      await stage.marker(await stage.teller(), `an RPC with ${what}`)
      await pause(COPY_MS)
      must(
        stage.copies(await stage.witness(), 'transactions', batch) === 0,
        `the message in an RPC with ${what} was handed on`,
      )
      const one = parts(stage)
      await offends(stage, visitor, `an RPC with ${what}`, () => sendIn(stage, visitor, batch, one))
    },
  })

async function sendIn(stage: Stage, visitor: PlayedNode, data: Uint8Array, parts: RpcParts): Promise<void> {
  await stage.witness()
  const message = { topic: stage.setting.topic('transactions'), data }
  await visitor.send({ ...parts, messages: [...(parts.messages ?? []), message] })
}

const ids = (stage: Stage, count: number): Uint8Array[] => Array.from({ length: count }, () => stage.random.bytes(32))

/** Fills an RPC with a field that nobody knows. */
function filled(stage: Stage, bytes: number): RpcParts {
  // What is sent beside it: a message of a transaction without payload, with its length and topic.
  const beside = rpcBytes({
    messages: [{ topic: stage.setting.topic('transactions'), data: new Uint8Array(4 + 168) }],
  }).byteLength
  return { extra: field(99, new Uint8Array(bytes - beside - 5)) }
}

const copies = (stage: Stage, count: number): RpcParts => {
  const { batch } = stage.fresh()
  return {
    messages: Array.from({ length: count }, () => ({ topic: stage.setting.topic('transactions'), data: batch })),
  }
}

const subscriptions = (stage: Stage, count: number): RpcParts => ({
  subscribe: Array.from({ length: count }, (_, at) => stage.setting.topics[at % 3] ?? ''),
})

const control = (stage: Stage, count: number): RpcParts => ({ idontwant: ids(stage, count).map((id) => [id]) })

export const gossipChecks: readonly Check[] = [
  gossip({
    id: 'gossip-topics',
    sentence: 'subscribes to the three topics of its network and to no other',
    async run(stage) {
      const visitor = await stage.visitor()
      const subscribed = visitor.heard.flatMap(({ rpc }) =>
        rpc.subscriptions.filter(({ subscribe }) => subscribe === true).map(({ topic = '' }) => topic),
      )
      const wanted = [...stage.setting.topics].sort()
      must(
        JSON.stringify([...new Set(subscribed)].sort()) === JSON.stringify(wanted),
        `it subscribed to ${[...new Set(subscribed)].join(', ')}`,
      )
    },
  }),
  version('/meshsub/1.2.0'),
  version('/meshsub/1.1.0'),
  version('/meshsub/1.0.0'),
  gossip({
    id: 'gossip-no-floodsub',
    sentence: 'does not speak floodsub',
    async run(stage) {
      const visitor = await stage.visitor()
      must((await visitor.open('/floodsub/1.0.0')) === null, 'a stream of /floodsub/1.0.0 was taken')
    },
  }),
  gossip({
    id: 'gossip-hands-on',
    sentence: 'hands a valid message on as it is: its data byte for byte, with topic and data and no other field',
    async run(stage) {
      const witness = await stage.witness()
      const { batch } = stage.fresh()
      await stage.handsOn(await stage.teller(), 'transactions', batch, 'a valid transaction')
      for (const { bytes } of witness.heard)
        for (const message of fieldsOf(bytes) ?? []) {
          if (message.number !== 2) continue
          const numbers = (fieldsOf(message.bytes) ?? []).map(({ number }) => number)
          must(
            numbers.every((number) => number === 2 || number === 4),
            `a message has the fields ${numbers.join(', ')} beside 2 (data) and 4 (topic)`,
          )
        }
    },
  }),
  gossip({
    id: 'gossip-once',
    sentence: 'hands a message on once, and not back to whom it has it from',
    async run(stage) {
      const [teller, witness, visitor] = [await stage.teller(), await stage.witness(), await stage.visitor()]
      const { batch } = stage.fresh()
      await stage.handsOn(teller, 'transactions', batch, 'a valid transaction')
      await stage.publish(visitor, 'transactions', batch)
      await stage.marker(visitor, 'a second copy')
      await pause(COPY_MS)
      must(
        stage.copies(witness, 'transactions', batch) === 1,
        `the witness has ${stage.copies(witness, 'transactions', batch)} copies`,
      )
      must(stage.copies(teller, 'transactions', batch) === 0, 'its sender was sent it back')
    },
  }),
  withField('from', 'from', () => utf8('somebody')),
  withField('from', 'empty from', () => new Uint8Array(0)),
  withField('seqno', 'seqno', (stage) => stage.random.bytes(8)),
  withField('signature', 'signature', (stage) => stage.random.bytes(64)),
  gossip({
    id: 'gossip-key',
    sentence: 'drops a message with a key alone, and charges nobody',
    async run(stage) {
      const visitor = await stage.visitor()
      const before = visitor.heard.length
      await keptBack(stage, visitor, 'a message with a key', {
        data: stage.fresh().batch,
        fields: { key: stage.random.bytes(32) },
      })
      await unharmed(stage, visitor, before, 'a message with a key')
    },
  }),
  gossip({
    id: 'gossip-other-topic',
    sentence: 'drops a message on another topic, and counts it as invalid',
    async run(stage) {
      const data = stage.fresh().batch
      await dropped(stage, 'a message on another topic', {
        data,
        fields: { topic: `${stage.setting.topic('transactions')}x` },
      })
    },
  }),
  gossip({
    id: 'gossip-no-data',
    sentence: 'drops a message without data, and counts it as invalid',
    async run(stage) {
      await dropped(stage, 'a message without data', { data: new Uint8Array(0), fields: { data: null } })
    },
  }),
  gossip({
    id: 'gossip-unknown-field',
    sentence: 'skips fields of an RPC that it does not know, and takes the message beside them',
    async run(stage) {
      const visitor = await stage.visitor()
      const { batch } = stage.fresh()
      await sendIn(stage, visitor, batch, { extra: field(77, utf8('of a later version')) })
      must(
        await stage.hears(await stage.witness(), 'transactions', batch),
        'the message beside a field 77 was not handed on',
      )
    },
  }),
  gossip({
    id: 'gossip-announces',
    sentence:
      'announces by IHAVE, under the id of this text, to a subscriber outside of its mesh, and gives it on IWANT',
    async run(stage) {
      const visitor = await stage.visitor({ grafts: false })
      await visitor.send({ prune: stage.setting.topics })
      const { batch } = stage.fresh()
      await stage.handsOn(await stage.teller(), 'transactions', batch, 'a valid transaction')
      const id = stage.setting.messageId('transactions', batch)
      must(await hearsId(visitor, 'ihave', id, ANNOUNCED_MS), `no IHAVE with the id within ${ANNOUNCED_MS} ms`)
      must(stage.copies(visitor, 'transactions', batch) === 0, 'it was sent whole to a peer outside of the mesh')
      await visitor.send({ iwant: [[id]] })
      must(await stage.hears(visitor, 'transactions', batch), 'an IWANT with the id was not answered')
    },
  }),
  gossip({
    id: 'gossip-wants',
    sentence: 'asks by IWANT for an id that it is told of by IHAVE and does not know, and hands on what it gets',
    async run(stage) {
      const visitor = await stage.visitor()
      const { batch } = stage.fresh()
      const id = stage.setting.messageId('transactions', batch)
      await visitor.send({ ihave: [{ topic: stage.setting.topic('transactions'), ids: [id] }] })
      must(await hearsId(visitor, 'iwant', id, SOON_MS), `no IWANT with the id within ${SOON_MS} ms`)
      await stage.handsOn(visitor, 'transactions', batch, 'what was asked for by IWANT')
    },
  }),
  gossip({
    id: 'gossip-knows-id',
    sentence: 'does not ask for an id that it knows',
    async run(stage) {
      const visitor = await stage.visitor()
      const { batch } = stage.fresh()
      const id = stage.setting.messageId('transactions', batch)
      await stage.handsOn(await stage.teller(), 'transactions', batch, 'a valid transaction')
      await visitor.send({ ihave: [{ topic: stage.setting.topic('transactions'), ids: [id] }] })
      must(!(await hearsId(visitor, 'iwant', id, COPY_MS)), 'it asked for a message that it had handed on')
    },
  }),
  gossip({
    id: 'gossip-wrong-id',
    sentence: 'answers no IWANT with an id of the data alone',
    async run(stage) {
      const visitor = await stage.visitor({ grafts: false })
      await visitor.send({ prune: stage.setting.topics })
      const { batch } = stage.fresh()
      await stage.handsOn(await stage.teller(), 'transactions', batch, 'a valid transaction')
      await visitor.send({ iwant: [[sha256(batch)]] })
      await pause(COPY_MS)
      must(stage.copies(visitor, 'transactions', batch) === 0, 'SHA-256 of the data was taken for its id')
    },
  }),
  gossip({
    id: 'gossip-topic-in-id',
    sentence: 'takes data on its own topic that came on a wrong one before',
    async run(stage) {
      const visitor = await stage.visitor()
      const { batch } = stage.fresh()
      await keptBack(stage, visitor, 'a batch on the topic of records', { topic: 'records', data: batch })
      await stage.handsOn(
        await stage.teller(),
        'transactions',
        batch,
        'a batch that came on the topic of records before',
      )
    },
  }),
  gossip({
    id: 'gossip-says-idontwant',
    sentence: 'says IDONTWANT of a message of 512 bytes and more to its mesh',
    async run(stage) {
      const witness = await stage.witness()
      const { batch } = stage.fresh({ payload: stage.random.bytes(600) })
      await stage.handsOn(await stage.teller(), 'transactions', batch, 'a transaction of 772 bytes')
      const id = stage.setting.messageId('transactions', batch)
      must(await hearsId(witness, 'idontwant', id, SOON_MS), 'no IDONTWANT with its id came')
    },
  }),
  gossip({
    id: 'gossip-hears-idontwant',
    sentence: 'does not send a message to whoever has said IDONTWANT of it',
    async run(stage) {
      const visitor = await stage.visitor()
      const { batch } = stage.fresh({ payload: stage.random.bytes(600) })
      await visitor.send({ idontwant: [[stage.setting.messageId('transactions', batch)]] })
      await stage.marker(visitor, 'an IDONTWANT')
      await stage.handsOn(await stage.teller(), 'transactions', batch, 'a transaction of 772 bytes')
      await pause(COPY_MS)
      must(stage.copies(visitor, 'transactions', batch) === 0, 'it was sent all the same')
    },
  }),
  gossip({
    id: 'gossip-graft',
    sentence: 'takes a GRAFT of a new peer, and sends it messages whole',
    async run(stage) {
      const visitor = await stage.visitor()
      const { batch } = stage.fresh()
      await stage.publish(await stage.teller(), 'transactions', batch)
      must(await stage.hears(visitor, 'transactions', batch), 'a peer that said GRAFT was not sent a message')
      must(!(await stage.isCharged(visitor, 0, QUIET_MS)), 'a peer that said GRAFT was answered with PRUNE')
    },
  }),
  gossip({
    id: 'gossip-prune',
    sentence: 'sends nothing whole to whoever has said PRUNE',
    async run(stage) {
      const visitor = await stage.visitor()
      await visitor.send({ prune: stage.setting.topics })
      await stage.marker(visitor, 'a PRUNE')
      const { batch } = stage.fresh()
      await stage.handsOn(await stage.teller(), 'transactions', batch, 'a valid transaction')
      await pause(COPY_MS)
      must(stage.copies(visitor, 'transactions', batch) === 0, 'a message was sent whole after PRUNE')
    },
  }),
  gossip({
    id: 'gossip-no-exchange',
    sentence: 'names no peers in PRUNE',
    async run(stage) {
      const visitor = await stage.visitor()
      const before = visitor.heard.length
      await keptBack(stage, visitor, 'a batch of nothing', { data: Uint8Array.of(1) })
      if (!(await stage.isCharged(visitor, before))) notApplicable('it took nobody out of a mesh, so it sent no PRUNE')
      const named = visitor.heard.flatMap(({ rpc }) => rpc.control?.prune.flatMap(({ peers }) => peers) ?? [])
      must(named.length === 0, `a PRUNE names ${named.length} peers`)
    },
  }),
  gossip({
    id: 'gossip-missing-stream',
    sentence: 'ends a connection on which the other side opens no gossip stream, after 3 s',
    async run(stage) {
      const visitor = await stage.visitor({ joins: false })
      must(
        await until(() => !visitor.isConnected, MISSING_MS + LATE_MS),
        `a connection without gossip still stands after ${MISSING_MS + LATE_MS} ms`,
      )
    },
  }),
  gossip({
    id: 'gossip-lost-stream',
    sentence: 'opens its gossip stream again when that has been reset, or ends the connection',
    async run(stage) {
      const visitor = await stage.visitor()
      must(visitor.inboundStreams > 0, 'it has no gossip stream towards a peer that lists gossipsub')
      visitor.resetInbound()
      await until(() => visitor.inboundStreams === 0, SOON_MS)
      must(
        await until(() => visitor.inboundStreams > 0 || !visitor.isConnected, MISSING_MS + LATE_MS),
        `${MISSING_MS + LATE_MS} ms after a reset it has neither opened a stream nor ended the connection`,
      )
    },
  }),
  gossip({
    id: 'gossip-slow-reader',
    sentence: 'goes on handing messages on while a peer in its meshes reads nothing',
    async run(stage) {
      const [teller, witness] = [await stage.teller(), await stage.witness()]
      const deaf = await stage.stranger({ isDeaf: true })
      must(await stage.connect(deaf), 'a connection was refused')
      await deaf.send({ subscribe: stage.setting.topics, graft: stage.setting.topics })
      await stage.greet(deaf)
      for (let count = 0; count < 6; count++) {
        const from = stage.payer()
        const items = Array.from({ length: 12 }, (_, nonce) =>
          stage.setting.transaction({ from, nonce: BigInt(nonce), payload: stage.random.bytes(16_000) }, stage.now()),
        )
        const batch = stage.setting.batch(...items)
        await stage.publish(teller, 'transactions', batch)
        must(
          await stage.hears(witness, 'transactions', batch),
          `batch ${count + 1} of 6 was not handed on beside a peer that does not read`,
        )
      }
    },
  }),
  taken('largest', '1,572,864 bytes', (stage) => filled(stage, RPC_BYTES_MAX)),
  refused('too-large', '1,572,865 bytes', (stage) => filled(stage, RPC_BYTES_MAX + 1)),
  taken('most-messages', '256 messages', (stage) => copies(stage, 255)),
  refused('too-many-messages', '257 messages', (stage) => copies(stage, 256)),
  taken('most-subscriptions', '16 subscriptions', (stage) => subscriptions(stage, 16)),
  refused('too-many-subscriptions', '17 subscriptions', (stage) => subscriptions(stage, 17)),
  taken('most-control', '32 control messages', (stage) => control(stage, 32)),
  refused('too-much-control', '33 control messages', (stage) => control(stage, 33)),
  taken('most-ihave', 'an IHAVE of 5,000 ids', (stage) => ({
    ihave: [{ topic: stage.setting.topic('transactions'), ids: ids(stage, 5_000) }],
  })),
  refused('too-many-ihave', 'an IHAVE of 5,001 ids', (stage) => ({
    ihave: [{ topic: stage.setting.topic('transactions'), ids: ids(stage, 5_001) }],
  })),
  taken('most-idontwant', 'an IDONTWANT of 512 ids', (stage) => ({ idontwant: [ids(stage, 512)] })),
  refused('too-many-idontwant', 'an IDONTWANT of 513 ids', (stage) => ({ idontwant: [ids(stage, 513)] })),
  gossip({
    id: 'rpc-garbage',
    sentence: 'drops a frame that is no RPC, and counts it as invalid',
    async run(stage) {
      const visitor = await stage.visitor()
      await offends(stage, visitor, 'a frame that is no RPC', () =>
        visitor.sendRaw(Uint8Array.of(4, 0xff, 0xff, 0xff, 0xff)),
      )
      await stage.marker(await stage.teller(), 'a frame that is no RPC')
    },
  }),
]
