/**
 * The examples of PROTOCOL.md. The golden files were made without any code of this project (node:crypto, packing by
 * hand); here the code must make the same bytes, @chainsafe/ssz must read them the same way, and the text must quote
 * them and nothing else.
 */
import { createPublicKey, verify } from 'node:crypto'
import {
  ByteListType,
  ByteVectorType,
  ContainerType,
  ListBasicType,
  ListCompositeType,
  UintBigintType,
  UintNumberType,
} from '@chainsafe/ssz'
import { describe, expect, it } from 'vitest'
import { messageIdsOf } from '../../src/adapters/libp2p/gossip-options.ts'
import { verifySignature } from '../../src/adapters/crypto/verify-signature.ts'
import { encodeAddress } from '../../src/domain/address.ts'
import { decodeHello, encodeHello } from '../../src/domain/codec/hello-codec.ts'
import {
  decodeBatch,
  decodeTransaction,
  encodeBatch,
  encodeSignedTransaction,
  encodeTransactionBody,
} from '../../src/domain/codec/transaction-codec.ts'
import type { Hello } from '../../src/domain/hello.ts'
import { asBlockHash, asNetworkId } from '../../src/domain/ids.ts'
import { networkDocument, networkIdOf, parseNetwork, shortNetworkId } from '../../src/domain/params.ts'
import { TOPICS, topicName } from '../../src/domain/protocols.ts'
import { signingPrefix } from '../../src/domain/signing.ts'
import { concatBytes, fromHex, toHex } from '../../src/lib/bytes.ts'
import { sha256Hex } from '../../src/lib/hash.ts'
import { fingerprintOf } from '../../src/mempool/id-sum.ts'
import { devAccount } from '../../src/wallet/dev-accounts.ts'
import { sign } from '../../src/wallet/keys.ts'
import batch from './golden/batch.json' with { type: 'json' }
import hello from './golden/hello.json' with { type: 'json' }
import keys from './golden/keys.json' with { type: 'json' }
import networkId from './golden/network-id.json' with { type: 'json' }
import network from './golden/network.json' with { type: 'json' }
import transactions from './golden/transactions.json' with { type: 'json' }

const B32 = new ByteVectorType(32)
const u64 = new UintBigintType(8)
const networkType = new ContainerType({
  name: new ByteListType(64),
  genesisTime: u64,
  slotMs: u64,
  validators: new ListCompositeType(B32, 1024),
  accounts: new ListCompositeType(new ContainerType({ key: B32, balance: u64 }), 2 ** 20),
  txLifetimeMs: u64,
  feeFloor: u64,
})
const transactionType = new ContainerType({
  body: new ContainerType({
    sender: B32,
    nonce: u64,
    recipient: B32,
    amount: u64,
    fee: u64,
    createdAt: u64,
    payload: new ListBasicType(new UintNumberType(1), 16_384),
  }),
  signature: new ByteVectorType(64),
})
const batchType = new ListCompositeType(transactionType, 256)
const helloType = new ContainerType({
  version: new UintNumberType(2),
  networkId: B32,
  headHeight: u64,
  headHash: B32,
  settledHeight: u64,
  mempoolCount: u64,
  mempoolFingerprint: B32,
  name: new ByteListType(64),
})

const id = asNetworkId(networkId.networkId)
const ascii = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex)
  if (bytes === null) throw new Error(`not hex: ${hex}`)
  return bytes
}

describe('keys', () => {
  it.each(keys.keys)('of $name are derived and written as published', (key) => {
    const derived = devAccount(key.name, network.name)
    if (!derived.ok) throw new Error(derived.reason)
    expect(toHex(derived.keys.secret)).toBe(key.secret)
    expect(toHex(derived.keys.publicKey)).toBe(key.publicKey)
    expect(encodeAddress(derived.keys.publicKey, 'development')).toBe(key.devAddress)
    expect(encodeAddress(derived.keys.publicKey, 'production')).toBe(key.address)
  })
})

