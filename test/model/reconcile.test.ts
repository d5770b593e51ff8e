import { describe, expect, it } from 'vitest'
import {
  decodeReconcileFrame,
  decodeReconcileRequest,
  encodeReconcileFrame,
  encodeReconcileRequest,
  type Range,
} from '../../src/domain/codec/reconcile-codec.ts'
import { asItemKey, boundAt, END, itemKey, START, type ItemKey } from '../../src/domain/item-key.ts'
import { equalBytes, fromHex, toHex } from '../../src/lib/bytes.ts'
import { createPrng, type Prng } from '../../src/lib/prng.ts'
import { FingerprintTree } from '../../src/sync/fingerprint-tree.ts'
import { EPOCH_MS, FRAME_BYTES_MAX, REPLY_BYTES_MAX, ROUNDS_MAX, SESSION_BYTES_MAX } from '../../src/sync/limits.ts'
import { respond } from '../../src/sync/reconcile.ts'
import { ReconcileSession } from '../../src/sync/reconcile-session.ts'
import { drawn } from '../toolkit/api/depth.ts'

const EPOCH = 1_000
const PAIRS = drawn(2_500, 10_000)
const WALL_MS = EPOCH * EPOCH_MS

function emptyTree(): FingerprintTree {
  const tree = new FingerprintTree(Uint8Array.of(7))
  tree.tend(WALL_MS)
  return tree
}

interface Found {
  readonly have: ItemKey[]
  readonly need: ItemKey[]
  readonly rounds: number
  readonly bytes: number
  readonly complete: boolean
}

/** One whole session; each answer is at most `replyBytes()` long. Checks every frame on its way. */
function reconcile(ours: FingerprintTree, theirs: FingerprintTree, replyBytes = (): number => REPLY_BYTES_MAX): Found {
  const session = new ReconcileSession(ours, 'transactions', EPOCH)
  for (;;) {
    const bytes = session.request()
    const request = decodeReconcileRequest(bytes)
    if (request?.kind !== 'compare') throw new Error('a session asks for comparisons')
    if (!equalBytes(encodeReconcileRequest(request), bytes)) throw new Error('a request has one encoding')
    const answer = respond(theirs, request, bytes.byteLength, replyBytes())
    if (answer.kind !== 'answered') throw new Error(answer.code)
    if (answer.frames.some((frame) => frame.byteLength > FRAME_BYTES_MAX)) throw new Error('a frame is too large')
    const progress = session.answered(answer.frames)
    session.invariants()
    if (progress.kind === 'continue') continue
    if (progress.kind !== 'finished') throw new Error(JSON.stringify(progress))
    const { have, need, rounds } = session
    return { have: have.sort(), need: need.sort(), rounds, bytes: session.bytes, complete: progress.complete }
  }
}

