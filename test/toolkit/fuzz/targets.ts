/**
 * What is fuzzed: every decoder with good samples, and with a way back to bytes. A target returns what it made of its
 * input encoded anew, null where it refused it, and throws where it is broken.
 */
import { RPC } from '@chainsafe/libp2p-gossipsub/message'
import { costOf, isPlain } from '../../../src/adapters/libp2p/rpc-limits.ts'
import { parseJson } from '../../../src/adapters/http/json-body.ts'
import {
  decodeBlock,
  decodeCompactBlock,
  decodeSignedHeader,
  encodeBlock,
  encodeCompactBlock,
  encodeHeader,
  encodeSignedHeader,
} from '../../../src/domain/codec/block-codec.ts'
import { decodeChainRequest, encodeChainRequest } from '../../../src/domain/codec/chain-codec.ts'
import { decodeHello, encodeHello } from '../../../src/domain/codec/hello-codec.ts'
import { decodeInvitation, encodeInvitation } from '../../../src/domain/codec/invitation-codec.ts'
import {
  decodeInviteAnswer,
  decodeInviteRequest,
  encodeInviteAnswer,
  encodeInviteRequest,
} from '../../../src/domain/codec/invite-codec.ts'
import { decodeNetwork } from '../../../src/domain/codec/network-codec.ts'
import {
  decodeObjectsAnswer,
  decodeObjectsRequest,
  encodeObjectsAnswer,
  encodeObjectsRequest,
  OBJECTS_ASKED_MAX,
} from '../../../src/domain/codec/objects-codec.ts'
import {
  decodeObserveAnswer,
  decodeObserveRequest,
  encodeObserveAnswer,
  encodeObserveRequest,
} from '../../../src/domain/codec/observe-codec.ts'
import {
  decodeProbeAnswer,
  decodeProbeRequest,
  encodeProbeAnswer,
  encodeProbeRequest,
} from '../../../src/domain/codec/probe-codec.ts'
import { decodeReachAnswer, encodeReachAnswer, type ReachAnswer } from '../../../src/domain/codec/reach-codec.ts'
import {
  decodeReconcileFrame,
  decodeReconcileRequest,
  encodeReconcileFrame,
  encodeReconcileRequest,
} from '../../../src/domain/codec/reconcile-codec.ts'
import { decodeRecord, encodeRecord, encodeRecordBody } from '../../../src/domain/codec/record-codec.ts'
import { decodeSuspicion, encodeSuspicion, encodeSuspicionBody } from '../../../src/domain/codec/suspicion-codec.ts'
import {
  decodeBatch,
  decodeTransaction,
  encodeBatch,
  encodeSignedTransaction,
  encodeTransactionBody,
} from '../../../src/domain/codec/transaction-codec.ts'
import { headerOf, shortIdOf } from '../../../src/domain/block.ts'
import { asAccountId, asBlockHash, asNetAddress, asTxId, type PeerId } from '../../../src/domain/ids.ts'
import type { ObservedRecord } from '../../../src/domain/observation.ts'
import { peerIdOfKey } from '../../../src/domain/record.ts'
import { asItemKey } from '../../../src/domain/item-key.ts'
import { networkBytes, networkIdOf } from '../../../src/domain/params.ts'
import { TOPICS, topicName } from '../../../src/domain/protocols.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import type { Transaction } from '../../../src/domain/transaction.ts'
import { readPoolRecord, putPoolRecord } from '../../../src/kernel/transactions/pool-record.ts'
import { concatBytes, fromHex, toHex, utf8 } from '../../../src/lib/bytes.ts'
import type { SignatureCheck } from '../../../src/ports/signature-verifier.ts'
import { sign } from '../../../src/wallet/keys.ts'
import { keysOf, signedTransaction, T0, TEST_NETWORK } from '../objects/transactions.ts'

