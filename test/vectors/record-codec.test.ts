import {
  ByteVectorType,
  ByteListType,
  ContainerType,
  ListCompositeType,
  UintBigintType,
  UintNumberType,
} from '@chainsafe/ssz'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import {
  decodeProbeAnswer,
  decodeProbeRequest,
  encodeProbeAnswer,
  encodeProbeRequest,
} from '../../src/domain/codec/probe-codec.ts'
import {
  decodeRecord,
  decodeRecordMessage,
  encodeRecord,
  encodeRecordBody,
  encodeRecordMessage,
  RECORD_BYTES_MAX,
} from '../../src/domain/codec/record-codec.ts'
import { decodeSuspicion, encodeSuspicion, encodeSuspicionBody } from '../../src/domain/codec/suspicion-codec.ts'
import { asBlockHash, asNetAddress, asNetworkId, asPeerId } from '../../src/domain/ids.ts'
import { keyOfPeerId, neighbourMark, peerIdOfKey, type RecordDraft } from '../../src/domain/record.ts'
import { signingPrefix } from '../../src/domain/signing.ts'
import { decodeBase58, encodeBase58 } from '../../src/lib/base58.ts'
import { equalBytes, fromHex, toHex, utf8 } from '../../src/lib/bytes.ts'
import { createPrng, type Prng } from '../../src/lib/prng.ts'
import { sha256Hex } from '../../src/lib/hash.ts'

const network = asNetworkId('11'.repeat(32))
const prefixes = {
  record: signingPrefix('hearsay/record/1', network),
  suspicion: signingPrefix('hearsay/suspicion/1', network),
}

const SAMPLE: RecordDraft = {
  key: Uint8Array.from({ length: 32 }, (_, index) => index),
  incarnation: 1_800_000_000_000,
  seq: 7,
  startedAtMs: 1_800_000_000_001,
  publishedAtMs: 1_800_000_060_000,
  name: 'node-0',
  agentVersion: 'hearsay/0.1.0',
  head: { height: 12, hash: asBlockHash('ab'.repeat(32)) },
  settledHeight: 9,
  mempoolCount: 500,
  addresses: [asNetAddress('/ip4/127.0.0.1/tcp/4001'), asNetAddress('/ip6/::1/tcp/4001')],
  tags: [
    ['region', 'eu'],
    ['service_version', 'v1.2.4'],
  ],
  neighbours: ['00000001', 'deadbeef'],
  isLeaving: false,
}

const signature = new Uint8Array(64).fill(0x55)
const sampleBytes = encodeRecord(encodeRecordBody(SAMPLE), signature)

// The containers of PROTOCOL.md once more, beside those that the codec uses (formats.ts).
const u64 = new UintBigintType(8)
const Tag = new ContainerType({ key: new ByteListType(32), value: new ByteListType(64) })
const Body = new ContainerType({
  key: new ByteVectorType(32),
  incarnation: u64,
  seq: u64,
  startedAt: u64,
  publishedAt: u64,
  headHeight: u64,
  headHash: new ByteVectorType(32),
  settledHeight: u64,
  mempoolCount: u64,
  flags: new UintNumberType(1),
  name: new ByteListType(64),
  agentVersion: new ByteListType(64),
  addresses: new ListCompositeType(new ByteListType(128), 8),
  tags: new ListCompositeType(Tag, 16),
  neighbours: new ListCompositeType(new ByteVectorType(4), 32),
})
const Signed = new ContainerType({ body: Body, signature: new ByteVectorType(64) })

function random64(random: Prng): number {
  return random.below(2 ** 30) * 2 ** random.below(23)
}

function anyDraft(random: Prng): RecordDraft {
  const text = (max: number): string =>
    String.fromCharCode(...Array.from({ length: random.below(max + 1) }, () => 0x20 + random.below(95)))
  const distinct = (count: number, make: () => string): string[] =>
    [...new Set(Array.from({ length: count }, make))].sort()
  return {
    key: random.bytes(32),
    incarnation: random64(random),
    seq: random64(random),
    startedAtMs: random64(random),
    publishedAtMs: random64(random),
    name: text(64),
    agentVersion: text(64),
    head: { height: random64(random), hash: asBlockHash(toHex(random.bytes(32))) },
    settledHeight: random64(random),
    mempoolCount: random64(random),
    addresses: Array.from({ length: random.below(9) }, () => asNetAddress(`/${text(127)}`)),
    tags: distinct(random.below(17), () => toHex(random.bytes(1 + random.below(16)))).map((key) => [key, text(64)]),
    neighbours: distinct(random.below(33), () => toHex(random.bytes(4))),
    isLeaving: random.below(2) === 0,
  }
}

