/**
 * The mutants of the conformance kit: for a check, a node with one thing wrong that it must catch. Each is a bend of
 * the lens through which the check sees a real node, as data: what is handed on that must not be, what is not handed
 * on that must be, what costs nothing, how an answer differs.
 */
import type { RPC } from '@chainsafe/libp2p-gossipsub/message'
import { splitList } from '../../../src/domain/codec/list-codec.ts'
import { decodeTransaction } from '../../../src/domain/codec/transaction-codec.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import type { Protocol } from '../../../src/domain/protocols.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import type { Transaction } from '../../../src/domain/transaction.ts'
import { concatBytes, utf8 } from '../../../src/lib/bytes.ts'
import type { Bend } from './lens.ts'
import { NETWORK } from './through-lens.ts'

export interface Mutant {
  /** The check that must fail. */
  readonly check: string
  /** What is wrong with the node. */
  readonly wrong: string
  readonly bend: Bend
  /** Checks that must have run before, since they make what this one asks for. */
  readonly after?: readonly string[]
}

const PREFIX = signingPrefix('hearsay/tx/1', networkIdOf(NETWORK))
type Message = RPC['messages'][number]

/** The transactions of a message, as far as they can be read. */
function transactionsIn({ data = new Uint8Array(0) }: Message): Transaction[] {
  return (splitList(data, 300) ?? []).flatMap((bytes) => {
    const decoded = decodeTransaction(bytes, PREFIX)
    return decoded.ok ? [decoded.value] : []
  })
}

const onTopic = (topic: string, { topic: name }: Message): boolean => name.endsWith(`/${topic}`)

/** Hands on, unseen, what holds a transaction like that. */
const lets = (isIt: (transaction: Transaction) => boolean): Bend => ({
  echoes: (message) => onTopic('transactions', message) && transactionsIn(message).some(isIt),
})
/** Hands on, unseen, messages like that. */
const letsMessage = (isIt: (message: Message) => boolean): Bend => ({ echoes: isIt })
/** Does not hand on what holds a transaction like that. */
const stops = (isIt: (message: Message) => boolean): Bend => ({
  toPlayed: (rpc) => ({ ...rpc, messages: rpc.messages.filter((message) => !isIt(message)) }),
})
const stopsTransaction = (isIt: (transaction: Transaction) => boolean): Bend =>
  stops((message) => onTopic('transactions', message) && transactionsIn(message).some(isIt))

/** Says no PRUNE to anybody. */
const FORGIVES: Bend = {
  toPlayed: (rpc) => (rpc.control === undefined ? rpc : { ...rpc, control: { ...rpc.control, prune: [] } }),
}
/** Cuts nobody off. */
const KEEPS: Bend = { keepsOpen: true, ...FORGIVES }
const controlless = (kind: 'ihave' | 'iwant' | 'idontwant'): Bend => ({
  toPlayed: (rpc) => (rpc.control === undefined ? rpc : { ...rpc, control: { ...rpc.control, [kind]: [] } }),
})
/** Another answer of a protocol. */
const answers = (
  protocol: Protocol,
  change: (frames: readonly Uint8Array[], request: Uint8Array) => readonly Uint8Array[] | null | 'silence',
): Bend => ({
  answer: (asked, request, frames) => (asked !== protocol || frames === null ? frames : change(frames, request)),
})
/** Answers what deserves none. */
const tolerates = (protocol: Protocol): Bend => ({
  answer: (asked, _, frames) => (asked === protocol && frames === null ? [new Uint8Array(1)] : frames),
})
const patchedFrame =
  (at: number): ((frames: readonly Uint8Array[]) => readonly Uint8Array[]) =>
  (frames) =>
    frames.map((bytes) => {
      const copy = bytes.slice()
      copy[at] = (copy[at] ?? 0) ^ 1
      return copy
    })
const noAsk = (protocol: Protocol): Bend => ({ ask: (asked, request) => (asked === protocol ? null : request) })

const nowMs = (): number => Date.now()
const LIFE_MS = NETWORK.txLifetimeMs

const mutant = (check: string, wrong: string, bend: Bend): Mutant => ({ check, wrong, bend })
/** One flaw that several checks must see, each by itself. */
const each = (checks: readonly string[], wrong: string, bend: Bend): readonly Mutant[] =>
  checks.map((check) => mutant(check, wrong, bend))

