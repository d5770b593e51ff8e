import { describe, expect, it } from 'vitest'
import type { AccountId, TxId } from '../../src/domain/ids.ts'
import type { Account } from '../../src/domain/ledger/account.ts'
import type { Transaction } from '../../src/domain/transaction.ts'
import { createPrng } from '../../src/lib/prng.ts'
import { Mempool, type ReturnedTransaction } from '../../src/mempool/mempool.ts'
import type { MempoolLimits } from '../../src/mempool/limits.ts'
import { accountKey, buildTransaction, readTransaction, TEST_START_MS } from '../toolkit/objects/builders.ts'
import { NaiveMempool } from '../toolkit/naive/naive-mempool.ts'
import { drawn } from '../toolkit/api/depth.ts'

// Small enough that every bound is met all the time.
const limits: MempoolLimits = {
  countMax: 24,
  bytesMax: 6_000,
  pendingPerSenderMax: 5,
  parkedPerSenderMax: 3,
  parkedMax: 7,
  nonceGapMax: 4,
}
const policy = { feeFloor: 2n, txLifetimeMs: 60_000 }
const OPERATIONS = drawn(5_000, 10_000)
const SENDERS = 9

const EVERY_KIND = [
  ...[
    'overflow',
    'known',
    'known-other-signature',
    'expired',
    'too-early',
    'fee-too-low',
    'nonce-too-low',
    'nonce-gap',
  ],
  ...['replacement-underpriced', 'insufficient-balance', 'balance-committed', 'sender-full', 'pool-full'],
  ...['evicts for pending', 'evicts for parked', 'replaces pending', 'replaces parked', 'promotes'],
  ...['rebase removed', 'rebase evicted', 'rebase promoted', 'rebase demoted'],
  ...['pending local', 'pending remote', 'parked local', 'parked remote'],
].sort()

/** Accounts of a ledger that only counts, and which transactions it took from each. */
class Accounts {
  readonly #accounts = new Map<AccountId, Account>()
  readonly taken = new Map<AccountId, ReturnedTransaction[]>()
  readonly of = (id: AccountId): Account => this.#accounts.get(id) ?? { nonce: 0n, balance: 500n }
  set(id: AccountId, account: Account): void {
    this.#accounts.set(id, account)
  }
}