export interface Target {
  readonly name: string
  readonly samples: readonly Uint8Array[]
  /** The accepted value encoded again; null where the input is refused. */
  readonly roundTrip: (bytes: Uint8Array) => Uint8Array | null
  /** Where an accepted value is signed: what must not verify unless the input is one of the samples' objects. */
  readonly signed?: (bytes: Uint8Array) => SignatureCheck | null
}

const network = networkIdOf(TEST_NETWORK)
const prefixes = {
  transaction: signingPrefix('hearsay/tx/1', network),
  block: signingPrefix('hearsay/block/1', network),
  record: signingPrefix('hearsay/record/1', network),
  suspicion: signingPrefix('hearsay/suspicion/1', network),
}
const bytesOf = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()
const hash = (number: number): string => number.toString(16).padStart(64, '0')

const transactionSamples = [0, 1, 2, 3].map((i) =>
  signedTransaction(i, i, { payload: new Uint8Array(i * 40).fill(i), amount: BigInt(i) ** 40n }),
)
const transactions = transactionSamples.map((bytes) => {
  const decoded = decodeTransaction(bytes, prefixes.transaction)
  if (!decoded.ok) throw new Error('a sample does not decode')
  return decoded.value
})
// Field by field: what a decoded transaction reads from its bytes is not copied by spreading it.
const again = ({ sender, nonce, recipient, amount, fee, createdAtMs, payload, signature }: Transaction): Uint8Array =>
  encodeSignedTransaction(
    encodeTransactionBody({
      sender: bytesOf(sender),
      nonce,
      recipient: bytesOf(recipient),
      amount,
      fee,
      createdAtMs,
      payload,
    }),
    signature,
  )
const signedBy = (keys: { secret: Uint8Array }, prefix: Uint8Array, body: Uint8Array): Uint8Array =>
  sign(keys.secret, concatBytes(prefix, body))

const proposer = keysOf(1_000)
const headerBody = encodeHeader(
  headerOf(
    {
      parent: asBlockHash(network),
      height: 1,
      slot: 3,
      proposer: asAccountId(toHex(proposer.publicKey)),
      ledgerRoot: hash(7),
    },
    transactions,
  ),
)
const headerSample = encodeSignedHeader(headerBody, signedBy(proposer, prefixes.block, headerBody))
const header = decodeSignedHeader(headerSample, prefixes.block)
if (!header.ok) throw new Error('the header does not decode')

const recordKeys = keysOf(7)
const observed: ObservedRecord & { from: PeerId } = {
  event: 'DELIVER',
  tNs: 1_800_000_000_000_000_000n,
  from: peerIdOfKey(recordKeys.publicKey),
  bytes: 168,
  queueUs: 12,
  checkUs: null,
  reason: null,
}
const recordBody = encodeRecordBody({
  key: recordKeys.publicKey,
  incarnation: 2,
  seq: 3,
  startedAtMs: T0,
  publishedAtMs: T0 + 5,
  name: 'fuzzed',
  agentVersion: 'hearsay/0',
  head: { height: 9, hash: asBlockHash(hash(9)) },
  settledHeight: 5,
  mempoolCount: 6,
  addresses: [asNetAddress('/ip4/10.0.0.1/tcp/7'), asNetAddress('/ip4/10.0.0.2/tcp/7')],
  tags: [
    ['a', '1'],
    ['b', 'two'],
  ],
  neighbours: ['00000001', '00000002'],
  isLeaving: false,
})
const suspicionBody = encodeSuspicionBody({
  targetKey: recordKeys.publicKey,
  incarnation: 2,
  seq: 3,
  accuserKey: proposer.publicKey,
  timeMs: T0,
})
const status = { incarnation: 1, seq: 2, head: { height: 3, hash: asBlockHash(hash(3)) } }

function nullable<T>(decode: (bytes: Uint8Array) => T | null, encode: (value: T) => Uint8Array): Target['roundTrip'] {
  return (bytes) => {
    const value = decode(bytes)
    return value === null ? null : encode(value)
  }
}

