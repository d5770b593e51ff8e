import { describe, expect, it } from 'vitest'
import { encodeRecord, encodeRecordBody, decodeRecord } from '../../../src/domain/codec/record-codec.ts'
import { asBlockHash } from '../../../src/domain/ids.ts'
import { utf8 } from '../../../src/lib/bytes.ts'
import type { Gossip } from '../../../src/ports/gossip.ts'
import type { SignatureCheck, SignatureVerifier } from '../../../src/ports/signature-verifier.ts'
import { RecordGate } from '../../../src/sim/record-gate.ts'
import { SameBytes } from '../../../src/sim/same-bytes.ts'
import { sharedRecordReader } from '../../../src/sim/shared-records.ts'
import { SharedVerifier } from '../../../src/sim/shared-verifier.ts'

/** Equal bytes, another object, in the middle of a larger buffer. */
const view = (text: string): Uint8Array => utf8(`<${text}>`).subarray(1, 1 + text.length)

describe('equal bytes in a simulated network', () => {
  it('are one object, which is no view, and others are others', () => {
    const same = new SameBytes()
    const first = same.of(view('a message'))
    expect(first).toEqual(new Uint8Array(utf8('a message')))
    expect(first.byteLength).toBe(first.buffer.byteLength)
    expect(same.of(view('a message'))).toBe(first)
    // Of one length and with one end: what counts is all of them.
    expect(same.of(view('b message'))).toEqual(new Uint8Array(utf8('b message')))
    expect(same.of(view('a message'))).toBe(first)
    expect(same.of(new Uint8Array(0))).toEqual(new Uint8Array(0))
  })

  it('are let go when many others came after them', () => {
    const same = new SameBytes()
    const first = same.of(utf8('0'))
    for (let index = 1; index < 40_000; index++) same.of(utf8(String(index)))
    expect(same.of(utf8('0'))).not.toBe(first)
  })
})

describe('what nodes of a simulated network share', () => {
  it('reads a record as each of them would, once', () => {
    const prefix = utf8('prefix')
    const body = encodeRecordBody({
      ...{ key: new Uint8Array(32).fill(7), incarnation: 1, seq: 2, startedAtMs: 3, publishedAtMs: 4 },
      ...{ name: 'node', agentVersion: 'v', head: { height: 5, hash: asBlockHash('00'.repeat(32)) } },
      ...{ settledHeight: 1, mempoolCount: 2, addresses: [], tags: [], neighbours: [], isLeaving: false },
    })
    const bytes = encodeRecord(body, new Uint8Array(64).fill(9))
    const read = sharedRecordReader()
    expect(read(new Uint8Array(bytes), prefix)).toEqual(decodeRecord(bytes, prefix))
    expect(read(new Uint8Array(bytes), prefix)).toBe(read(new Uint8Array(bytes), prefix))
    expect(read(bytes.slice(1), prefix)).toBeNull()
  })

  it('checks a signature once, and never takes the answer of another message or key', () => {
    const asked: SignatureCheck[] = []
    // Whoever signs writes the message as his signature.
    const inner = {
      verify: (check: SignatureCheck) => {
        asked.push(check)
        return check.signature[0] === check.message[0] && check.publicKey[0] === 1
      },
    } as SignatureVerifier
    const shared = new SharedVerifier(inner)
    const [one, other] = [shared.forNode(), shared.forNode()]
    const signature = new Uint8Array(64).fill(5)
    const publicKey = new Uint8Array(32).fill(1)
    const check = { publicKey, signature, message: Uint8Array.of(5) }
    expect([one.verify(check), other.verify({ ...check })]).toEqual([true, true])
    expect(asked).toHaveLength(1)
    expect(one.verify({ ...check, message: Uint8Array.of(6) })).toBe(false)
    expect(one.verify({ ...check, publicKey: new Uint8Array(32).fill(2) })).toBe(false)
    expect(one.verify(check)).toBe(true)
    expect(asked).toHaveLength(3)
    expect([one.stats().verifications, other.stats().verifications]).toEqual([4, 1])
  })
})

describe('the gate of records', () => {
  it('keeps records back until it is opened, and nothing else', async () => {
    const sent: string[] = []
    class Port {
      readonly #name = 'router'
      publish(topic: string): Promise<object> {
        sent.push(`${this.#name} ${topic}`)
        return Promise.resolve({ kind: 'published', recipients: 3 })
      }
    }
    const gate = new RecordGate(false)
    const gossip = gate.before(new Port() as unknown as Gossip)
    const publish = (topic: 'records' | 'blocks') => gossip.publish(topic, new Uint8Array(1), { flood: false })
    expect(await publish('records')).toEqual({ kind: 'published', recipients: 0 })
    await publish('blocks')
    gate.open()
    expect(await publish('records')).toMatchObject({ recipients: 3 })
    expect(sent).toEqual(['router blocks', 'router records'])
  })
})
