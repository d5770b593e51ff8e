/**
 * Keys, a network and transactions made of small numbers: the same in every run, signed for real, and valid unless told
 * otherwise.
 */
import { encodeSignedTransaction, encodeTransactionBody } from '../../../src/domain/codec/transaction-codec.ts'
import { asAccountId } from '../../../src/domain/ids.ts'
import { networkIdOf, type NetworkParams } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import type { TransactionDraft } from '../../../src/domain/transaction.ts'
import { concatBytes, toHex } from '../../../src/lib/bytes.ts'
import { keyPairOf } from '../../../src/wallet/keys.ts'
import { quickSigner } from '../../../src/wallet/quick-signer.ts'

/** When it begins, ms of the wall clock. */
export const T0 = 1_800_000_000_000

interface Keys {
  readonly secret: Uint8Array
  readonly publicKey: Uint8Array
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** Attacks sign by the thousand: a key is made once, and signs with OpenSSL. */
const known = new Map<number, Keys>()

/** A pair of keys from a small number, which are not to be changed: the next one to ask gets the same. */
export function keysOf(number: number): Keys {
  let keys = known.get(number)
  if (keys === undefined) {
    const secret = new Uint8Array(32)
    new DataView(secret.buffer).setUint32(0, number + 1, true)
    keys = { secret, publicKey: keyPairOf(secret).publicKey, sign: quickSigner(secret) }
    known.set(number, keys)
  }
  return keys
}

export const TEST_NETWORK: NetworkParams = {
  name: 'dev-test',
  genesisTimeMs: T0,
  slotMs: 2_000,
  validators: [asAccountId(toHex(keysOf(1_000).publicKey))],
  accounts: Array.from({ length: 64 }, (_, index) => ({
    key: asAccountId(toHex(keysOf(index).publicKey)),
    balance: 1_000_000n,
  })),
  txLifetimeMs: 30 * 60_000,
  feeFloor: 1n,
}

/** The bytes of a transaction signed by the keys of `sender`, valid unless the overrides say otherwise. */
export function signedTransaction(
  sender: number,
  nonce: number,
  overrides: Partial<TransactionDraft> & { network?: NetworkParams } = {},
): Uint8Array {
  const { publicKey, sign } = keysOf(sender)
  const body = encodeTransactionBody({
    sender: publicKey,
    nonce: BigInt(nonce),
    recipient: keysOf(sender + 1).publicKey,
    amount: 5n,
    fee: 1n,
    createdAtMs: T0,
    payload: new Uint8Array(),
    ...overrides,
  })
  const prefix = signingPrefix('hearsay/tx/1', networkIdOf(overrides.network ?? TEST_NETWORK))
  return encodeSignedTransaction(body, sign(concatBytes(prefix, body)))
}
