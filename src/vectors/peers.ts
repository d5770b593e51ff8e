/** What a node says of itself and of others: hello, record, suspicion, probes. */
import { encodeHello } from '../domain/codec/hello-codec.ts'
import { encodeProbeAnswer, encodeProbeRequest } from '../domain/codec/probe-codec.ts'
import { encodeRecord, encodeRecordBody, encodeRecordMessage } from '../domain/codec/record-codec.ts'
import { encodeSuspicion, encodeSuspicionBody } from '../domain/codec/suspicion-codec.ts'
import { asBlockHash, asNetAddress } from '../domain/ids.ts'
import { itemKey, recordOrder } from '../domain/item-key.ts'
import { PROTOCOL_VERSION, protocolName, topicName } from '../domain/protocols.ts'
import { neighbourMark, peerIdOfKey, type RecordDraft, type SuspicionDraft } from '../domain/record.ts'
import { signingPrefix } from '../domain/signing.ts'
import { concatBytes, toHex, utf8 } from '../lib/bytes.ts'
import { sha256, sha256Hex } from '../lib/hash.ts'
import { fingerprintOf } from '../mempool/id-sum.ts'
import { keyPairOf, sign, type KeyPair } from '../wallet/keys.ts'
import { blockOne } from './chain.ts'
import { NOW_MS, type Cast, type VectorFile } from './network.ts'
import { transactionsOf } from './transactions.ts'

/** Node keys of the kit. */
function nodeKeys(name: string): KeyPair {
  return keyPairOf(sha256(utf8(`hearsay/vectors/${name}`)))
}

export function helloFile(cast: Cast): VectorFile {
  const ids = transactionsOf(cast).map(({ id }) => id)
  const hello = {
    version: PROTOCOL_VERSION,
    networkId: cast.networkId,
    headHeight: 0n,
    headHash: asBlockHash(cast.networkId),
    settledHeight: 0n,
    mempoolCount: BigInt(ids.length),
    mempoolFingerprint: fingerprintOf(ids),
    name: 'node-0',
  }
  const bytes = encodeHello(hello)
  return {
    protocol: protocolName(cast.networkId, 'hello'),
    pool: ids,
    hello: Object.fromEntries(
      Object.entries(hello).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]),
    ),
    bytes: toHex(bytes),
    frame: toHex(concatBytes(Uint8Array.of((bytes.byteLength & 0x7f) | 0x80, bytes.byteLength >> 7), bytes)),
    fingerprintOfNothing: fingerprintOf([]),
  }
}

export function recordFile(cast: Cast): VectorFile {
  const [node, other] = [nodeKeys('node-0'), nodeKeys('node-1')]
  const { header } = blockOne(cast)
  const draft: RecordDraft = {
    key: node.publicKey,
    incarnation: NOW_MS,
    seq: 3,
    startedAtMs: NOW_MS + 1,
    publishedAtMs: NOW_MS + 60_000,
    head: { height: header.height, hash: header.hash },
    settledHeight: 0,
    mempoolCount: 3,
    isLeaving: false,
    name: 'node-0',
    agentVersion: 'hearsay/0.1.0',
    addresses: [asNetAddress('/ip4/127.0.0.1/tcp/4601'), asNetAddress('/ip6/::1/tcp/4601')],
    tags: [
      ['region', 'eu'],
      ['zone', 'b'],
    ],
    neighbours: [neighbourMark(other.publicKey)],
  }
  const body = encodeRecordBody(draft)
  const signedBytes = concatBytes(signingPrefix('hearsay/record/1', cast.networkId), body)
  const record = encodeRecord(body, sign(node.secret, signedBytes))
  return {
    topic: topicName(cast.networkId, 'records'),
    nodes: [node, other].map(({ secret, publicKey }) => ({
      secret: toHex(secret),
      key: toHex(publicKey),
      peerId: peerIdOfKey(publicKey),
      mark: neighbourMark(publicKey),
    })),
    record: { ...draft, key: toHex(draft.key) },
    body: toHex(body),
    signedBytes: toHex(signedBytes),
    signature: toHex(record.subarray(4, 68)),
    bytes: toHex(record),
    hash: sha256Hex(record),
    reconcileKey: itemKey(recordOrder(node.publicKey), sha256Hex(record)),
    message: toHex(encodeRecordMessage('record', record)),
    ...suspicionOf(cast, node, other),
  }
}

function suspicionOf(cast: Cast, accuser: KeyPair, target: KeyPair): VectorFile {
  const draft: SuspicionDraft = {
    targetKey: target.publicKey,
    accuserKey: accuser.publicKey,
    incarnation: NOW_MS,
    seq: 1,
    timeMs: NOW_MS + 90_000,
  }
  const body = encodeSuspicionBody(draft)
  const signedBytes = concatBytes(signingPrefix('hearsay/suspicion/1', cast.networkId), body)
  const bytes = encodeSuspicion(body, sign(accuser.secret, signedBytes))
  return {
    suspicion: { ...draft, targetKey: toHex(draft.targetKey), accuserKey: toHex(draft.accuserKey) },
    suspicionSignedBytes: toHex(signedBytes),
    suspicionBytes: toHex(bytes),
    suspicionMessage: toHex(encodeRecordMessage('suspicion', bytes)),
  }
}

export function probesFile(cast: Cast): VectorFile {
  const { header } = blockOne(cast)
  const status = { incarnation: NOW_MS, seq: 3, head: { height: header.height, hash: header.hash } }
  const nonce = 0x0123_4567_89ab_cdefn
  const target = nodeKeys('node-1').publicKey
  const row = (what: string, bytes: Uint8Array): VectorFile => ({ what, bytes: toHex(bytes) })
  return {
    protocol: protocolName(cast.networkId, 'probe'),
    nonce: String(nonce),
    status: { incarnation: status.incarnation, seq: status.seq, headHeight: header.height, headHash: header.hash },
    target: toHex(target),
    requests: [
      row('ping', encodeProbeRequest({ kind: 'ping', nonce, isSuspected: false, status })),
      row('ping of a suspected node', encodeProbeRequest({ kind: 'ping', nonce, isSuspected: true, status })),
      row('help, 750 ms', encodeProbeRequest({ kind: 'help', nonce, targetKey: target, patienceMs: 750 })),
    ],
    answers: [
      row('ack', encodeProbeAnswer({ kind: 'ack', nonce, status })),
      row('nack', encodeProbeAnswer({ kind: 'nack', nonce })),
      row('stranger', encodeProbeAnswer({ kind: 'stranger', nonce })),
    ],
  }
}