function runModel(seed: number): void {
  const prng = createPrng(seed)
  const pool = new Mempool(limits, policy)
  const naive = new NaiveMempool(limits, policy)
  const accounts = new Accounts()
  const seen: Transaction[] = []
  let nowMs = TEST_START_MS
  /** What has happened at least once: a model that never fills its pool proves little. */
  const kinds = new Set<string>()
  const pick = <T>(items: readonly T[]): T | undefined => items[prng.below(items.length)]
  const sorted = (ids: readonly TxId[]): TxId[] => [...ids].sort()

  const randomTransaction = (): Transaction => {
    const sender = accountKey(prng.below(SENDERS))
    const next = pool.nextNonce(sender, accounts.of(sender))
    const nonce = next + BigInt(prng.below(9)) - BigInt(prng.below(2) * prng.below(5))
    return buildTransaction({
      sender,
      nonce: nonce < 0n ? 0n : nonce,
      amount: prng.below(20) === 0 ? 2n ** 64n - BigInt(prng.below(60)) : prng.below(130),
      fee: 1 + prng.below(40),
      createdAtMs: nowMs + 35_000 - prng.below(100_000),
      payloadBytes: prng.below(4) === 0 ? prng.below(1_500) : prng.below(40),
    })
  }

  const insert = (): void => {
    const again = prng.below(12) === 0 ? pick(seen) : undefined
    let transaction = again ?? randomTransaction()
    if (again !== undefined && prng.below(2) === 0)
      transaction = readTransaction(again.bytes, buildTransaction({ signature: 'other' }).hash)
    seen.push(transaction)
    const account = accounts.of(transaction.sender)
    const local = prng.below(8) === 0
    const foretold = pool.precheck(transaction, account, nowMs)
    const admission = pool.insert(transaction, account, nowMs, local)
    expect(admission).toEqual(naive.insert(transaction, account, nowMs, local))
    if (admission.kind === 'refused') kinds.add(admission.code)
    else if (admission.evicted.length > 0) kinds.add(`evicts for ${admission.state}`)
    else if (admission.replaced !== null) kinds.add(`replaces ${admission.state}`)
    else if (admission.promoted.length > 0) kinds.add('promotes')
    expect(foretold).toBe(admission.kind === 'refused' ? admission.code : null)
  }

  /** A block of some senders' first pending ones, or a reorg that gives the last ones back; balances move as well. */
  const moveLedger = (): void => {
    const touched: AccountId[] = []
    const returned: ReturnedTransaction[] = []
    for (let i = prng.below(4); i >= 0; i--) {
      const id = accountKey(prng.below(SENDERS))
      if (touched.includes(id)) continue
      touched.push(id)
      const { nonce, balance } = accounts.of(id)
      const taken = accounts.taken.get(id) ?? []
      accounts.taken.set(id, taken)
      let next = nonce
      if (prng.below(3) === 0) {
        const back = taken.splice(-prng.below(4) - 1)
        next -= BigInt(back.length)
        returned.push(...back)
      } else {
        for (const item of naive.pendingOf(id).slice(0, prng.below(4))) {
          const { transaction, local } = item
          taken.push({ transaction, local, durable: local, admittedMs: nowMs })
          next++
        }
        // A block of somebody else's may hold another transaction of this nonce: what we had is stale, and nothing
        // comes back.
        if (prng.below(6) === 0) {
          next++
          taken.length = 0
        }
      }
      const moved = balance + BigInt(prng.below(200)) - BigInt(prng.below(200))
      accounts.set(id, { nonce: next, balance: moved < 0n ? 0n : moved })
    }
    const change = pool.rebase(touched, accounts.of, returned)
    const expected = naive.rebase(touched, accounts.of, returned)
    for (const [name, ids] of Object.entries(change)) if (ids.length > 0) kinds.add(`rebase ${name}`)
    expect(change.evicted).toEqual(expected.evicted)
    expect(sorted(change.removed)).toEqual(sorted(expected.removed))
    expect(sorted(change.promoted)).toEqual(sorted(expected.promoted))
    expect(sorted(change.demoted)).toEqual(sorted(expected.demoted))
  }

  const operate = (): void => {
    const dice = prng.below(100)
    if (dice < 70) insert()
    else if (dice < 82) moveLedger()
    else if (dice < 86) {
      const id = pick([...pool.entries()])?.transaction.id
      if (id === undefined) return
      pool.remove(id)
      naive.remove(id)
    } else if (dice < 88) {
      const id = pick([...pool.entries()])?.transaction.id
      if (id === undefined) return
      pool.markLocal(id)
      naive.markLocal(id)
    } else if (dice < 96) {
      nowMs += prng.below(6_000)
      expect(sorted(pool.expire(nowMs))).toEqual(sorted(naive.expire(nowMs)))
    } else {
      const room = { countMax: 1 + prng.below(12), bytesMax: 200 + prng.below(4_000) }
      const slotTimeMs = nowMs - prng.below(20_000)
      const selected = pool.select(room, slotTimeMs, accounts.of).map((transaction) => transaction.id)
      expect(selected).toEqual(naive.select(room, slotTimeMs).map((transaction) => transaction.id))
    }
  }

  for (let step = 0; step < OPERATIONS; step++) {
    operate()
    pool.invariants()
    expect(pool.bytes).toBe(naive.bytes)
    const pending = naive.pendingIds()
    expect([...pool.entries()].map((entry) => entry.transaction.id).sort()).toEqual(
      naive.items.map((item) => item.transaction.id).sort(),
    )
    for (const entry of pool.entries()) {
      expect(entry.state === 'pending').toBe(pending.has(entry.transaction.id))
      kinds.add(`${entry.state} ${entry.local ? 'local' : 'remote'}`)
    }
  }
  expect([...kinds].sort()).toEqual(EVERY_KIND)

  nowMs += policy.txLifetimeMs + 200_000
  pool.expire(nowMs)
  pool.invariants()
  expect(pool.sizes().map(({ size }) => size)).toEqual([0, 0, 0])
  expect(pool.parked).toBe(0)
}

describe('the mempool and its naive twin', () => {
  for (const seed of [1, 2])
    it(`agree on ${OPERATIONS} operations, and end empty (seed ${seed})`, { timeout: 60_000 }, () => {
      runModel(seed)
    })
})
