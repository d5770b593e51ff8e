/**
 * What a node says of an account, checked by somebody who trusts no node: the account stands under a ledger root, a
 * header commits to that root, and the validator whose slot it is has signed the header (PROTOCOL.md, Blocks).
 */
import { fromHex } from '../../lib/bytes.ts'
import { decodeSignedHeader } from '../codec/block-codec.ts'
import { networkIdOf, type NetworkParams } from '../params.ts'
import { signingPrefix } from '../signing.ts'
import { proposerOf, slotTimeMs } from '../slots.ts'
import type { AccountView } from '../views.ts'
import { parseProof, verifyAccountProof } from './account-proof.ts'

export type AccountCheck =
  | {
      readonly ok: true
      readonly balance: bigint
      readonly nonce: bigint
      /** Of the block after which the account has them. */
      readonly height: number
      readonly blockHash: string
      /** Start of the block's slot, ms since the Unix epoch: how old the answer is. */
      readonly slotTimeMs: number
    }
  | { readonly ok: false; readonly reason: AccountCheckFailure; readonly message: string }

export type AccountCheckFailure =
  'no-proof' | 'no-header' | 'another-account' | 'wrong-proof' | 'wrong-header' | 'wrong-signature'

const MESSAGES: Readonly<Record<AccountCheckFailure, string>> = {
  'no-proof': 'the answer has no proof: ask for it, and for an account that has appeared in the ledger',
  'no-header': 'the answer has no header: there is no block yet',
  'another-account': 'the proof is of another account, balance or nonce than the answer',
  'wrong-proof': 'the account does not stand under the ledger root of the proof',
  'wrong-header': 'the header is not one of this network, in the slot of its proposer, with this ledger root',
  'wrong-signature': "the header does not carry its proposer's signature",
}

/**
 * Checks an answer to `GET /v1/accounts/{address}?proof`. One validator's signature is behind what it shows: whether
 * the block stays is another question (`settled`).
 * @param verify the strict rule of PROTOCOL.md, Signatures
 */
export function checkAccount(
  answer: AccountView,
  params: NetworkParams,
  verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean,
): AccountCheck {
  if (answer.proof === undefined || answer.proof === null) return failed('no-proof')
  if (answer.header === undefined || answer.header === null) return failed('no-header')
  const proof = parseProof(answer.proof)
  if (proof === null) return failed('wrong-proof')
  const { key, balance, nonce } = answer
  if (proof.key !== key || proof.balance.toString() !== balance || proof.nonce.toString() !== nonce)
    return failed('another-account')
  if (!verifyAccountProof(proof)) return failed('wrong-proof')
  const bytes = fromHex(answer.header)
  if (bytes === null) return failed('wrong-header')
  const decoded = decodeSignedHeader(bytes, signingPrefix('hearsay/block/1', networkIdOf(params)))
  if (!decoded.ok) return failed('wrong-header')
  const header = decoded.value
  if (header.ledgerRoot !== proof.ledgerRoot || header.proposer !== proposerOf(params, header.slot))
    return failed('wrong-header')
  if (!verify(header.proposerKey, header.signedBytes, header.signature)) return failed('wrong-signature')
  return {
    ok: true,
    balance: proof.balance,
    nonce: proof.nonce,
    height: header.height,
    blockHash: header.hash,
    slotTimeMs: slotTimeMs(params, header.slot),
  }
}

function failed(reason: AccountCheckFailure): AccountCheck {
  return { ok: false, reason, message: MESSAGES[reason] }
}