describe('reconciliation', () => {
  it(`finds exactly the difference of ${PAIRS} random pairs of sets`, { timeout: 120_000 }, () => {
    const seed = 4_002
    const random = createPrng(seed)
    const trees = [emptyTree(), emptyTree()] as const
    const sets = [new Map<ItemKey, string>(), new Map<ItemKey, string>()] as const
    const put = (side: 0 | 1, order: number, id: string): void => {
      trees[side].insert(order, id)
      sets[side].set(itemKey(order, id), id)
    }
    const drop = (side: 0 | 1, key: ItemKey): void => {
      trees[side].delete(key)
      sets[side].delete(key)
    }
    let wrong = 0
    for (let pair = 0; pair < PAIRS; pair++) {
      mutate(random, sets, put, drop)
      const [ours, theirs] = sets
      const have = [...ours.keys()].filter((key) => !theirs.has(key)).sort()
      const need = [...theirs.keys()].filter((key) => !ours.has(key)).sort()
      // Every tenth one through answers too small for it: `later` must lose nothing.
      const isCramped = pair % 10 === 0
      const found = reconcile(trees[0], trees[1], isCramped ? () => 1_000 + random.below(8_000) : undefined)
      const isRight = equalLists(found.have, have) && equalLists(found.need, need)
      if (found.complete ? !isRight : !isCramped) wrong++
      if (found.complete && !isRight) expect(found, `seed ${seed}, pair ${pair}`).toMatchObject({ have, need })
    }
    expect(wrong).toBe(0)
  })

  it('finds what differs when either side is empty, in one round', () => {
    const random = createPrng(3)
    const full = emptyTree()
    for (let index = 0; index < 3_000; index++) full.insert(index, toHex(random.bytes(32)))
    expect(reconcile(emptyTree(), full)).toMatchObject({ have: [], rounds: 1, complete: true })
    expect(reconcile(emptyTree(), full).need).toHaveLength(3_000)
    expect(reconcile(full, emptyTree()).have).toHaveLength(3_000)
    expect(reconcile(emptyTree(), emptyTree())).toEqual({ have: [], need: [], rounds: 1, bytes: 27, complete: true })
  })

  it('compares only what is before the bound', () => {
    const ours = emptyTree()
    const theirs = emptyTree()
    theirs.insert(5, 'aa'.repeat(32))
    theirs.insert(9, 'bb'.repeat(32))
    const session = new ReconcileSession(ours, 'transactions', EPOCH, boundAt(9))
    const bytes = session.request()
    const request = decodeReconcileRequest(bytes)
    if (request?.kind !== 'compare') throw new Error('a session asks for comparisons')
    const answer = respond(theirs, request, bytes.byteLength, REPLY_BYTES_MAX)
    if (answer.kind !== 'answered') throw new Error(answer.code)
    expect(session.answered(answer.frames)).toEqual({ kind: 'finished', complete: true })
    expect(session.need).toEqual([itemKey(5, 'aa'.repeat(32))])
  })

  it('says which epochs can be had when the asked one cannot', () => {
    const tree = emptyTree()
    const request = { kind: 'compare', set: 'records', epoch: 5, replyBytesMax: 100, ranges: [] } as const
    const answer = respond(tree, request, 30, 100)
    if (answer.kind !== 'answered') throw new Error(answer.code)
    expect(answer.frames.map(decodeReconcileFrame)).toEqual([{ kind: 'other-epoch', epochs: [EPOCH, EPOCH - 1] }])
  })

  it('tells the answerer when the asker has the same set', () => {
    const [ours, theirs] = [emptyTree(), emptyTree()]
    for (const tree of [ours, theirs]) tree.insert(1, 'cd'.repeat(32))
    const ask = (): ReturnType<typeof respond> => {
      const bytes = new ReconcileSession(ours, 'transactions', EPOCH).request()
      const request = decodeReconcileRequest(bytes)
      if (request?.kind !== 'compare') throw new Error('a session asks for comparisons')
      return respond(theirs, request, bytes.byteLength, REPLY_BYTES_MAX)
    }
    expect(ask()).toMatchObject({ kind: 'answered', equalUpTo: END })
    ours.insert(2, 'ef'.repeat(32))
    expect(ask()).toMatchObject({ kind: 'answered', equalUpTo: null })
  })
})

