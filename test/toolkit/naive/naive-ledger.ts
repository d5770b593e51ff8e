/** The ledger once more, as a plain list that is copied for every block. */
import { ByteVectorType, ContainerType, ListCompositeType, UintBigintType } from '@chainsafe/ssz'
import type { AccountId } from '../../../src/domain/ids.ts'
import type { LedgerFault } from '../../../src/domain/ledger/ledger.ts'
import type { Transaction } from '../../../src/domain/transaction.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { keyBytes } from '../objects/builders.ts'

interface Row {
  readonly key: AccountId
  readonly balance: bigint
  readonly nonce: bigint
}

const u64 = new UintBigintType(8)
const Accounts = new ListCompositeType(
  new ContainerType({ key: new ByteVectorType(32), balance: u64, nonce: u64 }),
  2 ** 32,
)

export class NaiveLedger {
  readonly rows: readonly Row[]

  constructor(rows: readonly Row[]) {
    this.rows = rows
  }

  account(key: AccountId): { nonce: bigint; balance: bigint } {
    const row = this.rows.find((candidate) => candidate.key === key)
    return { nonce: row?.nonce ?? 0n, balance: row?.balance ?? 0n }
  }

  get supply(): bigint {
    return this.rows.reduce((sum, row) => sum + row.balance, 0n)
  }

  apply(transactions: readonly Transaction[], proposer: AccountId): NaiveLedger | LedgerFault {
    let rows = this.rows.map((row) => ({ ...row }))
    const row = (key: AccountId) => {
      const known = rows.find((candidate) => candidate.key === key)
      if (known !== undefined) return known
      rows = [...rows, { key, balance: 0n, nonce: 0n }]
      return rows[rows.length - 1] as { key: AccountId; balance: bigint; nonce: bigint }
    }
    for (const [position, { sender, recipient, amount, fee, nonce }] of transactions.entries()) {
      const fault = (code: LedgerFault['code']): LedgerFault => ({ ok: false, code, position })
      if (amount + fee >= 2n ** 64n || nonce === 2n ** 64n - 1n) return fault('overflow')
      if (nonce < row(sender).nonce) return fault('nonce-too-low')
      if (nonce > row(sender).nonce) return fault('nonce-gap')
      if (row(sender).balance < amount + fee) return fault('insufficient-balance')
      row(sender).balance -= amount + fee
      row(sender).nonce += 1n
      row(recipient).balance += amount
    }
    if (transactions.length > 0) row(proposer).balance += transactions.reduce((sum, { fee }) => sum + fee, 0n)
    return new NaiveLedger(rows)
  }

  /** By the SSZ library's own list of containers. */
  root(): string {
    return toHex(Accounts.hashTreeRoot(this.rows.map((row) => ({ ...row, key: keyBytes(row.key) }))))
  }
}
