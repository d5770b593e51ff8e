/**
 * One flipped bit anywhere in what is signed, or in an answer that was asked for by hash, is refused and changes
 * nothing. FLIPS says how many are tried of each kind; `FLIPS=100000` takes minutes.
 */
import { expect, it } from 'vitest'
import { openVerifier } from '../../src/adapters/crypto/open-verifier.ts'
import { encodeObjectsAnswer } from '../../src/domain/codec/objects-codec.ts'
import {
  decodeRecord,
  encodeRecord,
  encodeRecordBody,
  encodeRecordMessage,
} from '../../src/domain/codec/record-codec.ts'
import { encodeSuspicion, encodeSuspicionBody } from '../../src/domain/codec/suspicion-codec.ts'
import { asBlockHash, asMessageId, asNetAddress, asPeerId } from '../../src/domain/ids.ts'
import { networkIdOf } from '../../src/domain/params.ts'
import type { NodeRecord } from '../../src/domain/record.ts'
import { signingPrefix } from '../../src/domain/signing.ts'
import type { Event } from '../../src/kernel/shared/event.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { keyOfRecord } from '../../src/kernel/members/on-records.ts'
import { assert } from '../../src/lib/assert.ts'
import { concatBytes } from '../../src/lib/bytes.ts'
import { createPrng, type Prng } from '../../src/lib/prng.ts'
import { sign } from '../../src/wallet/keys.ts'
import { keysOf, T0, TEST_NETWORK } from '../toolkit/objects/transactions.ts'

const FLIPS = Number(process.env.FLIPS ?? 2_000)
const SEED = 2_026
const id = networkIdOf(TEST_NETWORK)
const recordPrefix = signingPrefix('hearsay/record/1', id)
const suspicionPrefix = signingPrefix('hearsay/suspicion/1', id)
const { verifier } = await openVerifier()

function recordOf(owner: number, seq: number): NodeRecord {
  const { secret, publicKey } = keysOf(owner)
  const body = encodeRecordBody({
    key: publicKey,
    incarnation: T0,
    seq,
    startedAtMs: T0,
    publishedAtMs: T0,
    name: `node-${owner}`,
    agentVersion: 'hearsay/0.1.0',
    head: { height: 3, hash: asBlockHash('ab'.repeat(32)) },
    settledHeight: 2,
    mempoolCount: 5,
    addresses: [asNetAddress('/ip4/127.0.0.1/tcp/4001')],
    tags: [['service_version', 'v1.2.4']],
    neighbours: ['00000001', 'deadbeef'],
    isLeaving: false,
  })
  const record = decodeRecord(encodeRecord(body, sign(secret, concatBytes(recordPrefix, body))), recordPrefix)
  assert(record !== null, 'a record of ours decodes')
  return record
}

function suspicionOf(accuser: number, target: number, seq: number): Uint8Array {
  const { secret, publicKey } = keysOf(accuser)
  const targetKey = keysOf(target).publicKey
  const body = encodeSuspicionBody({ targetKey, accuserKey: publicKey, incarnation: T0, seq, timeMs: T0 })
  return encodeSuspicion(body, sign(secret, concatBytes(suspicionPrefix, body)))
}

/** A kernel that knows the first records of ten nodes. */
class Node {
  readonly kernel: Kernel
  readonly verdicts: string[] = []
  changes = 0
  #number = 0

  constructor(random: Prng) {
    this.kernel = new Kernel({
      network: TEST_NETWORK,
      profile: 'dev',
      name: 'world',
      self: asPeerId('self'),
      bootstrap: [],
      validator: null,
      agentVersion: 'test',
      discovers: false,
      observes: true,
      chance: () => random.next(),
    })
    this.post({ kind: 'woke' })
    for (let owner = 0; owner < 10; owner++)
      expect(this.gossip(encodeRecordMessage('record', recordOf(owner, 1).bytes))).toBe('accept')
  }