describe('a hostile answer', () => {
  const key = (order: number): ItemKey => itemKey(order, '11'.repeat(32))
  const frame = (...ranges: Range[]): Uint8Array => encodeReconcileFrame({ kind: 'ranges', ranges })
  const compare = (upper: ItemKey, count: number): Range => ({
    form: 'compare',
    upper,
    count,
    fingerprint: new Uint8Array(16).fill(count),
  })

  /**
   * A session with 1,000 items that was told: everything differs, the second sixteenth has 200 items, the rest is
   * equal.
   */
  function inSecondRound(): { session: ReconcileSession; lower: ItemKey; upper: ItemKey } {
    const tree = emptyTree()
    const random = createPrng(12)
    for (let index = 0; index < 1_000; index++) tree.insert(index, toHex(random.bytes(32)))
    const session = new ReconcileSession(tree, 'transactions', EPOCH)
    session.request()
    const [lower, upper] = [boundAt(100), boundAt(300)]
    expect(session.answered([frame({ form: 'skip', upper: lower }, compare(upper, 200))])).toEqual({ kind: 'continue' })
    session.request()
    return { session, lower, upper }
  }

  it.each<[string, (lower: ItemKey, upper: ItemKey) => Uint8Array[], string]>([
    ['no frame', () => [], 'malformed'],
    ['an empty frame', () => [new Uint8Array(0)], 'malformed'],
    ['a range before what was asked', () => [frame({ form: 'list', upper: boundAt(50), keys: [] })], 'outside'],
    ['everything', () => [frame(compare(END, 5))], 'outside'],
    [
      'a range behind what was asked',
      (_, upper) => [frame({ form: 'skip', upper }, compare(boundAt(400), 9))],
      'outside',
    ],
    [
      'a range over two questions',
      (lower, upper) => [frame({ form: 'skip', upper: lower }, { form: 'list', upper, keys: [] })],
      'outside',
    ],
    [
      'frames that go back',
      (lower) => {
        const part = frame({ form: 'skip', upper: lower }, { form: 'list', upper: boundAt(101), keys: [key(100)] })
        return [part, part]
      },
      'out-of-order',
    ],
    ['an answer to an offer', () => [encodeReconcileFrame({ kind: 'taken', bits: Uint8Array.of(1) })], 'unasked'],
    ['a frame of more than 64 KiB', () => [new Uint8Array(FRAME_BYTES_MAX + 1)], 'too-large'],
    ['two refusals', () => [encodeReconcileFrame({ kind: 'busy' }), encodeReconcileFrame({ kind: 'busy' })], 'unasked'],
  ])('with %s is a violation', (_, frames, code) => {
    const { session, lower, upper } = inSecondRound()
    expect(session.answered(frames(lower, upper))).toEqual({ kind: 'violation', code })
  })

  it('that divides where a list was asked is a violation', () => {
    const session = new ReconcileSession(emptyTree(), 'transactions', EPOCH)
    session.request()
    expect(session.answered([frame(compare(END, 50))])).toEqual({ kind: 'continue' })
    session.request()
    expect(session.answered([frame(compare(END, 51))])).toEqual({ kind: 'violation', code: 'unasked' })
  })

  it('with keys outside their range or out of order does not decode', () => {
    const list = (keys: ItemKey[]): Uint8Array => frame({ form: 'list', upper: boundAt(10), keys })
    expect(decodeReconcileFrame(list([key(3), key(4)]))).not.toBeNull()
    expect(decodeReconcileFrame(list([key(3), key(10)]))).toBeNull()
    expect(decodeReconcileFrame(list([key(3), key(3)]))).toBeNull()
    expect(decodeReconcileFrame(list([itemKey(3, '22'.repeat(32)), key(3)]))).toBeNull()
  })

  it('that never comes to an end is cut after twelve rounds', () => {
    const tree = emptyTree()
    const random = createPrng(13)
    for (let index = 0; index < 5_000; index++) tree.insert(index, toHex(random.bytes(32)))
    const session = new ReconcileSession(tree, 'transactions', EPOCH)
    let rounds = 0
    for (;;) {
      const request = decodeReconcileRequest(session.request())
      if (request?.kind !== 'compare') throw new Error('a session asks for comparisons')
      rounds++
      const ranges = request.ranges.map((range): Range =>
        range.form === 'skip' ? range : { form: 'later', upper: range.upper },
      )
      const progress = session.answered([frame(...ranges)])
      if (progress.kind === 'continue') continue
      expect(progress).toEqual({ kind: 'finished', complete: false })
      break
    }
    expect(rounds).toBe(ROUNDS_MAX)
  })

  it('that goes on listing is cut at the bytes of a session', () => {
    const session = new ReconcileSession(emptyTree(), 'transactions', EPOCH)
    let next = 0
    for (;;) {
      session.request()
      const lower = next === 0 ? START : boundAt(next)
      const keys = Array.from({ length: 3_000 }, () => key(next++))
      const list: Range = { form: 'list', upper: boundAt(next), keys }
      const progress = session.answered([frame({ form: 'skip', upper: lower }, list, { form: 'later', upper: END })])
      if (progress.kind === 'continue') continue
      expect(progress).toEqual({ kind: 'finished', complete: false })
      break
    }
    expect(session.bytes).toBeLessThanOrEqual(SESSION_BYTES_MAX + FRAME_BYTES_MAX)
  })
})

describe('a hostile request', () => {
  it('is refused for too many ranges and for too many bytes', () => {
    const ranges = Array.from({ length: 1_025 }, (_, index): Range => ({
      form: 'list',
      upper: boundAt(index + 1),
      keys: [],
    }))
    const request = { kind: 'compare', set: 'transactions', epoch: EPOCH, replyBytesMax: 9, ranges } as const
    expect(respond(emptyTree(), request, 4_000, 99)).toEqual({ kind: 'violation', code: 'too-many-ranges' })
    expect(respond(emptyTree(), { ...request, ranges: [] }, 65_537, 99)).toEqual({
      kind: 'violation',
      code: 'too-large',
    })
  })

  it('costs a bounded number of fingerprints and bytes, whatever it asks', () => {
    const tree = emptyTree()
    const random = createPrng(14)
    for (let index = 0; index < 60_000; index++) tree.insert(index, toHex(random.bytes(32)))
    const ranges = Array.from({ length: 1_024 }, (_, index): Range => ({
      form: 'compare',
      upper: boundAt((index + 1) * 58),
      count: 1_000,
      fingerprint: new Uint8Array(16),
    }))
    const request = { kind: 'compare', set: 'transactions', epoch: EPOCH, replyBytesMax: 1e6, ranges } as const
    const answer = respond(tree, request, 40_000, REPLY_BYTES_MAX)
    if (answer.kind !== 'answered') throw new Error(answer.code)
    const made = answer.frames.flatMap((bytes) => {
      const decoded = decodeReconcileFrame(bytes)
      return decoded?.kind === 'ranges' ? decoded.ranges : []
    })
    expect(made.filter((range) => range.form === 'compare').length).toBeLessThanOrEqual(2_048 + 16)
    expect(made.at(-1)?.form).toBe('later')
  })
})

