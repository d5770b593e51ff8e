/** Checks of the request protocols beside hello, both ways: what the peer answers, and what it asks. */
import { decodeChainRequest, encodeChainRequest } from '../../domain/codec/chain-codec.ts'
import {
  decodeObjectsAnswer,
  decodeObjectsRequest,
  encodeObjectsAnswer,
  encodeObjectsRequest,
  type ObjectsRequest,
} from '../../domain/codec/objects-codec.ts'
import { decodeObserveAnswer, encodeObserveRequest } from '../../domain/codec/observe-codec.ts'
import {
  decodeProbeAnswer,
  decodeProbeRequest,
  encodeProbeRequest,
  type ProbeRequest,
} from '../../domain/codec/probe-codec.ts'
import {
  decodeReconcileFrame,
  decodeReconcileRequest,
  encodeReconcileRequest,
  type ReconcileFrame,
  type ReconcileRequest,
} from '../../domain/codec/reconcile-codec.ts'
import { asBlockHash, asTxId, type BlockHash, type TxId } from '../../domain/ids.ts'
import { END, itemKey, recordOrder, transactionOrder, type ItemKey } from '../../domain/item-key.ts'
import { signingPrefix } from '../../domain/signing.ts'
import { concatAll, concatBytes, equalBytes, toHex } from '../../lib/bytes.ts'
import { sha256Hex } from '../../lib/hash.ts'
import type { Check, Section } from '../check.ts'
import { epochAt, fingerprintOf } from '../fingerprint.ts'
import { LATE_MS } from '../limits.ts'
import { miss, must, notApplicable } from '../outcome.ts'
import { until, type PlayedNode } from '../played-node.ts'
import { ending, type Stage } from '../stage.ts'
import { paddedFrame, varint } from '../wire.ts'

type Asking = 'objects' | 'chain' | 'reconcile' | 'probe' | 'observe'

const ZEROS = '0'.repeat(64)
/** Within which a node asks a peer that has just greeted for what it lacks, ms. */
const ASKS_MS = 15_000

const request = (section: Section, check: Omit<Check, 'section' | 'role'>): Check => ({
  section,
  role: 'full',
  ...check,
})

/** The one frame of an answer that ends in good order. */
async function one(
  stage: Stage,
  node: PlayedNode,
  protocol: Asking,
  bytes: Uint8Array,
  what: string,
): Promise<Uint8Array> {
  const answer = await node.ask(stage.setting.protocol(protocol), bytes)
  must(answer.end === 'closed' && answer.frames.length === 1, `${what} was answered with ${ending(answer)}`)
  return answer.frames[0] ?? new Uint8Array(0)
}

/** Requests that deserve no answer: the stream is reset. */
const malformed = (
  protocol: Asking,
  id: string,
  what: string,
  make: (stage: Stage) => Uint8Array,
  isRaw = false,
): Check =>
  request(protocol, {
    id: `${protocol}-${id}`,
    sentence: `resets the stream of a request ${what}, and stays connected`,
    async run(stage) {
      const visitor = await stage.visitor()
      const answer = await visitor.ask(stage.setting.protocol(protocol), make(stage), { isRaw })
      if (protocol === 'observe') spoken(answer.end)
      must(answer.end !== 'unsupported', 'the protocol is not spoken')
      must(
        answer.end === 'reset' && answer.frames.length === 0,
        `a request ${what} was answered with ${ending(answer)}`,
      )
      must(visitor.isConnected, `a single request ${what} ended the connection`)
    },
  })

/** Whoever runs a node may switch off what it tells of what it saw. */
function spoken(end: string): void {
  if (end === 'unsupported') notApplicable('it does not speak the protocol, as its operator may choose')
}

