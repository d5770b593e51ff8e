/** What the ledger has for a key. */
export interface Account {
  /** The next nonce that the ledger expects: how many transactions of this sender are in the chain. */
  readonly nonce: bigint
  readonly balance: bigint
}

/** The account of a key that the chain has not mentioned yet. */
export const EMPTY_ACCOUNT: Account = { nonce: 0n, balance: 0n }