describe('a frame', () => {
  it('has one meaning and one encoding: of 20,000 flipped bits none gives a second encoding of anything', () => {
    const random = createPrng(15)
    const tree = emptyTree()
    for (let index = 0; index < 200; index++) tree.insert(index * 7, toHex(random.bytes(32)))
    const request = new ReconcileSession(tree, 'transactions', EPOCH).request()
    const decoded = decodeReconcileRequest(request)
    if (decoded?.kind !== 'compare') throw new Error('a session asks for comparisons')
    const other = emptyTree()
    for (let index = 0; index < 100; index++) other.insert(index * 9, toHex(random.bytes(32)))
    const answer = respond(other, decoded, request.byteLength, REPLY_BYTES_MAX)
    if (answer.kind !== 'answered') throw new Error(answer.code)
    const keys = tree.keysIn(START, END, 50)
    const offer = encodeReconcileRequest({ kind: 'offer', set: 'records', keys })
    for (let round = 0; round < 20_000; round++) {
      const bytes =
        [request, offer, ...answer.frames][random.below(2 + answer.frames.length)]?.slice() ?? new Uint8Array()
      const at = random.below(bytes.byteLength)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
      if (round % 3 === 0) expectCanonicalRequest(bytes)
      expectCanonicalFrame(bytes)
      expectCanonicalRequest(bytes.subarray(0, random.below(bytes.byteLength)))
    }
  })
})

function expectCanonicalRequest(bytes: Uint8Array): void {
  const request = decodeReconcileRequest(bytes)
  if (request !== null && !equalBytes(encodeReconcileRequest(request), bytes)) expect(toHex(bytes)).toBe('canonical')
}

function expectCanonicalFrame(bytes: Uint8Array): void {
  const frame = decodeReconcileFrame(bytes)
  if (frame !== null && !equalBytes(encodeReconcileFrame(frame), bytes)) expect(toHex(bytes)).toBe('canonical')
}

function equalLists(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index])
}

/** Changes the pair: a few items, or a stretch that one side misses, or a new beginning. */
function mutate(
  random: Prng,
  sets: readonly [Map<ItemKey, string>, Map<ItemKey, string>],
  put: (side: 0 | 1, order: number, id: string) => void,
  drop: (side: 0 | 1, key: ItemKey) => void,
): void {
  const width = 1 << random.below(12)
  const base = random.below(3_000)
  const fresh = (): [number, string] => [base + random.below(width), toHex(random.bytes(32))]
  const side = random.below(2) as 0 | 1
  switch (random.below(sets[0].size + sets[1].size > 250 ? 9 : 7)) {
    case 0:
    case 1:
      for (let count = random.below(12); count >= 0; count--) put(side, ...fresh())
      return
    case 2:
      for (let count = random.below(40); count >= 0; count--) {
        const item = fresh()
        put(0, ...item)
        put(1, ...item)
      }
      return
    case 3:
      for (const key of [...sets[side].keys()].slice(0, random.below(10))) drop(side, key)
      return
    case 4:
      // One side learns everything from the other.
      for (const [key, id] of sets[side]) put((1 - side) as 0 | 1, Number.parseInt(key.slice(0, 12), 16), id)
      return
    case 5: {
      // Ids that share their first bytes, so that bounds get long.
      const id = toHex(random.bytes(32))
      const tail = (fromHex(id) ?? new Uint8Array()).slice()
      tail[1 + random.below(15)] = random.below(256)
      put(side, base, id)
      put(random.below(2) as 0 | 1, base, toHex(tail))
      return
    }
    case 6:
      for (const key of [...sets[side].keys()])
        if (key >= asItemKey(boundAt(base)) && key < boundAt(base + 20)) drop(side, key)
      return
    default:
      for (const which of [0, 1] as const)
        for (const key of [...sets[which].keys()]) if (random.below(3) > 0) drop(which, key)
  }
}
