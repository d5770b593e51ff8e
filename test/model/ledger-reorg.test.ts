/**
 * Chain, ledger and pool together, moved as the kernel moves them, with a store that survives a restart; against
 * ledgers worked out anew for every block, and against the promise that a local transaction ends in a block, expired or
 * replaced.
 */
import { describe, expect, it } from 'vitest'
import { Chain } from '../../src/chain/chain.ts'
import { CHAIN_LIMITS } from '../../src/chain/limits.ts'
import { headerOf, type SignedHeader } from '../../src/domain/block.ts'
import { asBlockHash, type AccountId, type BlockHash, type TxId } from '../../src/domain/ids.ts'
import type { LedgerEntry } from '../../src/domain/ledger/account-tree.ts'
import { Ledger, type AccountChange } from '../../src/domain/ledger/ledger.ts'
import { checkBody, checkBodyOf } from '../../src/domain/rules/body-rules.ts'
import { proposerOf, slotTimeMs } from '../../src/domain/slots.ts'
import type { Transaction } from '../../src/domain/transaction.ts'
import { createPrng } from '../../src/lib/prng.ts'
import { MEMPOOL_LIMITS } from '../../src/mempool/limits.ts'
import { Mempool } from '../../src/mempool/mempool.ts'
import { accountKey, buildHeader, buildNetwork, buildTransaction, TEST_NETWORK } from '../toolkit/objects/builders.ts'
import { NaiveLedger } from '../toolkit/naive/naive-ledger.ts'
import { drawn } from '../toolkit/api/depth.ts'

const OPERATIONS = drawn(3_000, 10_000)
const USERS = 12
const network = {
  ...buildNetwork({ accounts: Array.from({ length: USERS }, (_, i) => ({ key: accountKey(i), balance: 5_000n })) }),
  txLifetimeMs: 120_000,
}
const chainLimits = { ...CHAIN_LIMITS, undoWindow: 40, ledgersKept: 4 }
const poolLimits = { ...MEMPOOL_LIMITS.node, countMax: 150, pendingPerSenderMax: 12 }
const genesis = { hash: asBlockHash(TEST_NETWORK), height: 0, slot: 0, makers: [] as AccountId[] }

interface Known {
  readonly header: SignedHeader | null
  readonly body: readonly Transaction[]
  readonly naive: NaiveLedger
}

/** What a node would have on its disk. */
interface Disk {
  readonly accounts: Map<number, LedgerEntry>
  readonly changes: Map<BlockHash, readonly AccountChange[]>
}

