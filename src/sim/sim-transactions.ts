/** Transactions for simulations: signed as users sign them, and forged as SECURITY.md A1 lists it. */
import { decodeTransaction, encodeSignedTransaction, encodeTransactionBody } from '../domain/codec/transaction-codec.ts'
import { asNetworkId, type TxId } from '../domain/ids.ts'
import { networkIdOf, type NetworkParams } from '../domain/params.ts'
import { signingPrefix } from '../domain/signing.ts'
import { assert, assertNever } from '../lib/assert.ts'
import { concatBytes, utf8 } from '../lib/bytes.ts'
import { sha256Hex } from '../lib/hash.ts'
import type { Prng } from '../lib/prng.ts'
import { sign } from '../wallet/keys.ts'
import type { Forgery, Transfer } from './scenario.ts'
import { accountKeys } from './sim-network.ts'

/**
 * Order of the base point's group, little-endian: S + L satisfies the equation as S does, and is what rule 2 forbids.
 */
const L = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n

export interface MadeTransaction {
  readonly id: TxId
  readonly bytes: Uint8Array
}

/**
 * A transaction of one of the network's accounts.
 * @param options.forgery how its signature is spoilt; null: not at all
 */
export function makeTransaction(options: {
  network: NetworkParams
  transfer: Transfer
  nowMs: number
  payloadBytes: number
  random: Prng
  forgery: Forgery | null
}): MadeTransaction {
  const { transfer, forgery, random } = options
  const keys = accountKeys(transfer.account)
  const draft = {
    sender: keys.publicKey,
    nonce: BigInt(transfer.nonce),
    recipient: random.bytes(32),
    amount: 1n + BigInt(random.below(1_000_000)),
    fee: transfer.fee === undefined ? 1n + BigInt(random.below(1_000)) : BigInt(transfer.fee),
    createdAtMs: options.nowMs - (transfer.ageMs ?? 0),
    payload: random.bytes(options.payloadBytes),
  }
  const prefix = signingPrefix('hearsay/tx/1', networkIdOf(options.network))
  const body = encodeTransactionBody(draft)
  const signed = (over: Uint8Array): Uint8Array => encodeSignedTransaction(body, sign(keys.secret, over))
  const genuine = signed(concatBytes(prefix, body))
  const bytes = forgery === null ? genuine : forge(forgery, genuine, () => signed(concatBytes(otherPrefix(), body)))
  const decoded = decodeTransaction(bytes, prefix)
  assert(decoded.ok, 'a transaction of ours can be read')
  return { id: decoded.value.id, bytes }
}

/** Offsets of SSZ: 4 of the offset, 32 of R, then S; the body is at 68, its amount 72 further on. */
const S_AT = 4 + 32
const AMOUNT_AT = 68 + 72

/**
 * The same bytes with what a forger would change. @param signedForOther the same transaction, signed for another
 * network
 */
export function forge(forgery: Forgery, genuine: Uint8Array, signedForOther: () => Uint8Array): Uint8Array {
  const bytes = genuine.slice()
  const flip = (at: number): Uint8Array => {
    bytes[at] = (bytes[at] ?? 0) ^ 1
    return bytes
  }
  switch (forgery) {
    case 'amount':
      return flip(AMOUNT_AT)
    case 'signature':
      return flip(S_AT)
    case 'high-s':
      addOrder(bytes.subarray(S_AT, S_AT + 32))
      return bytes
    case 'other-network':
      return signedForOther()
    default:
      return assertNever(forgery)
  }
}

function addOrder(s: Uint8Array): void {
  let value = L
  s.forEach((byte, at) => (value += BigInt(byte) << BigInt(8 * at)))
  for (let at = 0; at < s.byteLength; at++) s[at] = Number((value >> BigInt(8 * at)) & 0xffn)
}

function otherPrefix(): Uint8Array {
  return signingPrefix('hearsay/tx/1', asNetworkId(sha256Hex(utf8('another network'))))
}