/** Half a request is waited for no longer than the deadline. */
const halfFrame = (protocol: Asking, deadlineMs: number): Check =>
  request(protocol, {
    id: `${protocol}-half-frame`,
    sentence: `ends a stream on which half a request stays alone, at the deadline of ${deadlineMs / 1_000} s`,
    async run(stage) {
      const visitor = await stage.visitor()
      const patienceMs = deadlineMs + LATE_MS
      const half = concatBytes(varint(60), new Uint8Array(20))
      const answer = await visitor.ask(stage.setting.protocol(protocol), half, {
        isRaw: true,
        closes: false,
        patienceMs,
      })
      must(answer.end !== 'unsupported', 'the protocol is not spoken')
      must(answer.end !== 'open', `half a request was waited for longer than ${patienceMs} ms`)
    },
  })

/** Frames beyond the largest one of the protocol are not read. */
const tooLarge = (protocol: Asking, bytes: number): Check =>
  malformed(
    protocol,
    'frame-too-large',
    `that announces a frame of ${bytes.toLocaleString('en-US')} bytes`,
    () => concatBytes(varint(bytes), new Uint8Array(32)),
    true,
  )

const status = (stage: Stage) => ({
  incarnation: 1,
  seq: 1,
  head: { height: 0, hash: asBlockHash(stage.setting.networkId) },
})
const ping = (stage: Stage, more: Partial<Extract<ProbeRequest, { kind: 'ping' }>> = {}): Uint8Array =>
  encodeProbeRequest({ kind: 'ping', nonce: 7n, isSuspected: false, status: status(stage), ...more })

function patched(bytes: Uint8Array, at: number, ...values: readonly number[]): Uint8Array {
  const copy = bytes.slice()
  copy.set(values, at)
  return copy
}

const probeChecks: readonly Check[] = [
  request('probe', {
    id: 'probe-ping',
    sentence: 'answers a ping with an ack of the same nonce, and its status',
    async run(stage) {
      const visitor = await stage.visitor()
      for (const nonce of [0n, 2n ** 64n - 1n]) {
        const answer = decodeProbeAnswer(await one(stage, visitor, 'probe', ping(stage, { nonce }), 'a ping'))
        must(answer?.kind === 'ack', `a ping was answered with ${answer?.kind ?? 'something else'}`)
        must(answer.nonce === nonce, `the nonce ${nonce} came back as ${answer.nonce}`)
        const head = await stage.head()
        must(answer.status.head.hash === head.hash, 'its ack names another head than its hello')
      }
    },
  }),
  request('probe', {
    id: 'probe-kept',
    sentence: 'answers a second request on a stream whose asker has not closed its side',
    async run(stage) {
      const visitor = await stage.visitor()
      const frames = await visitor.askTwice(
        stage.setting.protocol('probe'),
        ping(stage, { nonce: 1n }),
        ping(stage, { nonce: 2n }),
      )
      must(frames.length > 0, 'the first ping on the stream was not answered')
      if (frames.length < 2) notApplicable('it closes the stream after the answer, as it may')
      const second = decodeProbeAnswer(frames[1] ?? new Uint8Array(0))
      must(second?.kind === 'ack' && second.nonce === 2n, 'the second ping on a stream has no ack')
    },
  }),
  request('probe', {
    id: 'probe-stranger',
    sentence: 'says of a node that is no neighbour of its that it is a stranger',
    async run(stage) {
      const visitor = await stage.visitor()
      const help = encodeProbeRequest({ kind: 'help', nonce: 9n, targetKey: stage.keys().publicKey, patienceMs: 500 })
      const answer = decodeProbeAnswer(await one(stage, visitor, 'probe', help, 'a request for help'))
      must(answer?.kind === 'stranger' && answer.nonce === 9n, `it answered ${answer?.kind ?? 'something else'}`)
    },
  }),
  request('probe', {
    id: 'probe-help',
    sentence: 'asks a neighbour for whoever asks for help, and answers with its ack',
    async run(stage) {
      const visitor = await stage.visitor()
      const witness = await stage.witness()
      const help = encodeProbeRequest({
        kind: 'help',
        nonce: 10n,
        targetKey: witness.keys.publicKey,
        patienceMs: 1_500,
      })
      const answer = decodeProbeAnswer(await one(stage, visitor, 'probe', help, 'a request for help'))
      must(answer?.kind === 'ack' && answer.nonce === 10n, `it answered ${answer?.kind ?? 'something else'}`)
    },
  }),
  request('probe', {
    id: 'probe-asks',
    sentence: 'pings a peer that has said hello, with a request of this text',
    async run(stage) {
      const visitor = await stage.visitor()
      const asked = visitor.asked.get(stage.setting.protocol('probe')) ?? []
      must(await until(() => asked.length > 0, ASKS_MS), `no ping within ${ASKS_MS} ms`)
      for (const { bytes } of asked) must(decodeProbeRequest(bytes) !== null, `it asked ${toHex(bytes)}`)
    },
  }),
  malformed('probe', 'flags', 'with a flag that nobody knows', (stage) => patched(ping(stage), 9, 2)),
  malformed('probe', 'status', 'with a height above 2^53 − 1', (stage) =>
    patched(ping(stage), 10 + 16, ...new Uint8Array(8).fill(0xff)),
  ),
  malformed('probe', 'short', 'that lacks its last byte', (stage) => ping(stage).subarray(0, -1)),
  malformed('probe', 'empty', 'without a byte', () => Uint8Array.of(0), true),
  malformed('probe', 'padded-length', 'behind a padded length', (stage) => paddedFrame(ping(stage)), true),
  tooLarge('probe', 1_025),
  halfFrame('probe', 2_000),
]

