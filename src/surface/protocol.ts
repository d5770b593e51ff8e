/**
 * `hearsay/protocol`: what a second implementation, a signer, a wallet or a browser needs of the network's bytes and
 * rules (PROTOCOL.md). Ids, codecs, rules, proofs and the one signature rule; no network, no disk, no clock.
 */
import { verifySignature } from '../adapters/crypto/verify-signature.ts'
import { checkAccount, type AccountCheck } from '../domain/ledger/account-check.ts'
import type { NetworkParams } from '../domain/params.ts'
import type { AccountView } from '../domain/views.ts'

// Networks, keys and addresses.
export { isDevNetwork, networkDocument, networkIdOf, parseNetwork, shortNetworkId } from '../domain/params.ts'
export type { GenesisAccount, NetworkParams, ParsedNetwork } from '../domain/params.ts'
export { decodeAddress, encodeAddress, networkKindOf } from '../domain/address.ts'
export type { AddressFailure, DecodedAddress, NetworkKind } from '../domain/address.ts'
export { keyPairFromRandom, keyPairOf, sign } from '../wallet/keys.ts'
export type { KeyPair } from '../wallet/keys.ts'
export { devAccount } from '../wallet/dev-accounts.ts'
export { quickSigner } from '../wallet/quick-signer.ts'
export { peerIdOfKey, keyOfPeerId } from '../domain/record.ts'
export type { AccountId, BlockHash, MessageId, NetworkId, PeerId, TxHash, TxId } from '../domain/ids.ts'
export { signingPrefix } from '../domain/signing.ts'
export type { SigningTag } from '../domain/signing.ts'

// Transactions.
export { makeTransaction } from '../wallet/make-transaction.ts'
export type { MadeTransaction } from '../wallet/make-transaction.ts'
export {
  decodeBatch,
  decodeTransaction,
  encodeBatch,
  encodeSignedTransaction,
  encodeTransactionBody,
  transactionHash,
} from '../domain/codec/transaction-codec.ts'
export type { Decoded } from '../domain/codec/transaction-codec.ts'
export type { Transaction, TransactionDraft } from '../domain/transaction.ts'
export { checkValues, checkWindow, costOf } from '../domain/rules/transaction-rules.ts'

// Blocks.
export {
  decodeBlock,
  decodeCompactBlock,
  decodeSignedHeader,
  encodeBlock,
  encodeCompactBlock,
  encodeHeader,
  encodeSignedHeader,
} from '../domain/codec/block-codec.ts'
export { shortIdOf, shortIdsHashOf, txRootOf } from '../domain/block.ts'
export type { Block, BlockHeader, CompactBlock, Prefilled, ShortId, SignedHeader } from '../domain/block.ts'
export { checkCompact, checkHeader, checkParent, timingOf } from '../domain/rules/header-rules.ts'
export type { Timing } from '../domain/rules/header-rules.ts'
export { checkBody, checkBodyOf } from '../domain/rules/body-rules.ts'
export type { BodyVerdict } from '../domain/rules/body-rules.ts'
export { proposerOf, slotAt, slotTimeMs } from '../domain/slots.ts'

// Nodes: records, suspicions, and what they ask one another.
export {
  decodeRecord,
  decodeRecordMessage,
  encodeRecord,
  encodeRecordBody,
  encodeRecordMessage,
} from '../domain/codec/record-codec.ts'
export { decodeSuspicion, encodeSuspicion, encodeSuspicionBody } from '../domain/codec/suspicion-codec.ts'
export { compareVersions, neighbourMark } from '../domain/record.ts'
export type {
  NodeRecord,
  RecordDraft,
  RecordMessage,
  RecordVersion,
  Suspicion,
  SuspicionDraft,
} from '../domain/record.ts'
export { decodeHello, encodeHello } from '../domain/codec/hello-codec.ts'
export type { Hello } from '../domain/hello.ts'
export {
  decodeObjectsAnswer,
  decodeObjectsRequest,
  encodeObjectsAnswer,
  encodeObjectsRequest,
} from '../domain/codec/objects-codec.ts'
export type { ObjectsRequest } from '../domain/codec/objects-codec.ts'
export { decodeChainRequest, encodeChainRequest, splitHeaders } from '../domain/codec/chain-codec.ts'
export type { ChainRequest } from '../domain/codec/chain-codec.ts'
export {
  decodeReconcileFrame,
  decodeReconcileRequest,
  encodeReconcileFrame,
  encodeReconcileRequest,
} from '../domain/codec/reconcile-codec.ts'
export type { ReconcileFrame, ReconcileRequest } from '../domain/codec/reconcile-codec.ts'
export {
  decodeProbeAnswer,
  decodeProbeRequest,
  encodeProbeAnswer,
  encodeProbeRequest,
} from '../domain/codec/probe-codec.ts'
export type { ProbeAnswer, ProbeRequest } from '../domain/codec/probe-codec.ts'
export {
  decodeObserveAnswer,
  decodeObserveRequest,
  encodeObserveAnswer,
  encodeObserveRequest,
} from '../domain/codec/observe-codec.ts'
export type { ObserveAnswer, ObserveRequest } from '../domain/codec/observe-codec.ts'
export { PROTOCOLS, PROTOCOL_VERSION, protocolName, TOPICS, topicName } from '../domain/protocols.ts'
export type { Protocol, Topic } from '../domain/protocols.ts'
export { EXCHANGE_LIMITS } from '../domain/exchange-limits.ts'
export type { ExchangeLimits } from '../domain/exchange-limits.ts'

// What is refused, and what that costs.
export { REJECTS } from '../domain/reject.ts'
export type { Consequence, Offence, RejectCode } from '../domain/reject.ts'
export type { Verdict } from '../domain/verdict.ts'

// Checks that need no node.
export { verifySignature }
export { parseProof, verifyAccountProof } from '../domain/ledger/account-proof.ts'
export type { AccountProof } from '../domain/ledger/account-proof.ts'
export type { AccountCheck, AccountCheckFailure } from '../domain/ledger/account-check.ts'

/**
 * What a node answered about an account (`client.account(address, { proof: true })`), checked without trusting that
 * node: the account stands under a ledger root, a header commits to it, and the validator whose slot it is has signed
 * the header. Never throws.
 */
export function verifyAccount(answer: AccountView, params: NetworkParams): AccountCheck {
  return checkAccount(answer, params, verifySignature)
}
