/**
 * The network that peers under test are started on: all its keys are published, so that the kit can pay from any
 * account and make the block of any slot. The same on every machine; `hearsay conform --write-network FILE` writes it.
 */
import { asAccountId, type AccountId } from '../domain/ids.ts'
import { TX_LIFETIME_MS, type NetworkParams } from '../domain/params.ts'
import { assert } from '../lib/assert.ts'
import { toHex } from '../lib/bytes.ts'
import { DEV_ACCOUNT_NAMES, devAccount } from '../wallet/dev-accounts.ts'
import type { KeyPair } from '../wallet/keys.ts'
import { ACCOUNTS } from './limits.ts'
import { STRANGE_KEYS, strangeAccount } from './strange-keys.ts'

const NAME = 'dev-conform'
/** 2026-01-01: long past, so that the kit has slots without end to make blocks in. */
const GENESIS_MS = 1_767_225_600_000
const SLOT_MS = 2_000
const BALANCE = 1_000_000_000_000n

/** @param validators key pairs of the validators, in the order of their slots */
export function conformNetwork(validators: readonly KeyPair[]): NetworkParams {
  return {
    name: NAME,
    genesisTimeMs: GENESIS_MS,
    slotMs: SLOT_MS,
    validators: validators.map(accountOf),
    accounts: [...payersOf(NAME, ACCOUNTS).map(accountOf), ...STRANGE_KEYS.map(strangeAccount)].map((key) => ({
      key,
      balance: BALANCE,
    })),
    txLifetimeMs: TX_LIFETIME_MS,
    feeFloor: 1n,
  }
}

/**
 * Accounts with published secrets: alice to judy, then load-0, load-1, …; none on networks that are not for
 * development.
 */
export function payersOf(networkName: string, count: number): KeyPair[] {
  const names = [...DEV_ACCOUNT_NAMES, ...Array.from({ length: count }, (_, index) => `load-${index}`)].slice(0, count)
  return names.flatMap((name) => {
    const found = devAccount(name, networkName)
    return found.ok ? [found.keys] : []
  })
}

/** The account of a key pair. */
export function accountOf(keys: KeyPair): AccountId {
  assert(keys.publicKey.byteLength === 32, 'a key is 32 bytes')
  return asAccountId(toHex(keys.publicKey))
}
