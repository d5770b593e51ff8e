/** The network of the vectors, the one of PROTOCOL.md's examples, and who acts in it. */
import { encodeAddress } from '../domain/address.ts'
import { asAccountId, type AccountId } from '../domain/ids.ts'
import { networkIdOf, type NetworkParams } from '../domain/params.ts'
import { toHex } from '../lib/bytes.ts'
import { assert } from '../lib/assert.ts'
import { devAccount } from '../wallet/dev-accounts.ts'
import type { KeyPair } from '../wallet/keys.ts'

/** A JSON document of the kit. Bytes are lower-case hex, numbers of 64 bits decimal strings. */
export type VectorFile = Readonly<Record<string, unknown>>

/** When everything happens, ms since the Unix epoch: two seconds after genesis, in slot 1. */
export const NOW_MS = 1_767_225_602_000
const GENESIS_MS = 1_767_225_600_000

export interface Cast {
  readonly network: NetworkParams
  readonly networkId: ReturnType<typeof networkIdOf>
  readonly alice: KeyPair
  readonly bob: KeyPair
  /** In the order in which slots are theirs. */
  readonly validators: readonly KeyPair[]
}

/** @param validators the keys of the development network's first two validators */
export function castOf(validators: readonly KeyPair[]): Cast {
  const [alice, bob] = [devKeys('alice'), devKeys('bob')]
  const network: NetworkParams = {
    name: 'dev-example',
    genesisTimeMs: GENESIS_MS,
    slotMs: 2_000,
    validators: validators.map(accountOf),
    accounts: [alice, bob].map((keys) => ({ key: accountOf(keys), balance: 1_000_000_000_000n })),
    txLifetimeMs: 1_800_000,
    feeFloor: 1n,
  }
  return { network, networkId: networkIdOf(network), alice, bob, validators }
}

export function accountOf({ publicKey }: KeyPair): AccountId {
  return asAccountId(toHex(publicKey))
}

export function keysFile({ alice, bob, validators }: Cast): VectorFile {
  const named = [
    ['alice', alice] as const,
    ['bob', bob] as const,
    ...validators.map((keys, i) => [`validator-${i}`, keys] as const),
  ]
  return {
    keys: named.map(([name, { secret, publicKey }]) => ({
      name,
      secret: toHex(secret),
      publicKey: toHex(publicKey),
      devAddress: encodeAddress(publicKey, 'development'),
      address: encodeAddress(publicKey, 'production'),
    })),
  }
}

function devKeys(name: string): KeyPair {
  const account = devAccount(name, 'dev-example')
  assert(account.ok, 'the account is one of development networks')
  return account.keys
}
