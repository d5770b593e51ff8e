/**
 * Every reason for which an object is not taken, and the one table of what follows from it (PROTOCOL.md, Verdicts).
 *
 * `reject` is for what an honest node could never have forwarded; it is an offence of the sender. `ignore` is for all
 * that depends on our state, clock, policy or load: an honest node may differ from us there, so it must cost nobody
 * anything by itself.
 */
import type { Verdict } from './verdict.ts'

/**
 * `invalid` counts towards the ban (ten within an hour); `unpaid` towards a disconnect without a ban (more than 50 in
 * 10 s): a flood of what the ledger refuses is free to make, but an honest node out of step with us may send a few.
 */
export type Offence = 'invalid' | 'unpaid'

export interface Consequence {
  readonly verdict: Verdict
  readonly offence: Offence | null
  /** It hangs on what else is here: when that has changed, the object is worth another look. Absent: it is not. */
  readonly isPassing?: true
  readonly httpStatus: 200 | 400 | 413 | 422 | 429 | 503
  /** What is wrong, for a person. */
  readonly message: string
  /** What to do next, for a person. */
  readonly hint: string
}

const TABLE = {
  undecodable: {
    verdict: 'reject',
    offence: 'invalid',
    httpStatus: 400,
    message: 'the bytes are not a signed transaction',
    hint: 'make them with `hearsay tx sign`; PROTOCOL.md has the format',
  },
  'too-large': {
    verdict: 'reject',
    offence: 'invalid',
    httpStatus: 413,
    message: 'the payload is longer than 16384 bytes',
    hint: 'shorten the payload, or relay its hash instead',
  },
  overflow: {
    verdict: 'reject',
    offence: 'invalid',
    httpStatus: 422,
    message: 'amount and fee together exceed 18446744073709551615',
    hint: 'lower the amount or the fee',
  },
  'invalid-key': {
    verdict: 'reject',
    offence: 'invalid',
    httpStatus: 422,
    message: 'the sender is not a valid Ed25519 public key of the prime-order subgroup',
    hint: 'make a key with `hearsay keys new`',
  },
  'invalid-signature': {
    verdict: 'reject',
    offence: 'invalid',
    httpStatus: 422,
    message: 'the signature does not verify for this sender, body and network',
    hint: 'sign again, with the key of the sender and the network of this node (`hearsay status` shows it)',
  },
  known: {
    verdict: 'ignore',
    offence: null,
    httpStatus: 200,
    message: 'already known',
    hint: 'nothing to do',
  },
  'known-other-signature': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 200,
    message: 'already known with another signature',
    hint: 'nothing to do: the id does not depend on the signature',
  },
  expired: {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'the transaction is older than the network lets a transaction live',
    hint: 'sign it again; if it was just signed, check the clocks of both machines',
  },
  'too-early': {
    verdict: 'ignore',
    offence: null,
    isPassing: true,
    httpStatus: 422,
    message: 'the transaction was created more than 30 s in the future',
    hint: 'check the clocks of both machines',
  },
  'fee-too-low': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'the fee is below the floor of the network',
    hint: 'raise it with --fee',
  },
  'nonce-too-low': {
    verdict: 'ignore',
    offence: 'unpaid',
    httpStatus: 422,
    message: 'the nonce was used already',
    hint: 'leave --nonce out to take the next free one',
  },
  'nonce-gap': {
    verdict: 'ignore',
    // What is missing before it may be our own loss: a restart, a full queue, another path. No peer can know it.
    offence: null,
    isPassing: true,
    httpStatus: 422,
    message: 'the nonce is more than 16 ahead of the next one of this sender',
    hint: 'send the missing ones first, or leave --nonce out',
  },
  'insufficient-balance': {
    verdict: 'ignore',
    offence: 'unpaid',
    isPassing: true,
    httpStatus: 422,
    message: 'the balance does not cover this transaction',
    hint: 'see `hearsay account show`; lower the amount or wait',
  },
  'balance-committed': {
    verdict: 'ignore',
    // What is pending here need not be so elsewhere: two transactions of one nonce part the pools of honest nodes.
    offence: null,
    isPassing: true,
    httpStatus: 422,
    message: 'the balance does not cover this transaction and the pending ones before it',
    hint: 'see `hearsay account show`; lower the amount, or wait until some are in a block',
  },
  'replacement-underpriced': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'another transaction with this nonce is pending and the fee is not at least a tenth higher',
    hint: 'raise --fee to replace it, or leave --nonce out',
  },
  'sender-full': {
    verdict: 'ignore',
    offence: null,
    isPassing: true,
    httpStatus: 429,
    message: 'this sender has as many pending transactions as one sender may have',
    hint: 'wait until some are in a block',
  },
  'pool-full': {
    verdict: 'ignore',
    offence: null,
    isPassing: true,
    httpStatus: 503,
    message: 'the pool is full of transactions that pay at least as much',
    hint: 'raise --fee, or try again later',
  },
  overloaded: {
    verdict: 'ignore',
    offence: null,
    isPassing: true,
    httpStatus: 503,
    message: 'the node has more to check than it can',
    hint: 'try again later or at another node',
  },
  'identity-shared': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 503,
    message: 'another node runs with the identity of this one, so that what this one sends may be lost',
    hint: 'stop this node, remove the file `identity` from its data directory, and start it again: it gets one of its own',
  },
  'storage-failed': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 503,
    message: 'the transaction could not be written to disk, so it was not accepted',
    hint: 'look at the log of the node and at the free space of its disk',
  },
  // Blocks: what the header alone shows.
  'header-impossible': {
    verdict: 'reject',
    offence: 'invalid',
    httpStatus: 422,
    message: 'the header has a height, slot, parent or number of transactions that no block can have',
    hint: 'nothing to do: its maker is faulty',
  },
  'wrong-proposer': {
    verdict: 'reject',
    offence: 'invalid',
    httpStatus: 422,
    message: 'the header is not by the validator to whom its slot belongs',
    hint: 'nothing to do: its maker is faulty',
  },
  'compact-mismatch': {
    verdict: 'reject',
    offence: 'invalid',
    httpStatus: 422,
    message: 'the short ids or the transactions of the compact block are not those of its header',
    hint: 'nothing to do: whoever sent it did not check it',
  },
  // Blocks: what depends on our clock, our chain or our memory.
  'slot-too-early': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'the slot of the block begins more than 2 s from now',
    hint: 'check the clocks of both machines',
  },
  'parent-mismatch': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'the height or the slot of the block does not follow those of its parent',
    hint: 'nothing to do: its maker is faulty',
  },
  'parent-unknown': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'the parent of the block is not known here',
    hint: 'nothing to do: the node asks for it',
  },
  'too-many-headers': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'two headers of this slot and proposer are known already',
    hint: 'nothing to do: `hearsay block list` shows the evidence',
  },
  'outside-window': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'the block would not build on the blocks of the best chain that can be undone',
    hint: 'nothing to do',
  },
  'headers-full': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'as many better blocks of its maker wait for their bodies as may',
    hint: 'nothing to do: the node asks for the block when others have theirs',
  },
  'orphans-full': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'too many blocks wait for their parents',
    hint: 'nothing to do: the node asks for the block when its parent is here',
  },
  // Blocks: what the body shows.
  'body-mismatch': {
    verdict: 'reject',
    offence: 'invalid',
    httpStatus: 422,
    message: 'the body is not the one that the header commits to',
    hint: 'nothing to do: the node asks another peer',
  },
  'body-too-large': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'the block is larger than 1 MiB',
    hint: 'nothing to do: its maker is faulty',
  },
  'body-window': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'a transaction of the block is expired or not yet valid in its slot',
    hint: 'nothing to do: its maker is faulty',
  },
  'body-signature': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'a signature in the block does not verify',
    hint: 'nothing to do: its maker is faulty',
  },
  'body-unpayable': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'the ledger does not take a transaction of the block: nonce, balance or values',
    hint: 'nothing to do: its maker is faulty',
  },
  'body-ledger-root': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'the ledger after the block is not the one that the header commits to',
    hint: 'nothing to do: its maker is faulty',
  },
  'ancestor-invalid': {
    verdict: 'ignore',
    offence: null,
    httpStatus: 422,
    message: 'the block builds on an invalid one',
    hint: 'nothing to do: its maker is faulty',
  },
} as const satisfies Readonly<Record<string, Consequence>>

export type RejectCode = keyof typeof TABLE

export const REJECTS: Readonly<Record<RejectCode, Consequence>> = TABLE
