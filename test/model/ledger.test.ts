import { describe, expect, it } from 'vitest'
import type { AccountId } from '../../src/domain/ids.ts'
import { verifyAccountProof } from '../../src/domain/ledger/account-proof.ts'
import { Ledger, type AccountChange } from '../../src/domain/ledger/ledger.ts'
import type { Transaction } from '../../src/domain/transaction.ts'
import { toHex } from '../../src/lib/bytes.ts'
import { createPrng } from '../../src/lib/prng.ts'
import { accountKey, buildTransaction } from '../toolkit/objects/builders.ts'
import { NaiveLedger } from '../toolkit/naive/naive-ledger.ts'
import { drawn } from '../toolkit/api/depth.ts'

const OPERATIONS = drawn(3_000, 10_000)
const FUNDED = 5
const STATES = 40

interface State {
  readonly ledger: Ledger
  readonly naive: NaiveLedger
  readonly parent: State | null
  readonly changes: readonly AccountChange[]
}

/** Random blocks on random states of a growing tree: what two branches do to one index of keys is the point. */
function runModel(seed: number): void {
  const prng = createPrng(seed)
  const genesis = Array.from({ length: FUNDED }, (_, i) => ({ key: accountKey(i), balance: 10_000n }))
  const naiveGenesis = new NaiveLedger(genesis.map((account) => ({ ...account, nonce: 0n })))
  let states: State[] = [{ ledger: Ledger.genesis(genesis), naive: naiveGenesis, parent: null, changes: [] }]
  const key = (): AccountId => accountKey(prng.below(60))
  const codes = new Set<string>()

  const transactionFor = (naive: NaiveLedger): Transaction => {
    const sender = prng.below(8) === 0 ? key() : accountKey(prng.below(FUNDED))
    const { nonce, balance } = naive.account(sender)
    return buildTransaction({
      sender,
      recipient: prng.below(10) === 0 ? sender : key(),
      nonce: prng.below(15) === 0 ? nonce + 1n - BigInt(prng.below(2) * Number(nonce > 0n) * 2) : nonce,
      amount: prng.below(25) === 0 ? 2n ** 64n - 1n : prng.below(Math.min(400, Number(balance) + 10)),
      fee: 1 + prng.below(5),
    })
  }

  const addBlock = (on: State): void => {
    const transactions: Transaction[] = []
    let draft = on.naive
    for (let i = prng.below(4); i > 0; i--) {
      const transaction = transactionFor(draft)
      transactions.push(transaction)
      const next = draft.apply([transaction], accountKey('nobody'))
      if (next instanceof NaiveLedger) draft = next
    }
    const proposer = prng.below(3) === 0 ? key() : accountKey(`v${prng.below(3)}`)
    const applied = on.ledger.apply(transactions, proposer)
    const expected = on.naive.apply(transactions, proposer)
    if (!(expected instanceof NaiveLedger)) {
      codes.add(expected.code)
      expect(applied).toEqual(expected)
      return
    }
    if (!applied.ok) throw new Error(`refused: ${applied.code}`)
    codes.add('ok')
    expect(applied.ledger.entries()).toEqual(expected.rows)
    expect(expected.supply).toBe(naiveGenesis.supply)
    states.push({ ledger: applied.ledger, naive: expected, parent: on, changes: applied.changes })
  }

  const check = ({ ledger, naive, parent, changes }: State): void => {
    expect(toHex(ledger.root())).toBe(naive.root())
    const reverted = ledger.revert(changes)
    if (parent !== null) {
      expect(toHex(reverted.root())).toBe(toHex(parent.ledger.root()))
      expect(reverted.entries()).toEqual(parent.naive.rows)
    }
    const someone = key()
    const proof = ledger.proof(someone)
    expect(proof === null).toBe(!naive.rows.some((row) => row.key === someone))
    if (proof === null) return
    expect(proof).toMatchObject({ ...naive.account(someone), ledgerRoot: naive.root() })
    expect(verifyAccountProof(proof)).toBe(true)
    expect(verifyAccountProof({ ...proof, balance: proof.balance + 1n })).toBe(false)
    expect(toHex(Ledger.restore(ledger.entries()).root())).toBe(naive.root())
  }

  for (let step = 0; step < OPERATIONS; step++) {
    const on = states[prng.below(states.length)] as State
    const someone = key()
    expect(on.ledger.account(someone)).toMatchObject(on.naive.account(someone))
    addBlock(on)
    if (step % 25 === 0) check(states[prng.below(states.length)] as State)
    if (states.length > STATES) states = states.filter((_, index) => index === 0 || index > STATES / 2)
    if (step % 200 === 0) {
      const [first, ...others] = states.map((state) => state.ledger)
      first?.retainIndex(others, FUNDED)
      // Not more than the places that the kept states have for the keys.
      const places = new Set(states.flatMap(({ naive }) => naive.rows.map((row, at) => `${row.key} ${at}`)))
      expect(first?.indexSize).toBe(places.size)
    }
  }
  expect([...codes].sort()).toEqual(['insufficient-balance', 'nonce-gap', 'nonce-too-low', 'ok', 'overflow'])
}

describe('the ledger and its naive twin', () => {
  it(`agree on ${OPERATIONS} blocks over many branches (seed 7)`, { timeout: 60_000 }, () => {
    runModel(7)
  })
})
