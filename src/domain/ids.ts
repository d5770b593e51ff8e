/**
 * Names of things, as branded strings: hexadecimal is fixed in width, prints as the user sees it, and is safe as a key
 * of a Map (never attacker's text; SECURITY.md A21).
 */

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** SHA-256 of the signed bytes of a transaction's body, 64 hex digits. The same for every signature of one body. */
export type TxId = Branded<'TxId'>
/** SHA-256 of the exact bytes of a signed transaction, 64 hex digits: what is remembered as judged. */
export type TxHash = Branded<'TxHash'>
/** SHA-256 of the signed bytes of a block header, 64 hex digits. */
export type BlockHash = Branded<'BlockHash'>
/** An Ed25519 public key as 64 hex digits: the name of an account. */
export type AccountId = Branded<'AccountId'>
/** A libp2p peer id in its text form (base58btc or CIDv1). */
export type PeerId = Branded<'PeerId'>
/** A gossip message id, 64 hex digits. */
export type MessageId = Branded<'MessageId'>
/** A multiaddr in its text form. */
export type NetAddress = Branded<'NetAddress'>
/** SHA-256 over the network parameters that must be equal everywhere, 64 hex digits. */
export type NetworkId = Branded<'NetworkId'>

const HASH_TEXT = /^[0-9a-f]{64}$/

/** Whether `text` has the form of a 32-byte id: 64 lower-case hex digits. */
export function isHashText(text: string): boolean {
  return HASH_TEXT.test(text)
}

/** Whether `text` may be a prefix of an id: 4 to 64 lower-case hex digits. */
export function isHashPrefix(text: string): boolean {
  return /^[0-9a-f]{4,64}$/.test(text)
}

export const asTxId = (text: string): TxId => text as TxId
export const asTxHash = (text: string): TxHash => text as TxHash
export const asBlockHash = (text: string): BlockHash => text as BlockHash
export const asAccountId = (text: string): AccountId => text as AccountId
export const asPeerId = (text: string): PeerId => text as PeerId
export const asMessageId = (text: string): MessageId => text as MessageId
export const asNetAddress = (text: string): NetAddress => text as NetAddress
export const asNetworkId = (text: string): NetworkId => text as NetworkId
