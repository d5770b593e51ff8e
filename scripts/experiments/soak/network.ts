/** A development network for load: its published validators make blocks, and its load accounts pay. */
import { encodeSignedTransaction, encodeTransactionBody } from '../../../src/domain/codec/transaction-codec.ts'
import { networkIdOf, type NetworkParams } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { concatBytes, toHex } from '../../../src/lib/bytes.ts'
import { devAccount } from '../../../src/wallet/dev-accounts.ts'
import { sign, type KeyPair } from '../../../src/wallet/keys.ts'
import { devNetwork, LOAD_ACCOUNTS } from '../../../testnet/dev-network.ts'

/** Accounts that take turns. */
export const ACCOUNTS = LOAD_ACCOUNTS
const VALIDATORS = 3

export function soakNetwork(genesisTimeMs: number, seed: number): NetworkParams {
  return devNetwork({ genesisTimeMs, slotMs: 2_000, validators: VALIDATORS, seed })
}

const pairs = new Map<number, KeyPair>()

function pairOf(account: number, network: string): KeyPair {
  let pair = pairs.get(account)
  if (pair === undefined) {
    const found = devAccount(`load-${account}`, network)
    if (!found.ok) throw new Error(found.reason)
    pair = found.keys
    pairs.set(account, pair)
  }
  return pair
}

/** Public key of a load account, hex. */
export function loadAccountKey(account: number, network: string): string {
  return toHex(pairOf(account, network).publicKey)
}

/** A transaction of a load account. */
export function signDevTransaction(network: NetworkParams, account: number, nonce: number): Uint8Array {
  const pair = pairOf(account, network.name)
  const body = encodeTransactionBody({
    sender: pair.publicKey,
    nonce: BigInt(nonce),
    recipient: pair.publicKey,
    amount: 1n,
    fee: 1n,
    createdAtMs: Date.now(),
    payload: new Uint8Array(),
  })
  const signature = sign(pair.secret, concatBytes(signingPrefix('hearsay/tx/1', networkIdOf(network)), body))
  return encodeSignedTransaction(body, signature)
}
