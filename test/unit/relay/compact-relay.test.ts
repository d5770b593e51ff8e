import { expect, test } from 'vitest'
import { shortIdOf, type CompactBlock, type SignedHeader } from '../../../src/domain/block.ts'
import { asBlockHash, asPeerId, type TxHash } from '../../../src/domain/ids.ts'
import { transactionHash } from '../../../src/domain/codec/transaction-codec.ts'
import type { Transaction } from '../../../src/domain/transaction.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { MISSING_DEADLINE_MS, PARTIAL_BLOCKS_MAX } from '../../../src/relay/compact-limits.ts'
import { CompactRelay, type Rebuild } from '../../../src/relay/compact-relay.ts'

const [a, b] = [asPeerId('a'), asPeerId('b')]
const hashes: TxHash[] = Array.from({ length: 10 }, (_, i) => transactionHash(Uint8Array.of(i)))
const body = hashes.map((hash) => ({ hash }) as Transaction)

function compact(name: string, prefilled: readonly number[] = []): CompactBlock {
  return {
    header: { hash: asBlockHash(name) } as SignedHeader,
    shortIds: hashes.map(shortIdOf),
    prefilled: prefilled.map((index) => ({ index, transaction: body[index]! })),
    bytes: new Uint8Array(),
  }
}

/** A pool that holds the transactions at these places. */
const pool =
  (...places: readonly number[]) =>
  (id: string): Transaction | null => {
    const at = hashes.findIndex((hash) => shortIdOf(hash) === id)
    return places.includes(at) ? body[at]! : null
  }
const all = body.map((_, i) => i)

test('a warm pool rebuilds without asking', () => {
  const relay = new CompactRelay()
  expect(relay.start(compact('x'), a, pool(...all), 0)).toMatchObject({
    kind: 'complete',
    transactions: body,
    asked: 0,
  })
})

test('what is missing is asked once from the source, and only that', () => {
  const relay = new CompactRelay()
  const asked = relay.start(compact('x', [0]), a, pool(1, 2, 3, 4, 5, 6, 7), 0)
  expect(asked).toEqual({ kind: 'ask', peer: a, hash: 'x', missing: [8, 9] })
  expect(relay.expected(asBlockHash('x'), a)?.map(({ index }) => index)).toEqual([8, 9])
  expect(relay.expected(asBlockHash('x'), b)).toBeNull()
  const rebuilt = relay.filled(
    asBlockHash('x'),
    a,
    new Map([
      [8, body[8]!],
      [9, body[9]!],
    ]),
    10,
  )
  expect(rebuilt).toMatchObject({ kind: 'complete', transactions: body, asked: 1 })
})

test('a silent source is left for the next one, and with nobody left the block is given up', () => {
  const relay = new CompactRelay()
  relay.start(compact('x'), a, pool(), 0)
  expect(relay.announced(asBlockHash('x'), b, 1)).toEqual({ kind: 'nothing' })
  expect(relay.wake(MISSING_DEADLINE_MS)).toEqual([])
  expect(relay.wake(MISSING_DEADLINE_MS + 1)).toMatchObject([{ kind: 'ask', peer: b }])
  expect(relay.peerGone(b, MISSING_DEADLINE_MS + 2)).toEqual([{ kind: 'given-up', hash: 'x' }])
})

test('random operations keep the invariants', () => {
  const seed = 3
  console.log(`seed ${seed}`)
  const prng = createPrng(seed)
  const relay = new CompactRelay()
  const peers = Array.from({ length: 12 }, (_, i) => asPeerId(`p${i}`))
  let open: Extract<Rebuild, { kind: 'ask' }>[] = []
  let now = 0
  for (let i = 0; i < 10_000; i++) {
    now += prng.below(300)
    const name = `block-${prng.below(2 * PARTIAL_BLOCKS_MAX)}`
    const peer = peers[prng.below(peers.length)]!
    const places = all.filter(() => prng.below(3) > 0)
    const outcomes: Rebuild[] = []
    switch (prng.below(6)) {
      case 0:
      case 1:
        outcomes.push(relay.start(compact(name), peer, pool(...places), now))
        break
      case 2:
        outcomes.push(relay.announced(asBlockHash(name), peer, now))
        break
      case 3: {
        const ask = open.splice(prng.below(open.length), 1)[0]
        if (ask === undefined) break
        const some = new Map(ask.missing.filter(() => prng.below(4) > 0).map((index) => [index, body[index]!]))
        outcomes.push(relay.filled(ask.hash, ask.peer, some, now))
        break
      }
      case 4:
        outcomes.push(...relay.wake(now))
        break
      default:
        outcomes.push(...relay.peerGone(peer, now))
    }
    for (const outcome of outcomes) {
      if (outcome.kind === 'ask') open.push(outcome)
      if (outcome.kind === 'complete') expect(outcome.transactions).toEqual(body)
    }
    open = open.slice(-50)
    relay.invariants()
  }
})