function txIdOf(stage: Stage, bytes: Uint8Array): TxId {
  return asTxId(sha256Hex(concatBytes(signingPrefix('hearsay/tx/1', stage.setting.networkId), bytes.subarray(68))))
}

/** A transaction that the peer has, with its id and key. */
async function known(stage: Stage) {
  const createdAtMs = stage.now()
  const { bytes, batch } = stage.fresh({ createdAtMs })
  await stage.handsOn(await stage.teller(), 'transactions', batch, 'a valid transaction')
  const id = txIdOf(stage, bytes)
  return { bytes, id, key: itemKey(transactionOrder(createdAtMs), id) }
}

async function objects(
  stage: Stage,
  node: PlayedNode,
  asked: ObjectsRequest,
  count: number,
): Promise<readonly (Uint8Array | null)[]> {
  const frame = await one(stage, node, 'objects', encodeObjectsRequest(asked), `a request for ${asked.kind}`)
  const items = decodeObjectsAnswer(frame, count) ?? miss(`the answer to a request for ${asked.kind} is none`)
  must(items.length === count, `the answer has ${items.length} items for ${count} names`)
  return items
}

function mustBe(item: Uint8Array | null | undefined, bytes: Uint8Array, what: string): void {
  must(item !== null && item !== undefined, `${what} was said not to be there`)
  must(equalBytes(item, bytes), `${what} came with other bytes`)
}

const UNKNOWN_KEY = itemKey(1, ZEROS)