/** Ends the connection of whoever hands on a block, after so many. */
function cutsOffAfter(count: number): Parameters<typeof mutant>[2] {
  let blocks = 0
  return {
    toNode: (rpc, link) => {
      if (rpc.messages.some((message) => onTopic('blocks', message)) && ++blocks > count) link.end()
      return rpc
    },
  }
}

export const MUTANTS: readonly Mutant[] = [
  // Transport
  mutant('transport-tls', 'speaks noise alone', { encrypters: ['noise'] }),
  mutant('transport-noise', 'speaks TLS alone', { encrypters: ['tls'] }),
  mutant('transport-identify', 'does not speak gossipsub 1.0', { mute: ['/meshsub/1.0.0'] }),
  mutant('transport-ping', 'does not answer pings', { answersPings: false }),
  // hello
  mutant(
    'hello-right',
    'answers with its hello twice',
    answers('hello', (frames) => [...frames, ...frames]),
  ),
  mutant('hello-head', 'names another head at height 0', answers('hello', patchedFrame(50))),
  mutant('hello-repeated', 'answers a hello once', once('hello')),
  ...each(['hello-other-network', 'hello-other-version'], 'keeps strangers', KEEPS),
  ...each(
    [
      'hello-empty',
      'hello-frame-too-large',
      'hello-padded-length',
      'hello-short',
      'hello-offset',
      'hello-long-name',
      'hello-control-name',
      'hello-height',
    ],
    'answers what is no hello',
    tolerates('hello'),
  ),
  mutant('hello-largest-name', 'takes names of up to 63 bytes', {
    answer: (protocol, request, frames) => (protocol === 'hello' && request.byteLength > 126 + 63 ? null : frames),
  }),
  ...each(['hello-half-frame', 'probe-half-frame', 'objects-half-frame'], 'waits for ever', {
    answer: (_, __, frames) => frames,
  }),
  mutant('hello-reset', 'takes no hello after one that was never finished', sulks()),
  mutant(
    'hello-first',
    'hands on nothing',
    stops(() => true),
  ),
  mutant('transport-own-key', 'has a key of another kind', { keyType: 'secp256k1' }),
  mutant('transport-other-key', 'takes any kind of key', { takesAnyKey: true }),
  // Gossip
  mutant('gossip-topics', 'subscribes to a fourth topic', {
    toPlayed: (rpc) =>
      rpc.subscriptions.length === 0
        ? rpc
        : { ...rpc, subscriptions: [...rpc.subscriptions, { subscribe: true, topic: 'more' }] },
  }),
  mutant('gossip-1-2-0', 'does not speak gossipsub 1.2', { mute: ['/meshsub/1.2.0'] }),
  mutant('gossip-1-1-0', 'does not speak gossipsub 1.1', { mute: ['/meshsub/1.1.0'] }),
  mutant('gossip-1-0-0', 'does not speak gossipsub 1.0', { mute: ['/meshsub/1.0.0'] }),
  mutant('gossip-no-floodsub', 'speaks floodsub', { speaks: ['/floodsub/1.0.0'] }),
  mutant('gossip-hands-on', 'names an author in what it hands on', {
    toPlayed: (rpc) => ({ ...rpc, messages: rpc.messages.map((one) => ({ ...one, from: utf8('author') })) }),
  }),
  mutant('gossip-once', 'hands on each message twice', {
    toPlayed: (rpc) => ({ ...rpc, messages: [...rpc.messages, ...rpc.messages] }),
  }),
  mutant(
    'gossip-from',
    'hands on what names an author',
    letsMessage(({ from }) => from !== undefined),
  ),
  mutant(
    'gossip-seqno',
    'hands on what has a number',
    letsMessage(({ seqno }) => seqno !== undefined),
  ),
  mutant(
    'gossip-signature',
    'hands on what has a signature',
    letsMessage(({ signature }) => signature !== undefined),
  ),
  mutant('gossip-empty-from', 'cuts off nobody', KEEPS),
  mutant(
    'gossip-key',
    'hands on what has a key',
    letsMessage(({ key }) => key !== undefined),
  ),
  mutant('gossip-other-topic', 'cuts off nobody', KEEPS),
  mutant('gossip-no-data', 'cuts off nobody', KEEPS),
  mutant('gossip-announces', 'announces nothing', controlless('ihave')),
  mutant('gossip-wants', 'asks for nothing that is announced', controlless('iwant')),
  mutant('gossip-says-idontwant', 'never says IDONTWANT', controlless('idontwant')),
  mutant('gossip-hears-idontwant', 'does not hear IDONTWANT', {
    toNode: (rpc) => (rpc.control === undefined ? rpc : { ...rpc, control: { ...rpc.control, idontwant: [] } }),
  }),
  mutant('gossip-graft', 'refuses each GRAFT', {
    toNode: (rpc) => (rpc.control === undefined ? rpc : { ...rpc, control: { ...rpc.control, graft: [] } }),
    toPlayed: (rpc) => ({ ...rpc, messages: [] }),
  }),
  mutant('gossip-prune', 'does not hear PRUNE', {
    toNode: (rpc) => (rpc.control === undefined ? rpc : { ...rpc, control: { ...rpc.control, prune: [] } }),
  }),
  mutant('gossip-no-exchange', 'names peers in PRUNE', {
    toPlayed: (rpc) =>
      rpc.control === undefined
        ? rpc
        : {
            ...rpc,
            control: {
              ...rpc.control,
              prune: rpc.control.prune.map((one) => ({ ...one, peers: [{ peerID: utf8('somebody') }] })),
            },
          },
  }),
  mutant('gossip-knows-id', 'asks for whatever is announced', {
    toNode: (rpc, link) => {
      const iwant = (rpc.control?.ihave ?? []).map(({ messageIDs }) => ({ messageIDs }))
      if (iwant.length > 0) link.send({ control: { ihave: [], iwant, graft: [], prune: [], idontwant: [] } })
      return rpc
    },
  }),
  mutant('gossip-wrong-id', 'answers any IWANT with what came last', answersAnyId()),
  mutant('gossip-lost-stream', 'never opens a stream again', { ...KEEPS, speaksOnce: true }),
  mutant(
    'gossip-slow-reader',
    'hands on nothing large',
    stops(({ data }) => (data?.byteLength ?? 0) > 100_000),
  ),
  mutant('gossip-missing-stream', 'cuts off nobody', KEEPS),
  mutant('gossip-topic-in-id', 'takes data for seen that came on a wrong topic', seenAnywhere()),
  mutant('gossip-unknown-field', 'takes an RPC with an unknown field for none', unknownFields()),
  ...each(
    [
      'rpc-too-many-messages',
      'rpc-too-many-subscriptions',
      'rpc-too-much-control',
      'rpc-too-many-ihave',
      'rpc-too-many-idontwant',
      'rpc-too-large',
      'rpc-garbage',
    ],
    'cuts off nobody',
    KEEPS,
  ),
  mutant('rpc-most-messages', 'takes 255 messages', { toNode: (rpc) => (rpc.messages.length > 255 ? null : rpc) }),
  mutant('rpc-most-subscriptions', 'takes 15 subscriptions', {
    toNode: (rpc) => (rpc.subscriptions.length > 15 ? null : rpc),
  }),
  mutant('rpc-most-control', 'takes 31 control messages', {
    toNode: (rpc) => ((rpc.control?.idontwant.length ?? 0) > 31 ? null : rpc),
  }),
  mutant('rpc-most-ihave', 'takes 4,999 ids of an IHAVE', {
    toNode: (rpc) => (rpc.control?.ihave.some(({ messageIDs }) => messageIDs.length > 4_999) === true ? null : rpc),
  }),
  mutant('rpc-most-idontwant', 'takes 511 ids of an IDONTWANT', {
    toNode: (rpc) => (rpc.control?.idontwant.some(({ messageIDs }) => messageIDs.length > 511) === true ? null : rpc),
  }),
  mutant('rpc-largest', 'takes RPCs of 1 MiB', {
    toNode: (rpc, _, bytes) => (bytes.byteLength > 1_048_576 ? null : rpc),
  }),
  // Transactions and batches
  mutant(
    'tx-single',
    'hands on no batch of one',
    stops((message) => transactionsIn(message).length === 1),
  ),
  mutant(
    'tx-payload-largest',
    'hands on payloads of up to 16,383 bytes',
    stopsTransaction(({ payload }) => payload.byteLength > 16_383),
  ),
  mutant(
    'batch-most',
    'hands on up to 255 transactions',
    stops((message) => transactionsIn(message).length > 255),
  ),
  mutant(
    'batch-largest',
    'hands on up to 262,143 bytes',
    stops(({ data }) => (data?.byteLength ?? 0) > 262_143),
  ),
  ...each(
    ['batch-too-large', 'batch-too-many'],
    'does not bound batches',
    letsMessage(({ data }) => (data?.byteLength ?? 0) > 40_000),
  ),
  ...each(
    [
      'batch-offset',
      'batch-offset-back',
      'batch-offset-past',
      'batch-garbage',
      'tx-body-offset',
      'tx-payload-offset',
      'tx-cut',
      'tx-payload-too-large',
      'tx-time-large',
    ],
    'hands on what it can not read',
    letsMessage((message) => onTopic('transactions', message) && transactionsIn(message).length < itemsOf(message)),
  ),
  mutant(
    'tx-overflow',
    'does not add amount and fee',
    lets(({ amount }) => amount === 2n ** 64n - 1n),
  ),
  mutant(
    'tx-nonce-last',
    'takes any nonce',
    lets(({ nonce }) => nonce === 2n ** 64n - 1n),
  ),
  mutant(
    'tx-ahead',
    'takes nothing of the future',
    stopsTransaction(({ createdAtMs }) => createdAtMs > nowMs() + 5_000),
  ),
  mutant(
    'tx-too-early',
    'takes anything of the future',
    lets(({ createdAtMs }) => createdAtMs > nowMs() + 30_000),
  ),
  mutant(
    'tx-old',
    'lets transactions live for half as long',
    stopsTransaction(({ createdAtMs }) => createdAtMs < nowMs() - LIFE_MS / 2),
  ),
  mutant(
    'tx-expired',
    'lets transactions live for ever',
    lets(({ createdAtMs }) => createdAtMs < nowMs() - LIFE_MS),
  ),
  mutant(
    'tx-fee',
    'has no fee floor',
    lets(({ fee }) => fee === 0n),
  ),
  mutant(
    'tx-to-itself',
    'takes nobody for his own recipient',
    stopsTransaction(({ sender, recipient }) => sender === recipient),
  ),
  mutant(
    'tx-nonce-run',
    'hands on no nonce above 0',
    stopsTransaction(({ nonce }) => nonce > 0n),
  ),
  mutant(
    'tx-nonce-ahead',
    'takes no nonce ahead',
    stopsTransaction(({ nonce }) => nonce === 16n),
  ),
  mutant(
    'tx-nonce-gap',
    'takes any nonce ahead',
    lets(({ nonce }) => nonce === 17n),
  ),
  mutant(
    'tx-replaced',
    'replaces nothing',
    stopsTransaction(({ fee }) => fee === 110n),
  ),
  mutant(
    'tx-underpriced',
    'replaces for any fee',
    lets(({ fee }) => fee === 109n),
  ),
  mutant(
    'tx-unfunded',
    'asks for no money',
    lets(({ amount }) => amount >= 1_000_000_000_000n),
  ),
  mutant('batch-with-forgery', 'charges nothing for a forgery among others', FORGIVES),
  mutant(
    'batch-with-known',
    'hands on no batch with a known one',
    stops((message) => transactionsIn(message).length === 2),
  ),
  mutant(
    'batch-known',
    'hands on what it knows',
    letsMessage((message) => transactionsIn(message).length === 2),
  ),
  mutant(
    'batch-mixed',
    'hands on a batch with an expired one',
    letsMessage((message) => transactionsIn(message).length === 2),
  ),
  // Signatures
  mutant(
    'signature-right',
    'takes only what RFC 8032 makes',
    stops((message) => onTopic('transactions', message)),
  ),
  ...each(
    [
      'signature-s',
      'signature-r-sign',
      'signature-s-plus-l',
      'signature-identity-r',
      'signature-cofactor',
      'signature-zeros',
      'signature-other-network',
      'signature-other-tag',
      'signature-key-identity',
      'signature-key-order-8',
      'signature-key-mixed',
      'signature-key-mixed-2',
      'signature-key-encoding',
      'signature-second',
      'tx-pending-again',
    ],
    'checks no signatures',
    letsMessage((message) => onTopic('transactions', message)),
  ),
  // Records
  mutant(
    'record-own',
    'says nothing of itself',
    stops((message) => onTopic('records', message)),
  ),
  mutant(
    'record-handed-on',
    'hands on no records',
    stops((message) => onTopic('records', message)),
  ),
  ...each(
    [
      'record-signature',
      'record-garbage',
      'record-kind',
      'record-tags-order',
      'record-older',
      'record-future',
      'record-accuses-itself',
    ],
    'hands on any record',
    letsMessage((message) => onTopic('records', message)),
  ),
  // Blocks
  ...each(
    [
      'block-compact',
      'block-empty',
      'block-prefilled',
      'block-asks-parts',
      'block-fetched-whole',
      'block-unknown-parent',
      'block-lower-slot',
      'block-third',
    ],
    'hands on no blocks',
    stops((message) => onTopic('blocks', message)),
  ),
  ...each(
    [
      'block-proposer',
      'block-signature',
      'block-height-0',
      'block-height-above-slot',
      'block-genesis-parent',
      'block-not-genesis-parent',
      'block-too-many',
      'block-short-ids',
      'block-count',
      'block-garbage',
      'block-too-early',
      'block-held',
    ],
    'hands on any block',
    letsMessage((message) => onTopic('blocks', message)),
  ),
  mutant('block-ledger-root', 'cuts off whoever hands on a second block', cutsOffAfter(1)),
  // Request protocols
  mutant('probe-kept', 'answers a second ping with another nonce', {
    frame: (protocol, bytes, index) =>
      protocol === 'probe' && index > 0 ? bytes.map((byte, at) => (at === 1 ? byte ^ 1 : byte)) : bytes,
  }),
  ...['objects-blocks', 'objects-parts'].map((check) => ({
    ...mutant(
      check,
      'has nothing of a block',
      answers('objects', () => [Uint8Array.of(8, 0, 0, 0, 8, 0, 0, 0)]),
    ),
    after: ['block-prefilled', 'block-empty'],
  })),
  ...['chain-limit', 'chain-blocks'].map((check) => ({
    ...mutant(
      check,
      'gives everything twice',
      answers('chain', (frames) => frames.map((one) => concatBytes(one, one))),
    ),
    after: ['block-prefilled', 'block-empty'],
  })),
  mutant('probe-ping', 'answers with another nonce', answers('probe', patchedFrame(1))),
  mutant(
    'probe-stranger',
    'knows everybody',
    answers('probe', ([frame]) => (frame === undefined ? [] : [concatBytes(Uint8Array.of(1), frame.subarray(1))])),
  ),
  mutant(
    'probe-help',
    'helps nobody',
    answers('probe', (_, request) => (request[0] === 1 ? [concatBytes(Uint8Array.of(1), request.subarray(1, 9))] : _)),
  ),
  mutant('probe-asks', 'pings nobody', noAsk('probe')),
  ...each(
    ['probe-padded-length', 'probe-frame-too-large', 'probe-flags', 'probe-status', 'probe-short', 'probe-empty'],
    'answers what is no ping',
    tolerates('probe'),
  ),
  ...each(
    ['objects-by-id', 'objects-by-key', 'objects-records', 'objects-most'],
    'has nothing',
    answers('objects', () => [Uint8Array.of(4, 0, 0, 0)]),
  ),
  ...each(
    [
      'objects-frame-too-large',
      'objects-too-many',
      'objects-none',
      'objects-half-name',
      'objects-too-many-blocks',
      'objects-kind',
    ],
    'answers what is no request',
    tolerates('objects'),
  ),
  mutant(
    'chain-headers',
    'gives no headers',
    answers('chain', () => [new Uint8Array(244)]),
  ),
  mutant(
    'chain-unknown-locator',
    'begins elsewhere',
    answers('chain', () => [new Uint8Array(244)]),
  ),
  mutant(
    'chain-nothing-above',
    'resets where nothing is above',
    answers('chain', () => null),
  ),
  ...each(
    [
      'chain-frame-too-large',
      'chain-limit-0',
      'chain-limit-513',
      'chain-no-locator',
      'chain-long-locator',
      'chain-twice',
      'chain-too-many',
      'chain-kind',
    ],
    'answers what is no request',
    tolerates('chain'),
  ),
  mutant('chain-asks', 'asks nobody for headers', noAsk('chain')),
  ...each(
    ['reconcile-list', 'reconcile-unequal', 'reconcile-epoch', 'reconcile-offer'],
    'is always busy',
    answers('reconcile', () => [Uint8Array.of(3)]),
  ),
  mutant(
    'reconcile-equal',
    'has another salt',
    answers('reconcile', (frames, request) => (request.byteLength > 20 ? [Uint8Array.of(3)] : frames)),
  ),
  mutant('reconcile-asks', 'compares with nobody', noAsk('reconcile')),
  mutant('reconcile-fetches', 'fetches nothing', noAsk('objects')),
  ...each(
    ['reconcile-frame-too-large', 'reconcile-kind', 'reconcile-empty-offer', 'reconcile-cut'],
    'answers what is no request',
    tolerates('reconcile'),
  ),
  mutant('observe-times', 'has a clock of its own', answers('observe', patchedFrame(8))),
  mutant('observe-seen', 'has seen nothing', answers('observe', patchedFrame(17))),
  mutant(
    'observe-cut-off',
    'is always busy',
    answers('observe', () => [Uint8Array.of(2)]),
  ),
  ...each(['observe-hops', 'observe-too-many'], 'answers what is no request', tolerates('observe')),
  // Offences
  mutant('ban-tenth', 'lets the banned in under any name', { forgets: true }),
  ...each(['ban-hello', 'ban-copies', 'unpaid'], 'cuts off nobody', KEEPS),
  mutant('unpaid-few', 'cuts off who sends thirty messages', cutsAt(30)),
  mutant('honest-pair', 'takes everybody out of its meshes', {
    toPlayed: (rpc) => {
      const prune = rpc.subscriptions.map(({ topic = '' }) => ({ topicID: topic, peers: [], backoff: 60 }))
      return prune.length === 0 ? rpc : { ...rpc, control: { ihave: [], iwant: [], graft: [], idontwant: [], prune } }
    },
  }),
  mutant('honest-burst', 'takes a burst for an attack', {
    toPlayed: (rpc) => ({
      ...rpc,
      messages: rpc.messages.filter((message) => !transactionsIn(message).some(({ nonce }) => nonce === 49n)),
    }),
  }),
]

