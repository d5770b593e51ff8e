/** A signed transaction in JSON becomes the bytes that are signed for, relayed and stored. */
import type { AccountId } from '../../domain/ids.ts'
import { encodeSignedTransaction, encodeTransactionBody } from '../../domain/codec/transaction-codec.ts'
import { PAYLOAD_BYTES_MAX, parseU64 } from '../../domain/params.ts'
import type { TransactionDocument } from '../../domain/views.ts'
import { assert } from '../../lib/assert.ts'
import { fromHex } from '../../lib/bytes.ts'
import { invalidRequest, rejection } from './problem.ts'

/**
 * @param document has passed the schema
 * @returns SSZ of the signed transaction
 * @throws HttpProblem that names the field
 */
export function transactionBytes(
  document: TransactionDocument,
  parseAccount: (text: string) => AccountId | null,
): Uint8Array {
  const payload = hexField('payload', document.payload)
  if (payload.byteLength > PAYLOAD_BYTES_MAX) throw rejection('too-large', null)
  const body = encodeTransactionBody({
    sender: accountField('sender', document.sender, parseAccount),
    nonce: u64Field('nonce', document.nonce),
    recipient: accountField('recipient', document.recipient, parseAccount),
    amount: u64Field('amount', document.amount),
    fee: u64Field('fee', document.fee),
    createdAtMs: document.createdAt,
    payload,
  })
  return encodeSignedTransaction(body, hexField('signature', document.signature))
}

function accountField(name: string, text: string, parseAccount: (text: string) => AccountId | null): Uint8Array {
  const key = parseAccount(text)
  if (key === null)
    throw invalidRequest(`"${name}" must be an address of this network or a public key of 64 hex digits`)
  const bytes = fromHex(key)
  assert(bytes?.byteLength === 32, 'an account is a key of 32 bytes')
  return bytes
}

function u64Field(name: string, text: string): bigint {
  const value = parseU64(text)
  if (value === null) throw invalidRequest(`"${name}" must be ${U64_WORDS}`)
  return value
}

function hexField(name: string, text: string): Uint8Array {
  const bytes = fromHex(text)
  if (bytes === null) throw invalidRequest(`"${name}" must be lower-case hex`)
  return bytes
}

/** What a 64-bit number is, for people. */
export const U64_WORDS = 'a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros'
