/**
 * The public library: make, sign and check what the network carries, talk to a node, and run one. Names that do not stand here may change
 * at any time.
 */
import { verifySignature } from './adapters/crypto/verify-signature.ts'
import { checkAccount, type AccountCheck } from './domain/ledger/account-check.ts'
import type { NetworkParams } from './domain/params.ts'
import type { AccountView } from './domain/views.ts'
import type { NodeConfig } from './node/config.ts'
import type { NodeOpening } from './node/compose.ts'

// Networks, keys and addresses.
export { networkDocument, networkIdOf, parseNetwork } from './domain/params.ts'
export type { GenesisAccount, NetworkParams, ParsedNetwork } from './domain/params.ts'
export { decodeAddress, encodeAddress, networkKindOf } from './domain/address.ts'
export type { AddressFailure, DecodedAddress, NetworkKind } from './domain/address.ts'
export { keyPairFromRandom, keyPairOf, sign } from './wallet/keys.ts'
export type { KeyPair } from './wallet/keys.ts'
export { devAccount } from './wallet/dev-accounts.ts'
export type { AccountId, BlockHash, NetworkId, TxHash, TxId } from './domain/ids.ts'

// Transactions and blocks.
export { makeTransaction } from './wallet/make-transaction.ts'
export type { MadeTransaction } from './wallet/make-transaction.ts'
export { quickSigner } from './wallet/quick-signer.ts'
export { decodeTransaction, encodeBatch } from './domain/codec/transaction-codec.ts'
export type { Decoded } from './domain/codec/transaction-codec.ts'
export type { Transaction, TransactionDraft } from './domain/transaction.ts'
export { decodeBlock, decodeSignedHeader } from './domain/codec/block-codec.ts'
export type { Block, BlockHeader, SignedHeader } from './domain/block.ts'
export { signingPrefix } from './domain/signing.ts'
export type { SigningTag } from './domain/signing.ts'
export { proposerOf, slotAt, slotTimeMs } from './domain/slots.ts'

// Checks that need no node.
export { verifySignature }
export { parseProof, verifyAccountProof } from './domain/ledger/account-proof.ts'
export type { AccountProof } from './domain/ledger/account-proof.ts'
export type { AccountCheck, AccountCheckFailure } from './domain/ledger/account-check.ts'

// A node's API.
export { connect } from './client/connect.ts'
export type { Client, ConnectOptions } from './client/connect.ts'
export type { EventStreamOptions, StreamItem } from './client/event-stream.ts'
export { failureText } from './client/outcome.ts'
export type { Failure, Outcome } from './client/outcome.ts'
export type { SettledOptions } from './client/settled.ts'
export { must } from './client/must.ts'
export type { Result } from './client/must.ts'
export type * from './domain/views.ts'

// A node in this process.
export type { NodeConfig, Profile } from './node/config.ts'
export type { Node, NodeOpening } from './node/compose.ts'
export type { NodeControl } from './ports/control.ts'

/**
 * Starts a node in this process. Never rejects for a taken port, a locked or broken directory, or a wrong address: the value says what
 * is wrong and what to do, also with the configuration. Its code is loaded with the first call: who only signs or asks does without libp2p.
 *
 * @example
 * const { params } = must(parseNetwork(JSON.parse(readFileSync('network.json', 'utf8'))))
 * const { node } = must(
 *   await openNode({
 *     name: 'embedded',
 *     network: params,
 *     profile: 'node',
 *     dataDir: 'data', // null: all in memory
 *     listen: ['/ip4/0.0.0.0/tcp/4601'],
 *     bootstrap: [],
 *     api: null,
 *     apiHosts: [],
 *     validator: null,
 *     logLevel: 'warn',
 *     connectionsMax: 64,
 *   }),
 * )
 * console.log(node.peerId, node.control.status().peers)
 * await node.stop()
 */
export async function openNode(config: NodeConfig): Promise<NodeOpening> {
  const { openNode: open } = await import('./node/compose.ts')
  return open(config)
}

/**
 * What a node answered about an account (`client.account(address, { proof: true })`), checked without trusting that node: the account stands
 * under a ledger root, a header commits to it, and the validator whose slot it is has signed the header. Never throws.
 */
export function verifyAccount(answer: AccountView, params: NetworkParams): AccountCheck {
  return checkAccount(answer, params, verifySignature)
}
