/**
 * The network on which attacks take place: accounts for honest traffic, accounts for attackers; and nobody who makes
 * blocks unless asked for.
 */
import type { NetworkParams } from '../../../src/domain/params.ts'
import { asAccountId } from '../../../src/domain/ids.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { devValidator } from '../../../testnet/dev-network.ts'
import { keysOf, signedTransaction } from '../objects/transactions.ts'

/** Accounts of honest traffic. */
export const HONEST_ACCOUNTS = 256
/** Funded accounts of one attack, after the honest ones. */
export const ATTACKER_ACCOUNTS = 128

/**
 * @param attacks how many attacks shall have accounts of their own, one after the other
 * @param kind whose rules it has
 * @param keys how many development validators make blocks; null: there is one, whom nobody is
 */
export function attackNetwork(
  genesisTimeMs: number,
  attacks = 1,
  kind: 'open' | 'dev' = 'dev',
  keys: number | null = null,
): NetworkParams {
  return {
    name: kind === 'dev' ? 'dev-attack' : 'attack',
    genesisTimeMs,
    slotMs: 2_000,
    validators:
      keys === null
        ? [asAccountId(toHex(keysOf(PROPOSER).publicKey))]
        : Array.from({ length: keys }, (_, index) => asAccountId(toHex(devValidator(index).publicKey))),
    accounts: Array.from({ length: HONEST_ACCOUNTS + attacks * ATTACKER_ACCOUNTS }, (_, index) => ({
      key: asAccountId(toHex(keysOf(index).publicKey)),
      balance: 1_000_000_000n,
    })),
    txLifetimeMs: 30 * 60_000,
    feeFloor: 1n,
  }
}

/** The one validator, whose secret attackers hold: what it signs is valid. */
export const PROPOSER = 100_000

/** A valid transaction of now. */
export function transactionOf(
  network: NetworkParams,
  account: number,
  nonce: number,
  more: { amount?: bigint; fee?: bigint; createdAtMs?: number; payload?: Uint8Array } = {},
): Uint8Array {
  return signedTransaction(account, nonce, { network, createdAtMs: Date.now(), ...more })
}
