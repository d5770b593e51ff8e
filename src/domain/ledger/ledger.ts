/**
 * The ledger after some block: who has how much, and which nonce comes next. Immutable; a block gives a new one that
 * shares all that it did not touch. The old one stays valid, so that a reorg takes it back by its pointer.
 *
 * Rules.
 * - A transaction is taken when its nonce is the account's next one and the balance covers amount + fee. The sender
 *   pays both, the recipient gets the amount; sending to oneself is allowed, and costs the fee.
 * - The proposer gets all fees of a block at its end: it can't spend within a block what the block pays it.
 * - Accounts stand in order of first appearance: genesis, then of each transaction its sender, its recipient, at the
 *   end of a block with at least one transaction its proposer. An account never goes.
 *
 * Invariant: the balances add up to what genesis funded, so that none can run over 64 bits.
 */
import { assert } from '../../lib/assert.ts'
import { toHex } from '../../lib/bytes.ts'
import type { AccountId } from '../ids.ts'
import { U64_MAX, type GenesisAccount } from '../params.ts'
import type { RejectCode } from '../reject.ts'
import { checkValues, costOf } from '../rules/transaction-rules.ts'
import type { Transaction } from '../transaction.ts'
import { EMPTY_ACCOUNT, type Account } from './account.ts'
import type { AccountProof } from './account-proof.ts'
import { AccountTree, type LedgerEntry } from './account-tree.ts'
import { KeyIndex } from './key-index.ts'

/** One account that a block changed. `before` is null where it appeared. */
export interface AccountChange {
  readonly index: number
  readonly key: AccountId
  readonly before: Account | null
  readonly after: Account
}

/** Why a transaction is not taken: the first one of a block that isn't. */
export interface LedgerFault {
  readonly ok: false
  readonly code: Extract<RejectCode, 'overflow' | 'nonce-too-low' | 'nonce-gap' | 'insufficient-balance'>
  /** Position in the block. */
  readonly position: number
}

export type Applied =
  { readonly ok: true; readonly ledger: Ledger; readonly changes: readonly AccountChange[] } | LedgerFault

export class Ledger {
  readonly #tree: AccountTree
  readonly #index: KeyIndex

  private constructor(tree: AccountTree, index: KeyIndex) {
    this.#tree = tree
    this.#index = index
  }

  /** The ledger before the first block. */
  static genesis(accounts: readonly GenesisAccount[]): Ledger {
    return Ledger.restore(accounts.map(({ key, balance }) => ({ key, balance, nonce: 0n })))
  }

  /**
   * A ledger from all its accounts in order, as they were read back from disk. Compare `root` with the head's before
   * using it.
   */
  static restore(accounts: readonly LedgerEntry[]): Ledger {
    const index = new KeyIndex()
    accounts.forEach((entry, at) => index.add(entry.key, at))
    return new Ledger(AccountTree.empty.with(accounts.map((entry, at) => ({ index: at, entry }))), index)
  }

  /** How many accounts there are. */
  get size(): number {
    return this.#tree.length
  }
  /** Candidates in the index of keys that all branches share. */
  get indexSize(): number {
    return this.#index.count
  }

  /** `ledgerRoot`, 32 bytes. */
  root(): Uint8Array {
    return this.#tree.root()
  }

  account(key: AccountId): Account {
    const index = this.#index.find(key, this.#tree)
    return index === null ? EMPTY_ACCOUNT : this.#tree.at(index)
  }

  /** Accounts from `start` on, in order, at most `count`: for a snapshot in slices. */
  entries(start = 0, count = this.size): readonly LedgerEntry[] {
    const end = Math.min(this.size, start + count)
    return end > start ? this.#tree.entries(start, end - start) : []
  }

  /** That an account stands in this ledger as it does; null where the key has not appeared. */
  proof(key: AccountId): AccountProof | null {
    const index = this.#index.find(key, this.#tree)
    if (index === null) return null
    const { balance, nonce } = this.#tree.at(index)
    const branch = this.#tree.branch(index).map(toHex)
    return { key, balance, nonce, index, size: this.size, branch, ledgerRoot: toHex(this.root()) }
  }

  /** The ledger after a block with these transactions, or why there is none. */
  apply(transactions: readonly Transaction[], proposer: AccountId): Applied {
    if (transactions.length === 0) return { ok: true, ledger: this, changes: [] }
    const draft = new Draft((key) => this.#index.find(key, this.#tree), this.#tree)
    let fees = 0n
    for (const [position, transaction] of transactions.entries()) {
      const code = draft.take(transaction)
      if (code !== null) return { ok: false, code, position }
      fees += transaction.fee
    }
    draft.credit(proposer, fees)
    const changes = draft.changes()
    for (const { key, index, before } of changes) if (before === null) this.#index.add(key, index)
    const entries = changes.map(({ index, key, after }) => ({ index, entry: { key, ...after } }))
    return { ok: true, ledger: new Ledger(this.#tree.with(entries), this.#index), changes }
  }

  /**
   * The ledger before the last block, whose changes these are: for a pointer that is no longer in memory. Accounts that
   * appeared were appended, so the list is cut.
   */
  revert(changes: readonly AccountChange[]): Ledger {
    const kept = changes.flatMap(({ index, key, before }) =>
      before === null ? [] : [{ index, entry: { key, ...before } }],
    )
    const size = this.size - (changes.length - kept.length)
    return new Ledger(this.#tree.with(kept).truncated(size), this.#index)
  }

  /**
   * Forgets in the shared index what is neither in this ledger nor in `others`; all share their first `common`
   * accounts.
   */
  retainIndex(others: readonly Ledger[], common: number): void {
    this.#index.retain(
      [this, ...others].map((ledger) => ledger.#tree),
      common,
    )
  }
}

/** Accounts while a block is applied: those it touches, over those of the tree. */
class Draft {
  readonly #find: (key: AccountId) => number | null
  readonly #tree: AccountTree
  readonly #touched = new Map<AccountId, { index: number; before: Account | null; nonce: bigint; balance: bigint }>()
  #length: number

  constructor(find: (key: AccountId) => number | null, tree: AccountTree) {
    this.#find = find
    this.#tree = tree
    this.#length = tree.length
  }

  take(transaction: Transaction): LedgerFault['code'] | null {
    const values = checkValues(transaction)
    if (values !== null) return values
    const sender = this.#touch(transaction.sender)
    if (transaction.nonce !== sender.nonce) return transaction.nonce < sender.nonce ? 'nonce-too-low' : 'nonce-gap'
    const cost = costOf(transaction)
    if (cost > sender.balance) return 'insufficient-balance'
    sender.nonce++
    sender.balance -= cost
    this.credit(transaction.recipient, transaction.amount)
    return null
  }

  credit(key: AccountId, amount: bigint): void {
    const account = this.#touch(key)
    account.balance += amount
    assert(account.balance <= U64_MAX, 'the supply fits into 64 bits')
  }

  /** By index. */
  changes(): AccountChange[] {
    return [...this.#touched]
      .map(([key, { index, before, nonce, balance }]) => ({ index, key, before, after: { nonce, balance } }))
      .sort((a, b) => a.index - b.index)
  }

  #touch(key: AccountId): { nonce: bigint; balance: bigint } {
    const known = this.#touched.get(key)
    if (known !== undefined) return known
    const found = this.#find(key)
    const before = found === null ? null : this.#tree.at(found)
    const { nonce, balance } = before ?? EMPTY_ACCOUNT
    const touched = {
      index: found ?? this.#length++,
      before: before === null ? null : { nonce, balance },
      nonce,
      balance,
    }
    this.#touched.set(key, touched)
    return touched
  }
}
