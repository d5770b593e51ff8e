/** The genesis of a testnet: named accounts with money, validators whose secrets everybody knows. */
import { concatBytes, toHex, utf8 } from '../src/lib/bytes.ts'
import { sha256 } from '../src/lib/hash.ts'
import { assert } from '../src/lib/assert.ts'
import { asAccountId, type AccountId } from '../src/domain/ids.ts'
import { TX_LIFETIME_MS, type NetworkParams } from '../src/domain/params.ts'
import { DEV_ACCOUNT_NAMES, devAccount } from '../src/wallet/dev-accounts.ts'
import { keyPairOf, type KeyPair } from '../src/wallet/keys.ts'

/** What every named account has at the start. */
const DEV_BALANCE = 1_000_000_000_000n
/** Accounts for load generators: one a stream of nonces. */
export const LOAD_ACCOUNTS = 64

const VALIDATOR_TAG = 'hearsay/dev-validator/1'

/**
 * The parameters of a development network whose first slot begins at `genesisTimeMs`; its name tells it from all
 * others.
 */
export function devNetwork(options: {
  genesisTimeMs: number
  slotMs: number
  validators: number
  seed: number
}): NetworkParams {
  const name = `dev-${options.genesisTimeMs.toString(36)}-${options.seed.toString(36)}`
  const names = [...DEV_ACCOUNT_NAMES, ...Array.from({ length: LOAD_ACCOUNTS }, (_, index) => `load-${index}`)]
  return {
    name,
    genesisTimeMs: options.genesisTimeMs,
    slotMs: options.slotMs,
    validators: Array.from({ length: options.validators }, (_, index) => accountOf(devValidator(index))),
    accounts: names.map((account) => {
      const found = devAccount(account, name)
      assert(found.ok, `${account} is an account of development networks`)
      return { key: accountOf(found.keys), balance: DEV_BALANCE }
    }),
    txLifetimeMs: TX_LIFETIME_MS,
    feeFloor: 1n,
  }
}

/**
 * Validator `index` of every development network: its secret is SHA-256("hearsay/dev-validator/1" ‖ 0x00 ‖
 * "validator-<index>").
 */
export function devValidator(index: number): KeyPair {
  return keyPairOf(sha256(concatBytes(utf8(VALIDATOR_TAG), Uint8Array.of(0), utf8(`validator-${index}`))))
}

function accountOf(keys: KeyPair): AccountId {
  return asAccountId(toHex(keys.publicKey))
}
