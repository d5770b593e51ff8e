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
import { keyPairOf, sign } from '../../../src/wallet/keys.ts'

/** When it begins, ms of the wall clock. */
export const T0 = 1_800_000_000_000

/** A pair of keys from a small number. */
export function keysOf(number: number): { secret: Uint8Array; publicKey: Uint8Array } {
  const secret = new Uint8Array(32)
  new DataView(secret.buffer).setUint32(0, number + 1, true)
  return { secret, publicKey: keyPairOf(secret).publicKey }
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
  const { secret, publicKey } = keysOf(sender)
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
  return encodeSignedTransaction(body, sign(secret, concatBytes(prefix, body)))
}