describe('a signed record', () => {
  it('has its golden bytes', () => {
    expect(sampleBytes.byteLength).toBe(337)
    expect(sha256Hex(sampleBytes)).toBe('8cd91dcc01af83509739329001474ff713a984af164876a1155e724f7c2602a1')
    expect(toHex(sampleBytes.subarray(0, 8))).toBe('4400000055555555')
  })

  it('comes back as it was, with the peer id of its key', () => {
    const decoded = decodeRecord(sampleBytes, prefixes.record)
    expect(decoded).toMatchObject(SAMPLE)
    expect(decoded?.peer).toBe(peerIdOfKey(SAMPLE.key))
    expect(decoded?.hash).toBe(sha256Hex(sampleBytes))
    expect(toHex(decoded?.signedBytes ?? new Uint8Array())).toBe(
      toHex(prefixes.record) + toHex(encodeRecordBody(SAMPLE)),
    )
  })

  it('is what @chainsafe/ssz makes of it, for 1,000 random ones, and never longer than the limit', () => {
    const seed = 5_001
    const random = createPrng(seed)
    for (let round = 0; round < 1_000; round++) {
      const draft = anyDraft(random)
      const bytes = encodeRecord(encodeRecordBody(draft), signature)
      const theirs = Signed.serialize({
        signature,
        body: {
          key: draft.key,
          incarnation: BigInt(draft.incarnation),
          seq: BigInt(draft.seq),
          startedAt: BigInt(draft.startedAtMs),
          publishedAt: BigInt(draft.publishedAtMs),
          headHeight: BigInt(draft.head.height),
          headHash: fromHex(draft.head.hash) ?? new Uint8Array(),
          settledHeight: BigInt(draft.settledHeight),
          mempoolCount: BigInt(draft.mempoolCount),
          flags: draft.isLeaving ? 1 : 0,
          name: utf8(draft.name),
          agentVersion: utf8(draft.agentVersion),
          addresses: draft.addresses.map(utf8),
          tags: draft.tags.map(([key, value]) => ({ key: utf8(key), value: utf8(value) })),
          neighbours: draft.neighbours.map((mark) => fromHex(mark) ?? new Uint8Array()),
        },
      })
      expect(equalBytes(bytes, theirs), `seed ${seed}, round ${round}`).toBe(true)
      expect(bytes.byteLength).toBeLessThanOrEqual(RECORD_BYTES_MAX)
      expect(decodeRecord(bytes, prefixes.record), `seed ${seed}, round ${round}`).toMatchObject(draft)
    }
  })

  it.each<[string, Partial<RecordDraft>]>([
    [
      'tags out of order',
      {
        tags: [
          ['b', ''],
          ['a', ''],
        ],
      },
    ],
    [
      'a tag twice',
      {
        tags: [
          ['a', '1'],
          ['a', '2'],
        ],
      },
    ],
    ['a tag without a name', { tags: [['', '1']] }],
    ['a tag in capitals', { tags: [['A', '1']] }],
    [
      'seventeen tags',
      { tags: Array.from({ length: 17 }, (_, index) => [String.fromCharCode(97 + index), ''] as const) },
    ],
    ['nine addresses', { addresses: new Array(9).fill(asNetAddress('/ip4/1.2.3.4/tcp/1')) }],
    ['an address that is none', { addresses: [asNetAddress('example')] }],
    ['an address too long', { addresses: [asNetAddress(`/${'a'.repeat(128)}`)] }],
    ['neighbours out of order', { neighbours: ['00000002', '00000001'] }],
    ['a neighbour twice', { neighbours: ['00000001', '00000001'] }],
    ['a name with a control character', { name: 'a\u001b[2J' }],
    ['a name too long', { name: 'a'.repeat(65) }],
    ['an agent version too long', { agentVersion: 'a'.repeat(65) }],
  ])('is refused with %s', (_, change) => {
    const bytes = encodeRecord(encodeRecordBody({ ...SAMPLE, ...change }), signature)
    expect(decodeRecord(bytes, prefixes.record)).toBeNull()
  })
})