/** How many items a batch claims to have. */
function itemsOf({ data = new Uint8Array(0) }: Message): number {
  return data.byteLength < 4
    ? 1
    : Math.max(1, Math.floor(new DataView(data.buffer, data.byteOffset).getUint32(0, true) / 4))
}

/** Answers the first request of a protocol on one link, and resets the others. */
function once(protocol: Protocol): Bend {
  let count = 0
  return {
    answer: (asked, _, frames) => (asked === protocol && ++count > 1 ? null : frames),
  }
}

/** Data that has come on whatever topic is not taken again. */
function seenAnywhere(): Bend {
  const seen = new Set<string>()
  return {
    toNode: (rpc) => ({
      ...rpc,
      messages: rpc.messages.filter(({ data = new Uint8Array(0) }) => {
        const key = Buffer.from(data).toString('base64')
        return seen.size === seen.add(key).size ? false : true
      }),
    }),
  }
}

/** An RPC with anything behind what is known of it is dropped. */
function unknownFields(): Bend {
  const text = Buffer.from('of a later version')
  return { toNode: (rpc, _, bytes) => (Buffer.from(bytes).includes(text) ? null : rpc) }
}

/** After a request that was never finished no hello is answered. */
function sulks(): Bend {
  let isHurt = false
  return {
    answer: (protocol, request, frames) => {
      isHurt ||= protocol === 'hello' && request.byteLength === 0
      return isHurt ? null : frames
    },
  }
}

/** Any IWANT is answered with the message that came last. */
function answersAnyId(): Bend {
  let last: Message | null = null
  return {
    toNode: (rpc, link) => {
      last = rpc.messages.at(-1) ?? last
      if (last !== null && (rpc.control?.iwant.length ?? 0) > 0) link.send({ messages: [last] })
      return rpc
    },
  }
}

/** Whoever sends so many messages is cut off. */
function cutsAt(count: number): Bend {
  const sent = new Map<string, number>()
  return {
    toNode: (rpc, link) => {
      const now = (sent.get(link.played) ?? 0) + rpc.messages.length
      sent.set(link.played, now)
      if (now >= count) link.end()
      return rpc
    },
  }
}