const topics = TOPICS.map((topic) => topicName(network, topic))
const rpcSample = RPC.encode({
  subscriptions: topics.map((topic) => ({ subscribe: true, topic })),
  messages: transactionSamples.map((bytes) => ({ topic: topics[0] ?? '', data: encodeBatch([bytes]) })),
  control: {
    ihave: [{ topicID: topics[0] ?? '', messageIDs: [bytesOf(hash(1)), bytesOf(hash(2))] }],
    iwant: [{ messageIDs: [bytesOf(hash(3))] }],
    graft: [{ topicID: topics[1] ?? '' }],
    prune: [{ topicID: topics[2] ?? '', peers: [], backoff: 60 }],
    idontwant: [{ messageIDs: [bytesOf(hash(4))] }],
  },
})

const document = {
  sender: toHex(proposer.publicKey),
  nonce: '0',
  recipient: toHex(recordKeys.publicKey),
  amount: '18446744073709551615',
  fee: '1',
  createdAt: T0,
  payload: '00ff',
  signature: '00'.repeat(64),
}

export const TARGETS: readonly Target[] = [
  {
    name: 'transaction',
    samples: transactionSamples,
    roundTrip: (bytes) => {
      const decoded = decodeTransaction(bytes, prefixes.transaction)
      return decoded.ok ? again(decoded.value) : null
    },
    signed: (bytes) => {
      const decoded = decodeTransaction(bytes, prefixes.transaction)
      if (!decoded.ok) return null
      const { senderKey, signedBytes, signature } = decoded.value
      return { publicKey: senderKey, message: signedBytes, signature }
    },
  },
  {
    name: 'batch',
    samples: [encodeBatch(transactionSamples), encodeBatch(transactionSamples.slice(1, 2))],
    roundTrip: (bytes) => {
      const decoded = decodeBatch(bytes)
      return decoded.ok ? encodeBatch(decoded.value) : null
    },
  },
  {
    name: 'header',
    samples: [headerSample],
    roundTrip: (bytes) => {
      const decoded = decodeSignedHeader(bytes, prefixes.block)
      return decoded.ok ? encodeSignedHeader(encodeHeader(decoded.value), decoded.value.signature) : null
    },
    signed: (bytes) => {
      const decoded = decodeSignedHeader(bytes, prefixes.block)
      if (!decoded.ok) return null
      const { proposerKey, signedBytes, signature } = decoded.value
      return { publicKey: proposerKey, message: signedBytes, signature }
    },
  },
  {
    name: 'block',
    samples: [encodeBlock(header.value, transactions)],
    roundTrip: (bytes) => {
      const decoded = decodeBlock(bytes, prefixes.block, prefixes.transaction)
      return decoded.ok ? encodeBlock(decoded.value.header, decoded.value.transactions) : null
    },
  },
  {
    name: 'compact block',
    samples: [
      encodeCompactBlock(
        header.value,
        transactions.map((transaction) => shortIdOf(transaction.hash)),
        transactions.slice(0, 1).map((transaction) => ({ index: 0, transaction })),
      ),
    ],
    roundTrip: (bytes) => {
      const decoded = decodeCompactBlock(bytes, prefixes.block, prefixes.transaction)
      if (!decoded.ok) return null
      const { header: read, shortIds, prefilled } = decoded.value
      return encodeCompactBlock(read, shortIds, prefilled)
    },
  },
  {
    name: 'hello',
    samples: [
      encodeHello({
        version: 1,
        networkId: network,
        headHeight: 5n,
        headHash: asBlockHash(hash(5)),
        settledHeight: 4n,
        mempoolCount: 3n,
        mempoolFingerprint: hash(2),
        name: 'node-1',
      }),
    ],
    roundTrip: nullable(decodeHello, encodeHello),
  },
  {
    name: 'chain request',
    samples: [
      encodeChainRequest({ kind: 'headers', locator: [1, 2, 3].map((i) => asBlockHash(hash(i))), limit: 100 }),
      encodeChainRequest({ kind: 'blocks', hashes: [1, 2].map((i) => asBlockHash(hash(i))) }),
    ],
    roundTrip: nullable(decodeChainRequest, encodeChainRequest),
  },
  {
    name: 'objects request',
    samples: [
      encodeObjectsRequest({ kind: 'transactions', ids: [1, 2].map((i) => asTxId(hash(i))) }),
      encodeObjectsRequest({ kind: 'transactions-by-key', keys: [1, 2].map((i) => asItemKey(hash(i).slice(20))) }),
      encodeObjectsRequest({ kind: 'blocks', hashes: [asBlockHash(hash(1))] }),
      encodeObjectsRequest({ kind: 'block-transactions', block: asBlockHash(hash(1)), shortIds: [hash(2).slice(48)] }),
    ],
    roundTrip: nullable(decodeObjectsRequest, encodeObjectsRequest),
  },
  {
    name: 'objects answer',
    samples: [encodeObjectsAnswer([transactionSamples[0] ?? null, null, transactionSamples[1] ?? null])],
    roundTrip: nullable((bytes) => decodeObjectsAnswer(bytes, OBJECTS_ASKED_MAX), encodeObjectsAnswer),
  },
  {
    name: 'reconcile request',
    samples: [
      encodeReconcileRequest({
        kind: 'offer',
        set: 'transactions',
        keys: [1, 2, 9].map((i) => asItemKey(hash(i).slice(20))),
      }),
    ],
    roundTrip: nullable(decodeReconcileRequest, encodeReconcileRequest),
  },
  {
    name: 'reconcile frame',
    samples: [utf8('frame'), bytesOf(hash(3))],
    roundTrip: nullable(decodeReconcileFrame, encodeReconcileFrame),
  },
  {
    name: 'invite request',
    samples: [encodeInviteRequest({ secret: null }), encodeInviteRequest({ secret: new Uint8Array(16).fill(3) })],
    roundTrip: nullable(decodeInviteRequest, encodeInviteRequest),
  },
  {
    name: 'invite answer',
    samples: [utf8('\u0000'), utf8('\u0004')],
    roundTrip: nullable(
      (bytes) => decodeInviteAnswer([bytes]),
      (answer) => encodeInviteAnswer(answer)[0] ?? new Uint8Array(),
    ),
  },
  {
    name: 'reach answer',
    samples: [{ kind: 'reached' }, { kind: 'unreached', why: 'refused' }, { kind: 'busy' }].map((answer) =>
      encodeReachAnswer(answer as ReachAnswer),
    ),
    roundTrip: nullable(decodeReachAnswer, encodeReachAnswer),
  },
  {
    name: 'network document',
    samples: [networkBytes(TEST_NETWORK)],
    roundTrip: (bytes) => {
      const read = decodeNetwork(bytes)
      return read.ok ? networkBytes(read.params) : null
    },
  },
  {
    name: 'line of an invitation',
    samples: [null, new Uint8Array(16).fill(3)].map((secret) =>
      utf8(
        encodeInvitation({
          networkId: network,
          peer: peerIdOfKey(recordKeys.publicKey),
          addresses: ['/ip4/10.0.0.1/tcp/7'],
          expiresAtMs: T0,
          secret,
        }),
      ),
    ),
    roundTrip: (bytes) => {
      const read = decodeInvitation(String.fromCharCode(...bytes))
      // White space and case are free: what counts is that nothing else is.
      return read.ok
        ? encodeInvitation(read.invitation) ===
          String.fromCharCode(...bytes)
            .replace(/\s/g, '')
            .toLowerCase()
          ? bytes
          : utf8('another')
        : null
    },
  },
  {
    name: 'probe request',
    samples: [
      encodeProbeRequest({ kind: 'ping', nonce: 7n, isSuspected: true, status }),
      encodeProbeRequest({ kind: 'help', nonce: 7n, targetKey: recordKeys.publicKey, patienceMs: 500 }),
    ],
    roundTrip: nullable(decodeProbeRequest, encodeProbeRequest),
  },
  {
    name: 'probe answer',
    samples: [encodeProbeAnswer({ kind: 'ack', nonce: 7n, status }), encodeProbeAnswer({ kind: 'nack', nonce: 7n })],
    roundTrip: nullable(decodeProbeAnswer, encodeProbeAnswer),
  },
  {
    name: 'observe request',
    samples: [
      encodeObserveRequest({ way: [], ids: [asTxId(hash(1))] }),
      encodeObserveRequest({ way: [observed.from, observed.from], ids: [asTxId(hash(1)), asTxId(hash(2))] }),
    ],
    roundTrip: nullable(decodeObserveRequest, encodeObserveRequest),
  },
  {
    name: 'observe answer',
    samples: [
      encodeObserveAnswer({ kind: 'busy' }),
      encodeObserveAnswer({
        kind: 'seen',
        times: { receivedNs: 1n, sentNs: 2n },
        observations: [
          { known: true, isBlock: false, copies: 3, records: [observed, { ...observed, reason: 'known' }] },
        ],
      }),
    ],
    roundTrip: nullable((bytes) => decodeObserveAnswer(bytes, 1), encodeObserveAnswer),
  },
  {
    name: 'record',
    samples: [encodeRecord(recordBody, signedBy(recordKeys, prefixes.record, recordBody))],
    roundTrip: nullable(
      (bytes) => decodeRecord(bytes, prefixes.record),
      (record) => encodeRecord(encodeRecordBody(record), record.signature),
    ),
    signed: (bytes) => {
      const record = decodeRecord(bytes, prefixes.record)
      return record === null
        ? null
        : { publicKey: record.key, message: record.signedBytes, signature: record.signature }
    },
  },
  {
    name: 'suspicion',
    samples: [encodeSuspicion(suspicionBody, signedBy(proposer, prefixes.suspicion, suspicionBody))],
    roundTrip: nullable(
      (bytes) => decodeSuspicion(bytes, prefixes.suspicion),
      (suspicion) => encodeSuspicion(encodeSuspicionBody(suspicion), suspicion.signature),
    ),
    signed: (bytes) => {
      const suspicion = decodeSuspicion(bytes, prefixes.suspicion)
      if (suspicion === null) return null
      return { publicKey: suspicion.accuserKey, message: suspicion.signedBytes, signature: suspicion.signature }
    },
  },
  {
    name: 'pool record',
    samples: transactions.flatMap((transaction) => {
      const write = putPoolRecord(transaction, true)
      return write.kind === 'put' ? [write.value] : []
    }),
    roundTrip: (bytes) => {
      const record = readPoolRecord(bytes)
      if (record === null) return null
      const decoded = decodeTransaction(record.bytes, prefixes.transaction)
      if (!decoded.ok) return null
      const write = putPoolRecord(decoded.value, record.local)
      // The flags have one meaning and 255 spellings: only the disk writes them.
      return write.kind === 'put' ? concatBytes(bytes.subarray(0, 1), write.value.subarray(1)) : null
    },
  },
  {
    name: 'gossip RPC',
    samples: [rpcSample],
    roundTrip: (bytes) => {
      let rpc: RPC
      try {
        rpc = RPC.decode(bytes)
      } catch {
        return null
      }
      // Protobuf has many spellings: what counts is that looking at it is safe.
      const looked = costOf(rpc) + rpc.messages.filter((message) => isPlain(message, new Set(topics))).length
      return looked >= 0 ? bytes : null
    },
  },
  {
    name: 'HTTP body',
    samples: [utf8(JSON.stringify(document)), utf8('{"__proto__":{"a":1},"b":[[[[1]]]]}')],
    roundTrip: (bytes) => {
      const parsed = parseJson(bytes)
      return parsed.ok ? bytes : null
    },
  },
]
