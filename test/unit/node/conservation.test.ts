import { expect, test } from 'vitest'
import { asMessageId } from '../../../src/domain/ids.ts'
import { Conservation } from '../../../src/node/conservation.ts'
import { JUDGING_MAX, MEMORY_CHECK_MS, RSS_NODE_BYTES_MAX } from '../../../src/node/limits.ts'
import { watchMemory } from '../../../src/node/watchdog.ts'

const id = (number: number) => asMessageId(String(number))

test('every message is counted once by what became of it, and what waits is the difference', () => {
  const counted = new Map<string, number>()
  const books = new Conservation((topic, outcome, by) =>
    counted.set(`${topic} ${outcome}`, (counted.get(`${topic} ${outcome}`) ?? 0) + by),
  )
  books.arrived('transactions', 6, 'passed')
  books.arrived('transactions', 3, 'muted')
  books.arrived('transactions', 2, 'malformed')
  books.arrived('blocks', 1, 'passed')
  books.duplicate('transactions')
  for (let i = 0; i < 5; i++) books.raised(id(i), 'transactions', 100 + i)
  expect(books.balance('transactions')).toEqual({ received: 11, settled: 6, waiting: 5 })
  expect(books.judged(id(0), 'accept', undefined)).toBe(100)
  books.judged(id(1), 'reject', 'invalid-signature')
  expect(books.judged(id(2), 'ignore', 'nothing-new')).toBe(102)
  // What was shed was not judged: it has no time.
  expect(books.judged(id(3), 'ignore', 'full')).toBeNull()
  // A second verdict on the same message is none.
  expect(books.judged(id(3), 'ignore', 'full')).toBeNull()
  expect(books.balance('transactions').waiting).toBe(1)
  books.judged(id(4), 'ignore', 'late')
  expect(books.balance('transactions')).toEqual({ received: 11, settled: 11, waiting: 0 })
  expect(books.balance('blocks')).toEqual({ received: 1, settled: 0, waiting: 1 })
  expect(Object.fromEntries(counted)).toEqual({
    'transactions received': 11,
    'transactions shed-muted': 3,
    'transactions rejected-malformed': 2,
    'transactions duplicate': 1,
    'transactions accepted': 1,
    'transactions rejected-invalid-signature': 1,
    'transactions ignored-nothing-new': 1,
    'transactions shed-full': 1,
    'transactions shed-late': 1,
    'blocks received': 1,
  })
})

test('messages that nobody judges are bounded, and stand in the books', () => {
  const books = new Conservation(() => undefined)
  books.arrived('transactions', JUDGING_MAX + 10, 'passed')
  for (let i = 0; i < JUDGING_MAX + 10; i++) books.raised(id(i), 'transactions', 100 + i)
  expect(books.sizes()[0]?.size).toBe(JUDGING_MAX)
  expect(books.balance('transactions').waiting).toBe(JUDGING_MAX)
})

test('memory that is short is told at once, and again only after a while', () => {
  let rss = RSS_NODE_BYTES_MAX
  let nowMs = 0
  const told: number[] = []
  const look = watchMemory({
    clock: { now: () => ({ wallMs: 0, monoMs: nowMs }) },
    profile: 'node',
    groupBytesMax: null,
    rssBytes: () => rss,
    onPressure: (bytes) => told.push(bytes),
  })
  look()
  expect(told).toEqual([])
  rss++
  nowMs = MEMORY_CHECK_MS / 2
  look()
  expect(told, 'looked at too soon').toEqual([])
  for (nowMs = MEMORY_CHECK_MS; nowMs < 10_000; nowMs += MEMORY_CHECK_MS / 4) look()
  expect(told).toEqual([rss, rss])
})

test('a control group that allows less than the profile is kept to', () => {
  const told: number[] = []
  const look = (rss: number, groupBytesMax: number | null): void =>
    watchMemory({
      clock: { now: () => ({ wallMs: 0, monoMs: 0 }) },
      profile: 'dev',
      groupBytesMax,
      rssBytes: () => rss,
      onPressure: (bytes) => told.push(bytes),
    })()
  look(850, 1_000)
  look(800, 1_000)
  look(850, null)
  expect(told).toEqual([850])
})