const objectsChecks: readonly Check[] = [
  request('objects', {
    id: 'objects-by-id',
    sentence: 'gives transactions by their TxIds, in their order, and nothing for one that is not there',
    async run(stage) {
      const { id, bytes } = await known(stage)
      const items = await objects(stage, await stage.visitor(), { kind: 'transactions', ids: [asTxId(ZEROS), id] }, 2)
      must(items[0] === null, 'it has a transaction that nobody made')
      mustBe(items[1], bytes, 'a transaction that it had handed on')
    },
  }),
  request('objects', {
    id: 'objects-by-key',
    sentence: 'gives transactions by the keys of reconcile',
    async run(stage) {
      const { key, bytes } = await known(stage)
      const items = await objects(
        stage,
        await stage.visitor(),
        { kind: 'transactions-by-key', keys: [UNKNOWN_KEY, key] },
        2,
      )
      must(items[0] === null, 'it has a transaction that nobody made')
      mustBe(items[1], bytes, 'a transaction that it had handed on')
    },
  }),
  request('objects', {
    id: 'objects-records',
    sentence: 'gives records by their keys',
    async run(stage) {
      const visitor = await stage.visitor()
      const message = stage.record(visitor.keys)
      await stage.handsOn(visitor, 'records', message, 'a valid record')
      const bytes = message.subarray(1)
      const key = itemKey(recordOrder(visitor.keys.publicKey), sha256Hex(bytes))
      const items = await objects(stage, visitor, { kind: 'records-by-key', keys: [key] }, 1)
      mustBe(items[0], bytes, 'a record that it had handed on')
    },
  }),
  request('objects', {
    id: 'objects-blocks',
    sentence: 'gives recent blocks by their hashes',
    async run(stage) {
      const tip = (await stage.chain()).blocks.at(-1) ?? notApplicable('the kit has made no block that the peer took')
      const hashes = [asBlockHash(ZEROS), tip.hash]
      const items = await objects(stage, await stage.visitor(), { kind: 'blocks', hashes }, 2)
      must(items[0] === null, 'it has a block that nobody made')
      mustBe(items[1], tip.block.bytes, 'its head')
    },
  }),
  request('objects', {
    id: 'objects-parts',
    sentence: 'gives transactions of a block by their short ids',
    async run(stage) {
      const { blocks } = await stage.chain()
      const made =
        blocks.findLast(({ block }) => block.transactions.length > 0) ??
        notApplicable('the kit has made no block with transactions that the peer took')
      const [first] = made.block.transactions
      if (first === undefined) return
      const shortIds = [first.hash.slice(0, 16), '00'.repeat(8)]
      const items = await objects(
        stage,
        await stage.visitor(),
        { kind: 'block-transactions', block: made.hash, shortIds },
        2,
      )
      mustBe(items[0], first.bytes, 'a transaction of a block that it had taken')
      must(items[1] === null, 'it has a transaction that nobody made')
    },
  }),
  request('objects', {
    id: 'objects-most',
    sentence: 'answers a request of 256 names',
    async run(stage) {
      const ids = Array.from({ length: 256 }, () => asTxId(toHex(stage.random.bytes(32))))
      const items = await objects(stage, await stage.visitor(), { kind: 'transactions', ids }, 256)
      must(
        items.every((item) => item === null),
        'it has a transaction that nobody made',
      )
    },
  }),
  malformed('objects', 'too-many', 'of 257 names', (stage) =>
    concatBytes(Uint8Array.of(0), stage.random.bytes(257 * 32)),
  ),
  malformed('objects', 'none', 'of no names', () => Uint8Array.of(0)),
  malformed('objects', 'half-name', 'with half a name', (stage) =>
    concatBytes(Uint8Array.of(0), stage.random.bytes(48)),
  ),
  malformed('objects', 'too-many-blocks', 'of 17 blocks', (stage) =>
    concatBytes(Uint8Array.of(3), stage.random.bytes(17 * 32)),
  ),
  malformed('objects', 'kind', 'of a kind that nobody knows', (stage) =>
    concatBytes(Uint8Array.of(5), stage.random.bytes(32)),
  ),
  tooLarge('objects', 1_114_113),
  halfFrame('objects', 10_000),
]

async function headers(stage: Stage, locator: readonly BlockHash[], limit: number): Promise<Uint8Array> {
  const visitor = await stage.visitor()
  return one(stage, visitor, 'chain', encodeChainRequest({ kind: 'headers', locator, limit }), 'a request for headers')
}

const headersOf = (stage: Awaited<ReturnType<Stage['chain']>>): Uint8Array =>
  concatAll(stage.blocks.map(({ block }) => block.header.bytes))