function runModel(seed: number): void {
  const prng = createPrng(seed)
  const funded = new NaiveLedger(network.accounts.map((account) => ({ ...account, nonce: 0n })))
  const known = new Map<string, Known>([[genesis.hash, { header: null, body: [], naive: funded }]])
  const disk: Disk = { accounts: new Map(), changes: new Map() }
  const pool = new Mempool(poolLimits, network)
  const locals = new Map<TxId, Transaction>()
  const ended = new Map<TxId, string>()
  const kinds = new Set<string>()
  let slot = 0

  Ledger.genesis(network.accounts)
    .entries()
    .forEach((entry, index) => disk.accounts.set(index, entry))

  const readLedger = (): Ledger => {
    const indexes = [...disk.accounts.keys()].sort((a, b) => a - b)
    expect(indexes).toEqual(indexes.map((_, index) => index))
    return Ledger.restore(indexes.map((index) => disk.accounts.get(index)!))
  }
  const openChain = (root: typeof genesis, headers: readonly SignedHeader[]): Chain =>
    new Chain({ root, headers, ledger: readLedger(), validatorCount: network.validators.length }, chainLimits)
  let chain = openChain(genesis, [])

  const nowMs = (): number => slotTimeMs(network, slot)
  const accountOf = (id: AccountId) => chain.ledger.account(id)
  const user = (): AccountId => accountKey(prng.below(USERS))
  const at = (hash: string): Known => known.get(hash)!

  const submit = (): void => {
    const sender = user()
    const next = pool.nextNonce(sender, accountOf(sender))
    const transaction = buildTransaction({
      sender,
      recipient: accountKey(prng.below(USERS + 20)),
      nonce: prng.below(6) === 0 ? next + BigInt(prng.below(3)) : next - BigInt(next > 0n && prng.below(8) === 0),
      amount: prng.below(200),
      fee: 1 + prng.below(30),
      createdAtMs: nowMs() - prng.below(60_000),
    })
    const admission = pool.insert(transaction, accountOf(sender), nowMs(), prng.below(3) === 0)
    kinds.add(admission.kind)
    if (admission.kind === 'refused') return
    if (pool.get(transaction.id)?.local === true) locals.set(transaction.id, transaction)
    if (admission.replaced !== null) ended.set(admission.replaced, 'replaced')
    for (const id of admission.evicted) expect(locals.has(id)).toBe(false)
  }

  /** A block by whoever's slot it is: of our pool, or of transactions that we have not seen; now and then a lie. */
  const make = (parentHash: string, ofSlot: number): SignedHeader => {
    const parent = at(parentHash)
    const proposer = proposerOf(network, ofSlot)!
    let naive = parent.naive
    const body: Transaction[] = []
    const take = (transaction: Transaction): void => {
      const next = naive.apply([transaction], accountKey('nobody'))
      if (!(next instanceof NaiveLedger)) return
      naive = next
      body.push(transaction)
    }
    const timeMs = slotTimeMs(network, ofSlot)
    if (parentHash === chain.head.hash) {
      const room = { countMax: 1 + prng.below(8), bytesMax: 100_000 }
      const selected = pool.select(room, timeMs, accountOf)
      for (const transaction of selected) take(transaction)
      expect(body).toEqual(selected)
    }
    for (let i = prng.below(3); i > 0; i--) {
      const sender = user()
      const { nonce } = naive.account(sender)
      const fee = 1 + prng.below(9)
      take(
        buildTransaction({
          sender,
          recipient: accountKey(prng.below(80)),
          nonce,
          amount: prng.below(90),
          fee,
          createdAtMs: timeMs,
        }),
      )
    }
    const after = parent.naive.apply(body, proposer)
    if (!(after instanceof NaiveLedger)) throw new Error('the body was tried')
    const isLie = prng.below(25) === 0
    const place = {
      parent: asBlockHash(parentHash),
      height: (parent.header?.height ?? 0) + 1,
      slot: ofSlot,
      proposer,
      ledgerRoot: isLie ? 'ee'.repeat(32) : after.root(),
    }
    const header = buildHeader(headerOf(place, body))
    known.set(header.hash, { header, body, naive: after })
    return header
  }

  const receive = (header: SignedHeader): void => {
    const outcome = chain.addHeader(header)
    kinds.add(outcome.kind === 'refused' ? outcome.code : outcome.kind)
    const { body } = at(header.hash)
    expect(checkBodyOf(header, body)).toBeNull()
    if (body.length > 0) expect(checkBodyOf(header, body.slice(1))).toBe('body-mismatch')
    chain.addBody(header.hash)
    follow()
  }

  const follow = (): void => {
    for (let step = chain.nextStep(); step !== null; step = chain.nextStep()) {
      kinds.add(step.kind)
      if (step.kind === 'check') {
        const { hash } = step.header
        const verdict = checkBody(step.header, at(hash).body, network, step.parent)
        if (verdict.ok) chain.setValid(hash, verdict.ledger, verdict.changes)
        else {
          kinds.add(verdict.code)
          chain.setInvalid(hash)
        }
      } else if (step.kind === 'read-changes') {
        chain.setChanges(step.hash, disk.changes.get(step.hash)!)
      } else move(step)
    }
  }

  const move = (step: Extract<ReturnType<Chain['nextStep']>, { kind: 'adopt' }>): void => {
    const adoption = chain.adopt(step.reorg)
    if (adoption === null) throw new Error('nothing came between')
    const { reorg, ledger, touched, touchedIndexes, changes } = adoption
    if (reorg.disconnect.length > 0) kinds.add('reorg')
    if (reorg.disconnect.length > 6) kinds.add('deep reorg')
    for (const [hash, of] of changes) disk.changes.set(hash, of)
    for (const index of touchedIndexes) {
      const [entry] = ledger.entries(index, 1)
      if (entry === undefined) disk.accounts.delete(index)
      else disk.accounts.set(index, entry)
    }
    const connected = new Set(reorg.connect.flatMap((hash) => at(hash).body.map(({ id }) => id)))
    const returned = reorg.disconnect
      .flatMap((hash) => at(hash).body)
      .filter(({ id }) => !connected.has(id))
      .map((transaction) => {
        const local = locals.has(transaction.id)
        return { transaction, local, durable: local, admittedMs: nowMs() }
      })
    const change = pool.rebase(touched, accountOf, returned)
    for (const id of change.evicted) expect(locals.has(id)).toBe(false)
    if (returned.some(({ transaction }) => pool.has(transaction.id))) kinds.add('returned to the pool')
  }

  const restart = (): void => {
    const headers: SignedHeader[] = []
    const root = chain.root
    for (let height = root.height + 1; height <= chain.head.height; height++)
      headers.push(chain.header(chain.at(height)!.hash)!)
    const before = chain
    chain = openChain({ hash: root.hash, height: root.height, slot: root.slot, makers: [...root.makers] }, headers)
    expect(chain.head.hash).toBe(before.head.hash)
    expect(chain.ledger.root()).toEqual(before.ledger.root())
  }

  const operate = (): void => {
    const dice = prng.below(1_000)
    if (dice < 600) submit()
    else if (dice < 900) {
      slot += 1 + prng.below(2)
      receive(make(chain.head.hash, slot))
    } else if (dice < 985) {
      // A rival on one of the last blocks.
      const parent = chain.at(Math.max(chain.root.height, chain.head.height - 1 - prng.below(2)))!
      slot++
      receive(make(parent.hash, slot))
    } else if (dice < 993) {
      // The other side of a partition.
      const depth = Math.min(chain.head.height - chain.root.height, 1 + prng.below(12))
      let parent = chain.at(chain.head.height - depth)!.hash as string
      const headers: SignedHeader[] = []
      for (let i = 0; i <= depth; i++) {
        slot++
        const header = make(parent, slot)
        headers.push(header)
        parent = header.hash
      }
      for (const header of headers) receive(header)
    } else restart()
    for (const id of pool.expire(nowMs())) if (locals.has(id)) ended.set(id, 'expired')
  }

  const check = (): void => {
    const { naive } = at(chain.head.hash)
    expect(chain.ledger.size).toBe(naive.rows.length)
    const someone = user()
    expect(chain.ledger.account(someone)).toMatchObject(naive.account(someone))
    for (const [id, transaction] of locals) {
      if (ended.has(id) || pool.has(id)) continue
      // Neither here nor ended: its nonce is used on the best chain, by itself or by another.
      if (transaction.nonce >= naive.account(transaction.sender).nonce) throw new Error(`${id} is lost`)
    }
  }

  for (let operation = 0; operation < OPERATIONS; operation++) {
    operate()
    pool.invariants()
    chain.invariants()
    check()
    if (operation % 50 === 0) {
      const { naive } = at(chain.head.hash)
      expect(chain.ledger.entries()).toEqual(naive.rows)
      expect(readLedger().entries()).toEqual(naive.rows)
      // What lies deep enough is settled for this test: the oldest need no watching.
      for (const [id] of [...locals].slice(0, -400)) locals.delete(id)
    }
  }
  expect(chain.head.height).toBeGreaterThan(OPERATIONS / 10)
  for (const kind of ['admitted', 'refused', 'added', 'check', 'adopt', 'read-changes', 'reorg', 'deep reorg'])
    expect([...kinds]).toContain(kind)
  for (const kind of ['returned to the pool', 'body-ledger-root']) expect([...kinds]).toContain(kind)
  expect(new Set(ended.values())).toEqual(new Set(['expired', 'replaced']))
}

describe('chain, ledger and pool, and their naive twins', () => {
  it(`agree on ${OPERATIONS} operations with reorgs and restarts (seed 3)`, { timeout: 120_000 }, () => {
    runModel(3)
  })
})