describe('a suspicion', () => {
  const draft = { targetKey: SAMPLE.key, accuserKey: new Uint8Array(32).fill(9), incarnation: 5, seq: 6, timeMs: 7 }
  const bytes = encodeSuspicion(encodeSuspicionBody(draft), signature)

  it('comes back as it was', () => {
    expect(bytes.byteLength).toBe(152)
    expect(decodeSuspicion(bytes, prefixes.suspicion)).toMatchObject({
      ...draft,
      target: peerIdOfKey(draft.targetKey),
      accuser: peerIdOfKey(draft.accuserKey),
    })
    expect(decodeSuspicion(bytes.subarray(1), prefixes.suspicion)).toBeNull()
    const large = bytes.slice()
    large[64 + 39] = 1
    expect(decodeSuspicion(large, prefixes.suspicion)).toBeNull()
  })

  it('and a record are told apart by the first byte of the message', () => {
    expect(decodeRecordMessage(encodeRecordMessage('record', sampleBytes), prefixes)?.kind).toBe('record')
    expect(decodeRecordMessage(encodeRecordMessage('suspicion', bytes), prefixes)?.kind).toBe('suspicion')
    expect(decodeRecordMessage(encodeRecordMessage('record', bytes), prefixes)).toBeNull()
    expect(decodeRecordMessage(Uint8Array.of(2, ...bytes), prefixes)).toBeNull()
    expect(decodeRecordMessage(new Uint8Array(0), prefixes)).toBeNull()
  })
})

describe('one flipped bit', () => {
  it(
    'anywhere in 100,000 messages is refused or changes what is signed, the signature or the key',
    { timeout: 30_000 },
    () => {
      const seed = 5_002
      const random = createPrng(seed)
      const suspicion = encodeSuspicion(
        encodeSuspicionBody({ targetKey: SAMPLE.key, accuserKey: SAMPLE.key, incarnation: 5, seq: 6, timeMs: 7 }),
        signature,
      )
      const messages = [encodeRecordMessage('record', sampleBytes), encodeRecordMessage('suspicion', suspicion)]
      const originals = messages.map((message) => decodeRecordMessage(message, prefixes))
      let decoded = 0
      for (let round = 0; round < 100_000; round++) {
        const which = round % 2
        const bytes = (messages[which] as Uint8Array).slice()
        const bit = random.below(8 * bytes.byteLength)
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const found = decodeRecordMessage(bytes, prefixes)
        if (found === null) continue
        decoded++
        const [now, before] = [found, originals[which]].map((message) =>
          message?.kind === 'record' ? message.record : message?.suspicion,
        )
        if (now === undefined || before === undefined) throw new Error('both decode')
        // Whatever is signed has one encoding: one bit changed is another message, or another signature.
        const same = equalBytes(now.signedBytes, before.signedBytes) && equalBytes(now.signature, before.signature)
        if (same) expect(toHex(bytes), `seed ${seed}, bit ${bit}`).toBe('refused')
      }
      expect(decoded).toBeGreaterThan(0)
    },
  )
})

describe('a message of the records topic', () => {
  it('is copied: what is kept of it keeps nothing of the RPC that it came in', () => {
    const message = encodeRecordMessage('record', sampleBytes)
    const rpc = new Uint8Array(1_000_000)
    rpc.set(message, 500)
    const found = decodeRecordMessage(rpc.subarray(500, 500 + message.byteLength), prefixes)
    if (found?.kind !== 'record') throw new Error('a record')
    const { bytes, key, signature: signed, signedBytes } = found.record
    for (const part of [bytes, key, signed, signedBytes]) expect(part.buffer.byteLength).toBeLessThan(5_000)
    expect(decodeRecordMessage(rpc, prefixes)).toBeNull()
  })
})