/** Asked from this hash on, it gives the whole chain. */
async function givesAllHeaders(stage: Stage, locator: BlockHash): Promise<void> {
  const chain = await stage.chain()
  const frame = await headers(stage, [locator], 512)
  must(
    equalBytes(frame, headersOf(chain)),
    `${frame.byteLength / 244} headers came for ${chain.blocks.length}, or others`,
  )
}

const hashes = (stage: Stage, count: number): Uint8Array => stage.random.bytes(32 * count)

const chainChecks: readonly Check[] = [
  request('chain', {
    id: 'chain-headers',
    sentence: 'gives the headers of its best chain above the first hash that it knows',
    async run(stage) {
      await givesAllHeaders(stage, asBlockHash(stage.setting.networkId))
    },
  }),
  request('chain', {
    id: 'chain-unknown-locator',
    sentence: 'begins at height 1 where it knows no hash of the locator',
    async run(stage) {
      await givesAllHeaders(stage, asBlockHash(toHex(stage.random.bytes(32))))
    },
  }),
  request('chain', {
    id: 'chain-nothing-above',
    sentence: 'answers with one empty frame where nothing is above the hash that it knows',
    async run(stage) {
      const { tip } = await stage.chain()
      const frame = await headers(stage, [tip.hash], 512)
      must(frame.byteLength === 0, `${frame.byteLength} bytes came`)
    },
  }),
  request('chain', {
    id: 'chain-limit',
    sentence: 'gives no more headers than are asked for',
    async run(stage) {
      const chain = await stage.chain()
      if (chain.blocks.length < 2) notApplicable('the peer has fewer than two blocks')
      const frame = await headers(stage, [asBlockHash(stage.setting.networkId)], 1)
      must(
        equalBytes(frame, headersOf(chain).subarray(0, 244)),
        `${frame.byteLength / 244} headers came for one, or another`,
      )
    },
  }),
  request('chain', {
    id: 'chain-blocks',
    sentence: 'gives blocks by their hashes, one frame each, in order, and an empty one where there is none',
    async run(stage) {
      const { blocks } = await stage.chain()
      const [first] = blocks
      const last = blocks.at(-1)
      if (first === undefined || last === undefined || first === last)
        notApplicable('the peer has fewer than two blocks')
      const wanted = [last.hash, asBlockHash(ZEROS), first.hash]
      const visitor = await stage.visitor()
      const answer = await visitor.ask(
        stage.setting.protocol('chain'),
        encodeChainRequest({ kind: 'blocks', hashes: wanted }),
      )
      must(answer.end === 'closed' && answer.frames.length === 3, `three blocks were answered with ${ending(answer)}`)
      const right = [last.block.bytes, new Uint8Array(0), first.block.bytes]
      must(
        answer.frames.every((frame, at) => equalBytes(frame, right[at] ?? new Uint8Array(0))),
        'other blocks came than were asked for',
      )
    },
  }),
  malformed('chain', 'limit-0', 'for no headers', (stage) => concatBytes(Uint8Array.of(0, 0, 0), hashes(stage, 1))),
  malformed('chain', 'limit-513', 'for 513 headers', (stage) => concatBytes(Uint8Array.of(0, 1, 2), hashes(stage, 1))),
  malformed('chain', 'no-locator', 'without a locator', () => Uint8Array.of(0, 16, 0)),
  malformed('chain', 'long-locator', 'with a locator of 33 hashes', (stage) =>
    concatBytes(Uint8Array.of(0, 16, 0), hashes(stage, 33)),
  ),
  malformed('chain', 'twice', 'for one block twice', (stage) => {
    const hash = hashes(stage, 1)
    return concatBytes(Uint8Array.of(1), hash, hash)
  }),
  malformed('chain', 'too-many', 'for 65 blocks', (stage) => concatBytes(Uint8Array.of(1), hashes(stage, 65))),
  malformed('chain', 'kind', 'of a kind that nobody knows', (stage) => concatBytes(Uint8Array.of(2), hashes(stage, 1))),
  tooLarge('chain', 1_114_113),
  request('chain', {
    id: 'chain-asks',
    sentence:
      'asks a peer with a higher head for its headers, by a locator from its own head down, then for the blocks, and takes them',
    async run(stage) {
      const chain = await stage.chain()
      const own = await stage.head()
      const [first, second] = (() => {
        const one = chain.make({})
        return [one, chain.make({ parent: one })]
      })()
      const both = [first, second]
      const visitor = await stage.stranger()
      const name = stage.setting.protocol('chain')
      await visitor.serve(name, (bytes) => {
        const asked = decodeChainRequest(bytes)
        if (asked === null) return null
        if (asked.kind === 'headers') return [concatAll(both.map(({ block }) => block.header.bytes))]
        return asked.hashes.map((hash) => both.find((made) => made.hash === hash)?.block.bytes ?? new Uint8Array(0))
      })
      must(await stage.connect(visitor), 'a connection was refused')
      await stage.join(visitor)
      await stage.greet(visitor, stage.setting.hello({ headHeight: BigInt(second.height), headHash: second.hash }))
      const asked = visitor.asked.get(name) ?? []
      must(await until(() => asked.length > 0, ASKS_MS), `it did not ask within ${ASKS_MS} ms`)
      const request = decodeChainRequest(asked[0]?.bytes ?? new Uint8Array(0))
      must(request?.kind === 'headers', `its first request is ${request?.kind ?? 'none of this text'}`)
      must(request.locator[0] === own.hash, 'its locator does not begin with its head')
      const head = await stage.headBecomes(second.hash, ASKS_MS)
      must(head === null, `it did not take what it was given: ${head ?? ''}`)
      chain.extend(first)
      chain.extend(second)
    },
  }),
]

