/**
 * Transactions that only look signed, made by somebody without the sender's key out of ones that the sender did sign.
 */
import { encodeSignedTransaction, encodeTransactionBody } from '../../src/domain/codec/transaction-codec.ts'
import { asNetworkId, type NetworkId } from '../../src/domain/ids.ts'
import { signingPrefix } from '../../src/domain/signing.ts'
import { assert } from '../../src/lib/assert.ts'
import { concatBytes, utf8 } from '../../src/lib/bytes.ts'
import { sha256Hex } from '../../src/lib/hash.ts'
import { devAccount } from '../../src/wallet/dev-accounts.ts'
import { sign, type KeyPair } from '../../src/wallet/keys.ts'

export const FORGERIES = ['changed amount', 'changed signature', 'S + L', "other network's signature"] as const
export type Forgery = (typeof FORGERIES)[number]

export interface Forged {
  readonly kind: Forgery
  /** The id that the transaction would have. */
  readonly id: string
  readonly bytes: Uint8Array
}

/** Order of the group of Ed25519: S and S + L satisfy the same equation, so a verifier that doesn't look takes both. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n
const R_BYTES = 32

/**
 * `count` forgeries, the kinds in turn. Each is of a body of its own that no honest node has seen, so that its id is
 * that of no honest transaction.
 */
export function forge(count: number, network: { readonly name: string; readonly id: NetworkId }): Forged[] {
  const thief = accountOf('ivan', network.name)
  const prefix = signingPrefix('hearsay/tx/1', network.id)
  const foreignPrefix = signingPrefix('hearsay/tx/1', asNetworkId(sha256Hex(utf8('another network'))))
  return Array.from({ length: count }, (_, index) => {
    const kind = FORGERIES[index % FORGERIES.length] ?? 'changed amount'
    // An account that has sent nothing: its balance and nonce are in order, so that only the signature is wrong.
    const victim = accountOf(`load-${index}`, network.name)
    const bodyWith = (amount: bigint): Uint8Array =>
      encodeTransactionBody({
        sender: victim.publicKey,
        nonce: 0n,
        recipient: thief.publicKey,
        amount,
        fee: 1_000n,
        createdAtMs: Date.now(),
        payload: utf8(`forgery ${index}`),
      })
    const signed = bodyWith(1n)
    const signature = sign(victim.secret, concatBytes(prefix, signed))
    const make = (body: Uint8Array, forgedSignature: Uint8Array): Forged => ({
      kind,
      id: sha256Hex(concatBytes(prefix, body)),
      bytes: encodeSignedTransaction(body, forgedSignature),
    })
    switch (kind) {
      case 'changed amount':
        return make(bodyWith(1_000_000n), signature)
      case 'changed signature':
        return make(signed, flipBit(signature, index))
      case 'S + L':
        return make(signed, plusOrder(signature))
      case "other network's signature":
        return make(signed, sign(victim.secret, concatBytes(foreignPrefix, signed)))
    }
  })
}

function accountOf(name: string, network: string): KeyPair {
  const account = devAccount(name, network)
  assert(account.ok, `${name} is an account of development networks`)
  return account.keys
}

function flipBit(signature: Uint8Array, bit: number): Uint8Array {
  const copy = signature.slice()
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

function plusOrder(signature: Uint8Array): Uint8Array {
  const copy = signature.slice()
  let scalar = L
  for (let index = 0; index < 32; index++) scalar += BigInt(copy[R_BYTES + index] ?? 0) << BigInt(8 * index)
  for (let index = 0; index < 32; index++) copy[R_BYTES + index] = Number((scalar >> BigInt(8 * index)) & 0xffn)
  return copy
}
