import { describe, expect, test } from 'vitest'
import { createNobleVerifier } from '../../../src/adapters/crypto/noble-verifier.ts'
import { asMessageId, asPeerId } from '../../../src/domain/ids.ts'
import type { ApiEvent } from '../../../src/domain/views.ts'
import { EventRing } from '../../../src/node/event-ring.ts'
import { Ingress, type IngressMessage } from '../../../src/node/ingress.ts'
import {
  BLOCKS_IN_A_ROW,
  EVENT_RING_MAX,
  INGRESS_AIM_MS,
  INGRESS_COUNT_MAX,
  INGRESS_PEER_BLOCKS_MAX,
  INGRESS_PEER_COUNT_MAX,
  INGRESS_PEER_COUNT_MIN,
  INGRESS_RATE_DEFAULT,
  INGRESS_SHARED,
  INGRESS_WAIT_MAX_MS,
  VERIFY_SLICE,
} from '../../../src/node/limits.ts'
import { Verification, type VerificationResult } from '../../../src/node/verification.ts'
import { keysOf } from '../../toolkit/objects/transactions.ts'
import { sign } from '../../../src/wallet/keys.ts'

const message = (from: string, number: number, bytes = 10): IngressMessage => ({
  topic: 'transactions',
  bytes: new Uint8Array(bytes),
  from: asPeerId(from),
  messageId: asMessageId(String(number)),
  arrivedMonoMs: 0,
})

describe('ingress', () => {
  test('peers take turns: a flood waits behind one message of another', () => {
    const ingress = new Ingress()
    for (let i = 0; i < 100; i++) ingress.push(message('flood', i))
    ingress.push(message('honest', 1_000))
    const order = [ingress.shift(0), ingress.shift(0)].map((next) => next?.from)
    expect(order).toContain('honest')
  })

  test('whoever sends one by one has as much judged as whoever sends batches, and nothing of either waits for the other', () => {
    const ingress = new Ingress()
    const batch = 64 * 180
    for (let i = 0; i < 100; i++) ingress.push(message('batches', i, batch))
    for (let i = 0; i < 200; i++) ingress.push(message('one by one', 1_000 + i, 180))
    const had = new Map<string, number>()
    let batchesUntilAllSmall = 0
    for (let next = ingress.shift(0); next !== undefined; next = ingress.shift(0)) {
      had.set(next.from, (had.get(next.from) ?? 0) + 1)
      if (had.get('one by one') !== 200) batchesUntilAllSmall = had.get('batches') ?? 0
    }
    expect([...had.values()].sort((x, y) => x - y)).toEqual([100, 200])
    expect(batchesUntilAllSmall).toBeGreaterThan(2)
    expect(batchesUntilAllSmall).toBeLessThan(10)
  })

  test('one peer cannot take more than its share, all together not more than the bound', () => {
    const ingress = new Ingress()
    let taken = 0
    for (let i = 0; i < 1_000; i++) if (ingress.push(message('flood', i)).length === 0) taken++
    expect(taken).toBe(INGRESS_PEER_COUNT_MAX)
    for (let i = 0; i < 10_000; i++) ingress.push(message(`peer-${i % 100}`, i))
    expect(ingress.count).toBe(INGRESS_COUNT_MAX)
    let left = 0
    while (ingress.shift(0) !== undefined) left++
    expect(left).toBe(INGRESS_COUNT_MAX)
    expect(ingress.sizes().map(({ size }) => size)).toEqual([0, 0])
  })

  test('those who have most waiting give way to whoever has less, and not the other way round', () => {
    const ingress = new Ingress()
    for (let i = 0; i < 2 * INGRESS_COUNT_MAX; i++) ingress.push(message(`flood-${i % 4}`, i))
    expect(ingress.count).toBe(INGRESS_COUNT_MAX)
    // What they sent last goes, one for one.
    const displaced = Array.from({ length: 100 }, (_, i) => ingress.push(message('honest', 10_000 + i)))
    expect(displaced.map(({ length }) => length)).toEqual(new Array(100).fill(1))
    for (const [without] of displaced) expect(without?.from).toMatch(/^flood-/)
    expect(ingress.count).toBe(INGRESS_COUNT_MAX)
    expect(ingress.push(message('flood-0', 20_000))[0]?.from).toMatch(/^flood-/)
    const order: string[] = []
    for (let next = ingress.shift(0); next !== undefined; next = ingress.shift(0)) order.push(next.from)
    expect(order.filter((from) => from === 'honest')).toHaveLength(100)
    // It had its turn with each of the four.
    expect(order.lastIndexOf('honest')).toBeLessThan(5 * 100)
  })

  test('large messages give way to small ones, as many as it takes', () => {
    const ingress = new Ingress()
    for (let i = 0; i < 64; i++) ingress.push(message(`large-${i % 2}`, i, 1_048_576))
    expect(ingress.push(message('honest', 1_000, 1_500_000)).map(({ from }) => from)).toHaveLength(2)
    expect(ingress.push(message('large-0', 1_001, 1_048_576)).map(({ messageId }) => messageId)).toEqual(['1001'])
  })

  test('a block goes before transactions that came earlier, from whomever; blocks without end do not keep them out', () => {
    const ingress = new Ingress()
    for (let i = 0; i < 3; i++) ingress.push(message('near', i))
    for (let i = 0; i < 2 * BLOCKS_IN_A_ROW; i++) ingress.push({ ...message('far', 100 + i), topic: 'blocks' })
    const order = Array.from({ length: 2 * BLOCKS_IN_A_ROW + 3 }, () => ingress.shift(0)?.topic)
    const row = new Array<string>(BLOCKS_IN_A_ROW).fill('blocks')
    expect(order).toEqual([...row, 'transactions', ...row, 'transactions', 'transactions'])
    expect(ingress.shift(0)).toBeUndefined()
  })

  test('has room for what can be judged in a second at the rate of late, in equal shares', () => {
    const ingress = new Ingress()
    const peer = message('a', 0).from
    const ahead = (messages: number, bytes: number, peers = 0) => ({ messages, bytes, peers })
    expect(ingress.hasRoom(peer, ahead(0, 0))).toBe(true)
    expect(ingress.hasRoom(peer, ahead(INGRESS_PEER_COUNT_MAX * INGRESS_SHARED, 0))).toBe(false)
    // Unmeasured: the rate that is assumed.
    const second = INGRESS_RATE_DEFAULT * INGRESS_AIM_MS
    expect(ingress.hasRoom(peer, ahead(20, second - 1))).toBe(true)
    expect(ingress.hasRoom(peer, ahead(20, second))).toBe(false)
    // A few may take longer, and still come in time; a single one always goes.
    const few = INGRESS_PEER_COUNT_MIN - 1
    const timely = (INGRESS_RATE_DEFAULT * INGRESS_WAIT_MAX_MS) / 2
    expect(ingress.hasRoom(peer, ahead(few, timely - 1))).toBe(true)
    expect(ingress.hasRoom(peer, ahead(few, timely))).toBe(false)
    // Three wait beside it, or one is here already: a third, and half of it.
    expect(ingress.hasRoom(peer, ahead(20, second / 3, 3))).toBe(false)
    ingress.push(message('b', 0))
    expect(ingress.hasRoom(peer, ahead(20, second / 2 - 1))).toBe(true)
    expect(ingress.hasRoom(peer, ahead(20, second / 2))).toBe(false)
    // 100 bytes each ms: a fifth of a second of that is measured.
    for (let at = 1; at <= 201; at++) ingress.push(message('a', at, 100))
    for (let at = 0; at < 200; at++) ingress.shift(at)
    while (ingress.shift(200) !== undefined);
    expect(ingress.hasRoom(peer, ahead(20, 95 * INGRESS_AIM_MS))).toBe(true)
    expect(ingress.hasRoom(peer, ahead(20, 105 * INGRESS_AIM_MS))).toBe(false)
  })

  test('blocks have a share of their own', () => {
    const ingress = new Ingress()
    let taken = 0
    for (let i = 0; i < 1_000; i++) if (ingress.push({ ...message('flood', i), topic: 'blocks' }).length === 0) taken++
    expect(taken).toBe(INGRESS_PEER_BLOCKS_MAX)
  })

  test('bytes are bounded', () => {
    const ingress = new Ingress()
    for (let i = 0; i < 200; i++) ingress.push(message(`p${i}`, i, 1_048_576))
    expect(ingress.count).toBe(64)
  })
})

