/** Other signatures of one transaction: valid ones that only its signer can make, and altered ones that anybody can. */
import { Point } from '@noble/ed25519'
import { createHash } from 'node:crypto'
import { encodeSignedTransaction } from '../../../src/domain/codec/transaction-codec.ts'
import { concatBytes } from '../../../src/lib/bytes.ts'
import { L, bytes32, littleEndian, withScalarPlusL } from '../../../src/conform/torsion.ts'

/** A valid signature with the nonce scalar `r = number + 1` instead of the one that RFC 8032 derives. */
export function signatureVariant(
  secret: Uint8Array,
  publicKey: Uint8Array,
  prefix: Uint8Array,
  body: Uint8Array,
  number: number,
): Uint8Array {
  const expanded = createHash('sha512').update(secret).digest()
  const scalarBytes = new Uint8Array(expanded.subarray(0, 32))
  scalarBytes[0] = (scalarBytes[0] ?? 0) & 248
  scalarBytes[31] = ((scalarBytes[31] ?? 0) & 127) | 64
  const a = littleEndian(scalarBytes) % L
  const r = BigInt(number + 1)
  const R = Point.BASE.multiply(r).toBytes()
  const k =
    littleEndian(
      createHash('sha512')
        .update(concatBytes(R, publicKey, prefix, body))
        .digest(),
    ) % L
  return encodeSignedTransaction(body, concatBytes(R, bytes32((r + k * a) % L)))
}

/** S + L: the same point equation, another byte string. */
export function withScalarPlusOrder(transaction: Uint8Array): Uint8Array | null {
  const signature = withScalarPlusL(transaction.subarray(4, 68), 1n)
  return signature === null ? null : encodeSignedTransaction(transaction.subarray(68), signature)
}

/** R with its sign bit flipped. */
export function withFlippedSignBit(transaction: Uint8Array): Uint8Array {
  const copy = transaction.slice()
  copy[4 + 31] = (copy[4 + 31] ?? 0) ^ 0x80
  return copy
}
