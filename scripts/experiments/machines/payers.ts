/** Funded accounts, each with a tenth of the transactions: a node takes few of one sender ahead of their turn. */
export const PAYERS = 30