describe('verification', () => {
  const { secret, publicKey } = keysOf(1)
  const good = Uint8Array.of(1)
  const signature = sign(secret, good)
  const check = (valid: boolean): { publicKey: Uint8Array; message: Uint8Array; signature: Uint8Array } => ({
    publicKey,
    message: valid ? good : Uint8Array.of(2),
    signature,
  })

  test('long jobs give the loop back after each slice and keep their order', () => {
    const results: VerificationResult[] = []
    const waiting: (() => void)[] = []
    const verification = new Verification({
      verifier: createNobleVerifier(),
      soon: (callback) => waiting.push(callback),
      nowMonoMs: () => 0,
      done: (result) => results.push(result),
    })
    const long = Array.from({ length: VERIFY_SLICE + 2 }, (_, i) => check(i !== VERIFY_SLICE + 1))
    verification.start(1, long)
    verification.start(2, [check(true)])
    expect(results).toEqual([])
    while (waiting.length > 0) waiting.shift()?.()
    expect(results).toEqual([
      { job: 1, firstInvalid: VERIFY_SLICE + 1, keyInvalid: false },
      { job: 2, firstInvalid: -1, keyInvalid: false },
    ])
    expect(verification.idle).toBe(true)
  })

  test('an invalid key is told apart', () => {
    const results: VerificationResult[] = []
    const verification = new Verification({
      verifier: createNobleVerifier(),
      soon: (callback) => {
        callback()
      },
      nowMonoMs: () => 0,
      done: (result) => results.push(result),
    })
    verification.start(1, [{ publicKey: new Uint8Array(32), message: good, signature }])
    expect(results).toEqual([{ job: 1, firstInvalid: 0, keyInvalid: true }])
  })
})

describe('event ring', () => {
  const event = (number: number): ApiEvent => ({
    v: 1,
    topic: number % 2 === 0 ? 'peers' : 'mesh',
    event: 'e',
    node: 'n',
    data: number,
  })

  test('a reader gets its topics, live and after a gap', () => {
    const ring = new EventRing()
    const live: unknown[] = []
    const subscription = ring.subscribe(['peers'], ({ data }) => live.push(data))
    for (let i = 0; i < 6; i++) ring.emit(event(i))
    subscription.close()
    ring.emit(event(8))
    expect(live).toEqual([0, 2, 4])
    expect(ring.since(['peers'], 3).events.map(([, { data }]) => data)).toEqual([4, 8])
  })

  test('what is gone is counted', () => {
    const ring = new EventRing()
    for (let i = 0; i < EVENT_RING_MAX + 10; i++) ring.emit(event(i))
    const { events, missed } = ring.since(['peers', 'mesh'], 0)
    expect(missed).toBe(10)
    expect(events).toHaveLength(EVENT_RING_MAX)
    expect(events[0]?.[1].data).toBe(10)
  })
})
