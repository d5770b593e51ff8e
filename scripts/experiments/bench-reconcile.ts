/**
 * What finding the differences of two sets costs: bytes both ways before bodies, round trips, CPU a side. Prints one
 * JSON document `{figures: [{id, value, unit, goal, ok, detail}]}`; exit code 1 where a goal is missed. Seeded, so that
 * bytes are the same in every run.
 */
import { scriptArguments } from '../arguments.ts'
import { transactionOrder } from '../../src/domain/item-key.ts'
import { toHex } from '../../src/lib/bytes.ts'
import { createPrng } from '../../src/lib/prng.ts'
import { reconcile, treeOf, WALL_MS, type Cost, type Item } from '../../test/toolkit/kernel/reconcile-cost.ts'

scriptArguments('usage: npm run bench:reconcile: what finding the differences of two sets of 100,000 costs', {})

const ITEMS = 100_000
/** Half an hour of transactions, 55 a second on average, at random times. */
const SPAN_MS = 1_800_000
const SEED = 2_026

const random = createPrng(SEED)
const items = Array.from({ length: ITEMS }, () => WALL_MS - SPAN_MS + random.below(SPAN_MS))
  .sort((a, b) => a - b)
  .map((createdAtMs): Item => ({ order: transactionOrder(createdAtMs), id: toHex(random.bytes(32)) }))

/** Who lacks what of a stretch of `count` adjacent items. */
const SHAPES = {
  'asker lacks them': (index: number): readonly [asker: boolean, answerer: boolean] => [index < 0, true],
  'answerer lacks them': (index: number): readonly [asker: boolean, answerer: boolean] => [true, index < 0],
  'each lacks half': (index: number): readonly [asker: boolean, answerer: boolean] => [
    index % 2 === 0,
    index % 2 !== 0,
  ],
} as const

function run(count: number, at: number, shape: keyof typeof SHAPES): Cost {
  const held = (side: 0 | 1): Item[] =>
    items.filter((_, index) => index < at || index >= at + count || SHAPES[shape](index - at)[side])
  return reconcile(treeOf(held(0)), treeOf(held(1)))
}

const GOALS = [
  { count: 0, bytes: 150, cpuMs: 30 },
  { count: 1, bytes: 2_000, cpuMs: 30 },
  { count: 100, bytes: 4_000, cpuMs: 30 },
  { count: 10_000, bytes: 200_000, cpuMs: null },
]

const figures: object[] = []
let missed = 0
const figure = (id: string, value: number, unit: string, goal: number | null, detail: object): void => {
  const ok = goal === null || value <= goal
  if (!ok) missed++
  figures.push({ id, value: Math.round(value * 100) / 100, unit, goal, ok, detail })
}

run(100, 50_000, 'asker lacks them')
for (const { count, bytes, cpuMs } of GOALS) {
  const runs = (Object.keys(SHAPES) as (keyof typeof SHAPES)[]).flatMap((shape) =>
    // At the end, where a node that was away for a moment differs, and somewhere else.
    [ITEMS - count, 41_234].map((at) => ({ shape, at, ...run(count, at, shape) })),
  )
  const worst = (of: (cost: Cost) => number): number => Math.max(...runs.map(of))
  figure(
    `reconcile-bytes-${count}`,
    worst((cost) => cost.bytes),
    'bytes',
    bytes,
    { items: ITEMS, runs },
  )
  figure(
    `reconcile-rounds-${count}`,
    worst((cost) => cost.roundTrips),
    'round trips',
    3,
    {},
  )
  figure(
    `reconcile-cpu-${count}`,
    worst((cost) => Math.max(cost.askerMs, cost.answererMs)),
    'ms',
    cpuMs,
    {},
  )
}
console.log(JSON.stringify({ seed: SEED, figures }, null, 2))
if (missed > 0) process.exitCode = 1