  /** A message of the records topic, each from another peer so that none is banned; returns the verdict. */
  gossip(bytes: Uint8Array): string | undefined {
    const number = (++this.#number).toString(16)
    const messageId = asMessageId(number.padStart(64, '0'))
    const from = asPeerId(`peer-${number}`)
    this.post({ kind: 'gossip-received', topic: 'records', bytes, from, messageId, waitedMs: 0 })
    return this.verdicts.at(-1)
  }

  /** The answer of a peer that was asked for these records. */
  answered(asked: readonly NodeRecord[], frame: Uint8Array): void {
    const request = -++this.#number
    const keys = asked.map(keyOfRecord)
    const peer = asPeerId(`peer-${this.#number}`)
    this.kernel.machines.shared.asked.set(request, { kind: 'records', peer, fetch: request, keys })
    this.post({ kind: 'answer-received', request, frames: [frame], elapsedMs: 1 })
  }

  /** All that membership knows. */
  state(): string {
    const { membership, set } = this.kernel.machines.members
    const rows = membership.rows({ wallMs: T0, monoMs: 0 })
    return JSON.stringify([
      membership.digest(),
      rows.map(({ record, state }) => [record.hash, state]),
      set.tree.size,
      membership.suspicions.size,
    ])
  }

  post(event: Event): void {
    for (const effect of this.kernel.step(event, { wallMs: T0, monoMs: 0 })) {
      if (effect.kind === 'report-verdict') this.verdicts.push(effect.verdict)
      if (effect.kind === 'note' && effect.fact.kind === 'member-changed') this.changes++
      if (effect.kind !== 'verify-signatures') continue
      const firstInvalid = verifier.firstInvalid(effect.checks)
      this.post({ kind: 'signatures-verified', job: effect.job, firstInvalid, keyInvalid: false })
    }
  }
}

function flipped(bytes: Uint8Array, random: Prng): Uint8Array {
  const copy = bytes.slice()
  const bit = random.below(8 * bytes.byteLength)
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

const timeout = 60_000 + FLIPS * 5

it(`in ${FLIPS} records and as many suspicions is never accepted, and changes nothing`, { timeout }, () => {
  const random = createPrng(SEED)
  const node = new Node(random)
  const messages = Array.from({ length: 10 }, (_, owner) => [
    encodeRecordMessage('record', recordOf(owner, 2).bytes),
    encodeRecordMessage('suspicion', suspicionOf(owner, (owner + 1) % 10, 1)),
  ])
  const before = node.state()
  node.changes = 0
  for (const kind of [0, 1]) {
    for (let flip = 0; flip < FLIPS; flip++) {
      const message = messages[flip % 10]?.[kind]
      assert(message !== undefined, 'ten of each')
      expect(node.gossip(flipped(message, random)), `seed ${SEED}, flip ${flip}`).not.toBe('accept')
    }
  }
  expect(node.changes).toBe(0)
  expect(node.state()).toBe(before)
  // The same without the flip is taken.
  expect(node.gossip(messages[0]?.[1] as Uint8Array)).toBe('accept')
  expect(node.gossip(messages[0]?.[0] as Uint8Array)).toBe('accept')
})

it(`in ${FLIPS} answers to what was asked by hash brings nothing in that was not asked for`, { timeout }, () => {
  const random = createPrng(SEED + 1)
  const node = new Node(random)
  const records = Array.from({ length: 10 }, (_, owner) => recordOf(10 + owner, 1))
  const before = node.state()
  node.changes = 0
  for (let flip = 0; flip < FLIPS; flip++) {
    const record = records[flip % 10] as NodeRecord
    node.answered([record], flipped(encodeObjectsAnswer([record.bytes]), random))
  }
  expect(node.changes).toBe(0)
  expect(node.state()).toBe(before)
  const [first] = records as [NodeRecord]
  node.answered([first], encodeObjectsAnswer([first.bytes]))
  expect(node.changes).toBe(1)
})