describe('the network', () => {
  it('is read, and has the id that is the hash of its container', () => {
    const parsed = parseNetwork(network)
    if (!parsed.ok) throw new Error(parsed.message)
    expect(networkIdOf(parsed.params)).toBe(networkId.networkId)
    expect(sha256Hex(bytesOf(networkId.container))).toBe(networkId.networkId)
    expect(networkDocument(parsed.params, parsed.bootstrap)).toEqual(network)
    expect(shortNetworkId(id)).toBe(networkId.id8)
    expect(TOPICS.map((topic) => topicName(id, topic))).toEqual(networkId.topics)
  })

  it('is SSZ', () => {
    const value = networkType.deserialize(bytesOf(networkId.container))
    expect(ascii(value.name)).toBe(network.name)
    expect(value.genesisTime).toBe(BigInt(network.genesisTime))
    expect(value.slotMs).toBe(BigInt(network.slotMs))
    expect(value.validators.map(toHex)).toEqual(network.validators)
    expect(value.accounts.map(({ key, balance }) => ({ key: toHex(key), balance: String(balance) }))).toEqual(
      network.accounts,
    )
    expect(value.txLifetimeMs).toBe(BigInt(network.txLifetimeMs))
    expect(value.feeFloor).toBe(BigInt(network.feeFloor))
    expect(toHex(networkType.serialize(value))).toBe(networkId.container)
  })
})

describe.each(transactions.transactions)('the transaction with nonce $nonce', (golden) => {
  const secret = bytesOf(keys.keys.find(({ publicKey }) => publicKey === golden.sender)?.secret ?? '')

  it('is made of its fields and the key', () => {
    const body = encodeTransactionBody({
      sender: bytesOf(golden.sender),
      nonce: BigInt(golden.nonce),
      recipient: bytesOf(golden.recipient),
      amount: BigInt(golden.amount),
      fee: BigInt(golden.fee),
      createdAtMs: golden.createdAt,
      payload: bytesOf(golden.payload),
    })
    expect(toHex(body)).toBe(golden.body)
    const prefix = signingPrefix('hearsay/tx/1', id)
    expect(toHex(prefix)).toBe(transactions.signingPrefix)
    const signedBytes = concatBytes(prefix, body)
    expect(toHex(signedBytes)).toBe(golden.signedBytes)
    const signature = sign(secret, signedBytes)
    expect(toHex(signature)).toBe(golden.signature)
    expect(toHex(encodeSignedTransaction(body, signature))).toBe(golden.bytes)
  })

  it('is read with its ids', () => {
    const decoded = decodeTransaction(bytesOf(golden.bytes), signingPrefix('hearsay/tx/1', id))
    if (!decoded.ok) throw new Error(decoded.code)
    const { value } = decoded
    expect(value.id).toBe(golden.txId)
    expect(value.hash).toBe(golden.txHash)
    expect(toHex(value.signedBytes)).toBe(golden.signedBytes)
    expect({
      sender: value.sender,
      nonce: String(value.nonce),
      recipient: value.recipient,
      amount: String(value.amount),
      fee: String(value.fee),
      createdAt: value.createdAtMs,
      payload: toHex(value.payload),
    }).toEqual({
      sender: golden.sender,
      nonce: golden.nonce,
      recipient: golden.recipient,
      amount: golden.amount,
      fee: golden.fee,
      createdAt: golden.createdAt,
      payload: golden.payload,
    })
  })

  it('has a signature that holds, here and for node:crypto, on no other network', () => {
    const [key, message, signature] = [golden.sender, golden.signedBytes, golden.signature].map(bytesOf) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    expect(verifySignature(key, message, signature)).toBe(true)
    const spki = concatBytes(bytesOf('302a300506032b6570032100'), key)
    expect(
      verify(null, message, createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }), signature),
    ).toBe(true)
    const elsewhere = concatBytes(signingPrefix('hearsay/tx/1', asNetworkId('00'.repeat(32))), bytesOf(golden.body))
    expect(verifySignature(key, elsewhere, signature)).toBe(false)
  })

  it('is SSZ', () => {
    const value = transactionType.deserialize(bytesOf(golden.bytes))
    expect(toHex(value.body.sender)).toBe(golden.sender)
    expect(value.body.nonce).toBe(BigInt(golden.nonce))
    expect(toHex(value.body.recipient)).toBe(golden.recipient)
    expect(value.body.amount).toBe(BigInt(golden.amount))
    expect(value.body.fee).toBe(BigInt(golden.fee))
    expect(value.body.createdAt).toBe(BigInt(golden.createdAt))
    expect(toHex(Uint8Array.from(value.body.payload))).toBe(golden.payload)
    expect(toHex(value.signature)).toBe(golden.signature)
    expect(toHex(transactionType.serialize(value))).toBe(golden.bytes)
  })
})