async function reconcile(stage: Stage, node: PlayedNode, asked: ReconcileRequest): Promise<readonly ReconcileFrame[]> {
  const answer = await node.ask(stage.setting.protocol('reconcile'), encodeReconcileRequest(asked))
  must(answer.end === 'closed' && answer.frames.length > 0, `a comparison was answered with ${ending(answer)}`)
  return answer.frames.map((frame) => decodeReconcileFrame(frame) ?? miss('a frame of the answer can not be read'))
}

const compare = (
  stage: Stage,
  more: Partial<Extract<ReconcileRequest, { kind: 'compare' }>> = {},
): ReconcileRequest => ({
  kind: 'compare',
  set: 'transactions',
  epoch: epochAt(stage.now()),
  replyBytesMax: 500_000,
  ranges: [{ form: 'list', upper: END, keys: [] }],
  ...more,
})

/** All keys that the peer lists. */
function keysIn(frames: readonly ReconcileFrame[]): ItemKey[] {
  return frames.flatMap((frame) =>
    frame.kind === 'ranges' ? frame.ranges.flatMap((range) => (range.form === 'list' ? range.keys : [])) : [],
  )
}

const reconcileChecks: readonly Check[] = [
  request('reconcile', {
    id: 'reconcile-list',
    sentence: 'lists the keys of its transactions to whoever asks for a list',
    async run(stage) {
      const { key } = await known(stage)
      const keys = keysIn(await reconcile(stage, await stage.visitor(), compare(stage)))
      must(keys.includes(key), `none of its ${keys.length} keys is that of a transaction that it has`)
    },
  }),
  request('reconcile', {
    id: 'reconcile-unequal',
    sentence: 'answers an unequal fingerprint of a side with few items with its keys',
    async run(stage) {
      const { key } = await known(stage)
      const ranges = [
        {
          form: 'compare',
          upper: END,
          count: 0,
          fingerprint: fingerprintOf(stage.setting.networkId, 'transactions', epochAt(stage.now()), []),
        } as const,
      ]
      const keys = keysIn(await reconcile(stage, await stage.visitor(), compare(stage, { ranges })))
      must(keys.includes(key), `none of its ${keys.length} keys is that of a transaction that it has`)
    },
  }),
  request('reconcile', {
    id: 'reconcile-equal',
    sentence: 'finds an equal fingerprint equal: its salt, sum and count are those of this text',
    async run(stage) {
      await known(stage)
      const visitor = await stage.visitor()
      for (let round = 0; ; round++) {
        const keys = keysIn(await reconcile(stage, visitor, compare(stage))).toSorted()
        const epoch = epochAt(stage.now())
        const fingerprint = fingerprintOf(stage.setting.networkId, 'transactions', epoch, keys)
        const ranges = [{ form: 'compare', upper: END, count: keys.length, fingerprint } as const]
        const frames = await reconcile(stage, visitor, compare(stage, { epoch, ranges }))
        const isEqual = (frame: ReconcileFrame): boolean =>
          frame.kind === 'ranges' && frame.ranges.every(({ form }) => form === 'skip')
        if (frames.every(isEqual)) return
        // Something may have come or gone between the two.
        must(round < 2, `a fingerprint over the ${keys.length} keys that it listed is unequal`)
      }
    },
  }),
  request('reconcile', {
    id: 'reconcile-epoch',
    sentence:
      'answers a comparison in an epoch that it does not have with those that it has, the current one among them',
    async run(stage) {
      const now = epochAt(stage.now())
      const [frame] = await reconcile(stage, await stage.visitor(), compare(stage, { epoch: now + 10 }))
      must(frame?.kind === 'other-epoch', `it answered ${frame?.kind ?? 'nothing'}`)
      must(frame.epochs.includes(now), `it has the epochs ${frame.epochs.join(', ')} and this is ${now}`)
    },
  }),
  request('reconcile', {
    id: 'reconcile-offer',
    sentence: 'answers an offer with a bit for each key, set where it has it',
    async run(stage) {
      const { key } = await known(stage)
      const keys = [UNKNOWN_KEY, key]
      const [frame] = await reconcile(stage, await stage.visitor(), { kind: 'offer', set: 'transactions', keys })
      must(frame?.kind === 'taken', `it answered ${frame?.kind ?? 'nothing'}`)
      must(toHex(frame.bits) === '02', `its bits are ${toHex(frame.bits)} where 02 is right`)
    },
  }),
  request('reconcile', {
    id: 'reconcile-fetches',
    sentence: 'asks whoever offers for what it lacks, and has it then',
    async run(stage) {
      const createdAtMs = stage.now()
      const { bytes } = stage.fresh({ createdAtMs })
      const id = txIdOf(stage, bytes)
      const key = itemKey(transactionOrder(createdAtMs), id)
      const visitor = await stage.visitor()
      const name = stage.setting.protocol('objects')
      await visitor.serve(name, (asked) => {
        const wanted = decodeObjectsRequest(asked)
        if (wanted?.kind !== 'transactions-by-key') return null
        return [encodeObjectsAnswer(wanted.keys.map((one) => (one === key ? bytes : null)))]
      })
      await reconcile(stage, visitor, { kind: 'offer', set: 'transactions', keys: [key] })
      const asked = visitor.asked.get(name) ?? []
      must(await until(() => asked.length > 0, ASKS_MS), `it did not ask for what was offered within ${ASKS_MS} ms`)
      await stage.marker(visitor, 'what was offered')
      const items = await objects(stage, visitor, { kind: 'transactions', ids: [id] }, 1)
      mustBe(items[0], bytes, 'what was offered')
    },
  }),
  request('reconcile', {
    id: 'reconcile-asks',
    sentence:
      'compares its pool with that of a peer that has just greeted and has another one, by a request of this text',
    async run(stage) {
      const visitor = await stage.stranger()
      const name = stage.setting.protocol('reconcile')
      await visitor.serve(name, () => [Uint8Array.of(3)])
      must(await stage.connect(visitor), 'a connection was refused')
      await stage.join(visitor)
      await stage.greet(visitor, stage.setting.hello({ mempoolCount: 5n, mempoolFingerprint: '77'.repeat(32) }))
      const asked = visitor.asked.get(name) ?? []
      must(await until(() => asked.length > 0, ASKS_MS), `it did not ask within ${ASKS_MS} ms`)
      for (const { bytes } of asked)
        must(decodeReconcileRequest(bytes) !== null, `it asked ${toHex(bytes.subarray(0, 40))}`)
    },
  }),
  malformed('reconcile', 'kind', 'of a kind that nobody knows', () => Uint8Array.of(4, 1, 2, 3)),
  malformed('reconcile', 'empty-offer', 'that offers nothing', () => Uint8Array.of(2, 0)),
  malformed('reconcile', 'cut', 'that is cut off', (stage) => encodeReconcileRequest(compare(stage)).subarray(0, 4)),
  tooLarge('reconcile', 65_537),
]

