import { describe, expect, it } from 'vitest'
import {
  decodeObjectsAnswer,
  decodeObjectsRequest,
  encodeObjectsAnswer,
  encodeObjectsRequest,
  OBJECTS_ANSWER_BYTES_MAX,
  readObjectsAnswer,
  type ObjectsRequest,
} from '../../../src/domain/codec/objects-codec.ts'
import { asBlockHash, asTxId } from '../../../src/domain/ids.ts'
import { itemKey } from '../../../src/domain/item-key.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { createPrng } from '../../../src/lib/prng.ts'

describe('a request for objects', () => {
  const hash = 'ab'.repeat(32)
  const requests: ObjectsRequest[] = [
    { kind: 'transactions', ids: [asTxId(hash), asTxId('cd'.repeat(32))] },
    { kind: 'transactions-by-key', keys: [itemKey(1_800_000_000_000, hash)] },
    { kind: 'records-by-key', keys: [itemKey(7, hash), itemKey(6, hash)] },
    { kind: 'blocks', hashes: [asBlockHash(hash)] },
    { kind: 'block-transactions', block: asBlockHash(hash), shortIds: ['0123456789abcdef'] },
  ]

  it.each(requests)('for $kind comes back as it was', (request) => {
    expect(decodeObjectsRequest(encodeObjectsRequest(request))).toEqual(request)
  })

  it('has its golden bytes', () => {
    const bytes = encodeObjectsRequest(requests[1] as ObjectsRequest)
    expect(toHex(bytes)).toBe(`0101a3185c5000${'ab'.repeat(16)}`)
  })

  it('is refused when it asks for nothing, for too much, for part of a name, or for an unknown kind', () => {
    for (const size of [0, 1, 31, 33, 257 * 32]) {
      const bytes = new Uint8Array(1 + size)
      expect(decodeObjectsRequest(bytes), `${size} bytes`).toBeNull()
    }
    expect(decodeObjectsRequest(new Uint8Array(0))).toBeNull()
    expect(decodeObjectsRequest(Uint8Array.of(5, ...new Uint8Array(32)))).toBeNull()
    expect(decodeObjectsRequest(Uint8Array.of(4, ...new Uint8Array(32)))).toBeNull()
  })
})

describe('an answer with objects', () => {
  it('tells what is there from what is not, in order', () => {
    const bytes = encodeObjectsAnswer([Uint8Array.of(1, 2), null, Uint8Array.of(3)])
    expect(decodeObjectsAnswer(bytes, 3)).toEqual([Uint8Array.of(1, 2), null, Uint8Array.of(3)])
    expect(decodeObjectsAnswer(bytes, 2)).toBeNull()
    expect(decodeObjectsAnswer(new Uint8Array(0), 2)).toBeNull()
  })

  it('ends before it gets too long, but never without an object', () => {
    const large = new Uint8Array(OBJECTS_ANSWER_BYTES_MAX - 100)
    expect(decodeObjectsAnswer(encodeObjectsAnswer([large, large]), 2)).toHaveLength(1)
    expect(decodeObjectsAnswer(encodeObjectsAnswer([new Uint8Array(OBJECTS_ANSWER_BYTES_MAX)]), 1)).toHaveLength(1)
  })

  it('may end early only where one more object could have made it too long', () => {
    const names = ['a', 'b', 'c']
    const body = Uint8Array.of(7)
    expect(readObjectsAnswer([encodeObjectsAnswer([null, body])], names, 1_000)).toEqual({
      found: [['b', body]],
      unanswered: [],
    })
    const rest = OBJECTS_ANSWER_BYTES_MAX - 2 * 4 - 1_000
    for (const [size, unanswered] of [
      [rest, []],
      [rest + 1, ['b', 'c']],
    ] as const)
      expect(readObjectsAnswer([encodeObjectsAnswer([new Uint8Array(size)])], names, 1_000)?.unanswered).toEqual(
        unanswered,
      )
    for (const frames of [[], [new Uint8Array(0)], [encodeObjectsAnswer([body]), encodeObjectsAnswer([body])]])
      expect(readObjectsAnswer(frames, names, 1_000)).toBeNull()
  })

  it('survives any flipped bit without throwing', () => {
    const random = createPrng(3)
    const bytes = encodeObjectsAnswer([random.bytes(40), null, random.bytes(7)])
    for (let bit = 0; bit < 8 * bytes.byteLength; bit++) {
      const flipped = bytes.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => decodeObjectsAnswer(flipped, 3)).not.toThrow()
    }
  })
})