describe('the batch', () => {
  const items = transactions.transactions.map(({ bytes }) => bytes)

  it('is made of its items and gives them back', () => {
    expect(toHex(encodeBatch(items.map(bytesOf)))).toBe(batch.batch)
    const decoded = decodeBatch(bytesOf(batch.batch))
    if (!decoded.ok) throw new Error(decoded.code)
    expect(decoded.value.map(toHex)).toEqual(items)
  })

  it('is SSZ', () => {
    expect(batchType.deserialize(bytesOf(batch.batch)).map((item) => toHex(transactionType.serialize(item)))).toEqual(
      items,
    )
  })

  it('has a message id that depends on its topic', () => {
    const ids = messageIdsOf(id)
    const data = bytesOf(batch.batch)
    expect(batch.topic).toBe(topicName(id, 'transactions'))
    expect(toHex(ids.bytesOf(batch.topic, data))).toBe(batch.messageId)
    expect(sha256Hex(bytesOf(batch.messageIdPrefix + batch.batch))).toBe(batch.messageId)
    expect(ids.textOf(topicName(id, 'blocks'), Uint8Array.from(data))).not.toBe(batch.messageId)
  })
})

describe('the hello', () => {
  const value: Hello = {
    version: hello.hello.version,
    networkId: asNetworkId(hello.hello.networkId),
    headHeight: BigInt(hello.hello.headHeight),
    headHash: asBlockHash(hello.hello.headHash),
    settledHeight: BigInt(hello.hello.settledHeight),
    mempoolCount: BigInt(hello.hello.mempoolCount),
    mempoolFingerprint: hello.hello.mempoolFingerprint,
    name: hello.hello.name,
  }

  it('is written and read', () => {
    expect(toHex(encodeHello(value))).toBe(hello.bytes)
    expect(decodeHello(bytesOf(hello.bytes))).toEqual(value)
  })

  it('is refused where a height is beyond every block', () => {
    const most = 2n ** 53n - 1n
    const highest = { ...value, headHeight: most, settledHeight: most, mempoolCount: 2n ** 64n - 1n }
    expect(decodeHello(encodeHello(highest))).toEqual(highest)
    expect(decodeHello(encodeHello({ ...highest, headHeight: most + 1n }))).toBeNull()
    expect(decodeHello(encodeHello({ ...highest, settledHeight: 2n ** 64n - 1n }))).toBeNull()
  })

  it('is SSZ', () => {
    const decoded = helloType.deserialize(bytesOf(hello.bytes))
    expect(ascii(decoded.name)).toBe(value.name)
    expect(toHex(decoded.mempoolFingerprint)).toBe(value.mempoolFingerprint)
    expect(toHex(helloType.serialize(decoded))).toBe(hello.bytes)
  })

  it('carries the fingerprint of the pool, in whatever order its ids came', () => {
    const ids = transactions.transactions.map(({ txId }) => txId)
    expect(fingerprintOf(ids)).toBe(value.mempoolFingerprint)
    expect(fingerprintOf(ids.toReversed())).toBe(value.mempoolFingerprint)
    expect(fingerprintOf([])).toBe(hello.emptyFingerprint)
  })
})