const observeChecks: readonly Check[] = [
  request('observe', {
    id: 'observe-times',
    sentence: 'answers a request without ids with its times alone, on development networks',
    async run(stage) {
      const answer = await observed(stage, [])
      const { receivedNs, sentNs } = answer.times
      must(receivedNs <= sentNs, 'it answered before it was asked')
      const aheadMs = Number(receivedNs / 1_000_000n) - stage.now()
      must(Math.abs(aheadMs) < 60_000, `its clock is ${aheadMs} ms ahead`)
    },
  }),
  request('observe', {
    id: 'observe-seen',
    sentence: 'says that it has a transaction, and from whom it had it',
    async run(stage) {
      const { id } = await known(stage)
      const { observations } = await observed(stage, [id])
      const [first] = observations
      must(first !== undefined && observations.length === 1, `${observations.length} observations came for one id`)
      must(first.known, 'it says that it has never had it')
    },
  }),
  request('observe', {
    id: 'observe-cut-off',
    sentence: 'answers `cut off` where the next node of the way is not connected',
    async run(stage) {
      const visitor = await stage.visitor()
      const bytes = concatBytes(Uint8Array.of(1), stage.keys().publicKey, Uint8Array.of(0))
      const answer = await askObserve(stage, visitor, bytes)
      must(decodeObserveAnswer(answer, 0)?.kind === 'cut-off', `it answered ${toHex(answer.subarray(0, 20))}`)
    },
  }),
  malformed('observe', 'hops', 'with five hops', (stage) =>
    concatBytes(Uint8Array.of(5), stage.random.bytes(160), Uint8Array.of(0)),
  ),
  malformed('observe', 'too-many', 'for nine objects', (stage) =>
    concatBytes(Uint8Array.of(0, 9), stage.random.bytes(9 * 32)),
  ),
]

async function askObserve(stage: Stage, visitor: PlayedNode, bytes: Uint8Array): Promise<Uint8Array> {
  const answer = await visitor.ask(stage.setting.protocol('observe'), bytes)
  spoken(answer.end)
  must(answer.end === 'closed' && answer.frames.length === 1, `it answered ${ending(answer)}`)
  return answer.frames[0] ?? new Uint8Array(0)
}

async function observed(stage: Stage, ids: readonly ReturnType<typeof asTxId>[]) {
  const frame = await askObserve(stage, await stage.visitor(), encodeObserveRequest({ way: [], ids }))
  const answer = decodeObserveAnswer(frame, ids.length)
  return answer?.kind === 'seen' ? answer : miss(`it answered ${toHex(frame.subarray(0, 20))}`)
}

export const requestChecks: readonly Check[] = [
  ...probeChecks,
  ...objectsChecks,
  ...chainChecks,
  ...reconcileChecks,
  ...observeChecks,
]
