import { describe, expect, test } from 'vitest'
import { asTxHash, asTxId } from '../../../src/domain/ids.ts'
import { BATCH_BYTES_MAX, BATCH_COUNT_MAX } from '../../../src/domain/params.ts'
import { Batcher } from '../../../src/relay/batcher.ts'
import { INVALID_COUNT_MAX, OUTBOX_COUNT_MAX } from '../../../src/relay/limits.ts'
import { Seen } from '../../../src/relay/seen.ts'

const item = (number: number, bytes = 200): { id: ReturnType<typeof asTxId>; bytes: Uint8Array; own: boolean } => ({
  id: asTxId(String(number)),
  bytes: new Uint8Array(bytes),
  own: true,
})

describe('batcher', () => {
  test('the first leaves alone, what comes meanwhile leaves together and in order', () => {
    const batcher = new Batcher()
    batcher.listenersChanged(1)
    batcher.add(item(0))
    expect(batcher.next()?.map(({ id }) => id)).toEqual(['0'])
    for (let i = 1; i <= 3; i++) batcher.add(item(i))
    expect(batcher.next()).toBeNull()
    batcher.left(true)
    expect(batcher.next()?.map(({ id }) => id)).toEqual(['1', '2', '3'])
  })

  test('a batch keeps within its count and its bytes', () => {
    const batcher = new Batcher()
    batcher.listenersChanged(1)
    for (let i = 0; i < BATCH_COUNT_MAX + 10; i++) batcher.add(item(i))
    expect(batcher.next()).toHaveLength(BATCH_COUNT_MAX)
    const large = new Batcher()
    large.listenersChanged(1)
    for (let i = 0; i < 40; i++) large.add(item(i, 16_384))
    const batch = large.next() ?? []
    expect(batch.reduce((sum, { bytes }) => sum + bytes.byteLength + 4, 0)).toBeLessThanOrEqual(BATCH_BYTES_MAX)
    expect(batch.length).toBe(15)
  })

  test('a batch that nobody took leaves again, first in line, when somebody listens', () => {
    const batcher = new Batcher()
    batcher.listenersChanged(1)
    batcher.add(item(0))
    batcher.next()
    batcher.add(item(1))
    batcher.left(false)
    expect(batcher.next()).toBeNull()
    batcher.listenersChanged(1)
    expect(batcher.next()?.map(({ id }) => id)).toEqual(['0'])
    batcher.left(true)
    expect(batcher.next()?.map(({ id }) => id)).toEqual(['1'])
  })

  test('nothing leaves while nobody listens, and the queue is bounded', () => {
    const batcher = new Batcher()
    for (let i = 0; i < OUTBOX_COUNT_MAX; i++) expect(batcher.add(item(i, 1))).toBe(true)
    expect(batcher.add(item(0))).toBe(false)
    expect(batcher.next()).toBeNull()
  })
})

describe('seen', () => {
  test('a flood of forgeries forgets forgeries, never honest judgements', () => {
    const seen = new Seen()
    seen.judgedValid(asTxHash('honest'), asTxId('id'), 0)
    for (let i = 0; i < 10 * INVALID_COUNT_MAX; i++) seen.judgedInvalid(asTxHash(`f${i}`), 'invalid-signature', 1)
    expect(seen.judgement(asTxHash('honest'), 2)).toEqual({ kind: 'valid', id: 'id' })
    expect(seen.judgement(asTxHash('f0'), 2)).toBeUndefined()
    seen.invariants()
  })
})