describe('probes', () => {
  const status = { incarnation: 1, seq: 2, head: { height: 3, hash: asBlockHash('cd'.repeat(32)) } }

  it('come back as they were', () => {
    const ping = { kind: 'ping', nonce: 9n, isSuspected: true, status } as const
    const help = { kind: 'help', nonce: 10n, targetKey: SAMPLE.key, patienceMs: 700 } as const
    for (const request of [ping, help]) expect(decodeProbeRequest(encodeProbeRequest(request))).toEqual(request)
    for (const answer of [
      { kind: 'ack', nonce: 9n, status },
      { kind: 'nack', nonce: 9n },
      { kind: 'stranger', nonce: 9n },
    ] as const)
      expect(decodeProbeAnswer(encodeProbeAnswer(answer))).toEqual(answer)
  })

  it('carry every nonce of 64 bits: whoever draws one at random breaks no rule', () => {
    for (const nonce of [2n ** 53n, 2n ** 63n + 1n, 2n ** 64n - 1n]) {
      const ping = { kind: 'ping', nonce, isSuspected: false, status } as const
      const help = { kind: 'help', nonce, targetKey: SAMPLE.key, patienceMs: 1 } as const
      for (const request of [ping, help]) expect(decodeProbeRequest(encodeProbeRequest(request))).toEqual(request)
      for (const answer of [{ kind: 'ack', nonce, status } as const, { kind: 'nack', nonce } as const])
        expect(decodeProbeAnswer(encodeProbeAnswer(answer))).toEqual(answer)
    }
  })

  it('are refused where a number of the status is beyond 2^53 - 1: two versions could become one', () => {
    const ping = encodeProbeRequest({ kind: 'ping', nonce: 9n, isSuspected: false, status })
    for (const at of [10, 18, 26]) {
      for (const [number, isRefused] of [
        [2n ** 53n - 1n, false],
        [2n ** 53n, true],
        [2n ** 64n - 1n, true],
      ] as const) {
        const bytes = ping.slice()
        new DataView(bytes.buffer).setBigUint64(at, number, true)
        expect(decodeProbeRequest(bytes) === null, `${number} at ${at}`).toBe(isRefused)
      }
    }
  })

  it('are refused when cut, longer, or of no kind', () => {
    const bytes = encodeProbeRequest({ kind: 'ping', nonce: 9n, isSuspected: false, status })
    expect(decodeProbeRequest(bytes.subarray(0, -1))).toBeNull()
    expect(decodeProbeRequest(Uint8Array.of(...bytes, 0))).toBeNull()
    for (const kind of [1, 2, 255]) expect(decodeProbeRequest(Uint8Array.of(kind, ...bytes.subarray(1)))).toBeNull()
    const flags = bytes.slice()
    flags[9] = 2
    expect(decodeProbeRequest(flags)).toBeNull()
    expect(decodeProbeAnswer(new Uint8Array(0))).toBeNull()
    expect(decodeProbeAnswer(new Uint8Array(9).fill(3))).toBeNull()
  })
})

describe('a peer id', () => {
  it('is the one that libp2p makes of the same key, and gives the key back', async () => {
    const random = createPrng(5_003)
    for (let round = 0; round < 20; round++) {
      const privateKey = await generateKeyPairFromSeed('Ed25519', random.bytes(32))
      const peer = peerIdOfKey(privateKey.publicKey.raw)
      expect(peer).toBe(peerIdFromPrivateKey(privateKey).toString())
      expect(toHex(keyOfPeerId(peer) ?? new Uint8Array())).toBe(toHex(privateKey.publicKey.raw))
      expect(neighbourMark(privateKey.publicKey.raw)).toBe(sha256Hex(privateKey.publicKey.raw).slice(0, 8))
    }
  })

  it('of another kind of key, or no peer id at all, has no key', () => {
    // RSA: a SHA-256 multihash.
    for (const text of [
      'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
      '',
      '12D3Koo',
      'not a peer id',
      '1'.repeat(200),
    ])
      expect(keyOfPeerId(asPeerId(text))).toBeNull()
  })

  it('is base58btc, of which each byte string has one text', () => {
    expect(encodeBase58(utf8('Hello World!'))).toBe('2NEpo7TZRRrLZSi2U')
    expect(encodeBase58(fromHex('0000287fb4cd') ?? new Uint8Array())).toBe('11233QC4')
    const random = createPrng(5_004)
    for (let round = 0; round < 500; round++) {
      const bytes = random.bytes(random.below(60))
      if (random.below(3) === 0) bytes.fill(0, 0, 3)
      expect(toHex(decodeBase58(encodeBase58(bytes)) ?? utf8('null'))).toBe(toHex(bytes))
    }
    for (const text of ['0', 'O', 'I', 'l', ' ', '1+']) expect(decodeBase58(text)).toBeNull()
  })
})
