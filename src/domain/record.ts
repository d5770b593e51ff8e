/**
 * What a node says of itself, and what it says of another one that it cannot reach (PROTOCOL.md, Objects): both signed
 * by the Ed25519 key from which its peer id is made, so that nobody can speak for another node.
 *
 * A peer id of such a key is the key: base58btc of the identity multihash `00 24` over the protobuf `08 01 12 20 ‖
 * key`. On the wire stands the key alone; the text follows from it.
 */
import { assert } from '../lib/assert.ts'
import { decodeBase58, encodeBase58 } from '../lib/base58.ts'
import { concatBytes } from '../lib/bytes.ts'
import { sha256 } from '../lib/hash.ts'
import { asPeerId, type BlockHash, type NetAddress, type PeerId } from './ids.ts'

/** Longest agent version, bytes. */
export const AGENT_BYTES_MAX = 64
/** Longest name that a node gives itself, bytes. */
export const NAME_BYTES_MAX = 64
/** Addresses in a record: one for each interface and transport, a few of them. */
export const ADDRESSES_MAX = 8
export const ADDRESS_BYTES_MAX = 128
/** Tags in a record: a record is relayed by everybody, so it is no place for data. */
export const TAGS_MAX = 16
export const TAG_KEY_BYTES_MAX = 32
export const TAG_VALUE_BYTES_MAX = 64
/** Neighbours that a record names: more than the connections that a node keeps by itself. */
export const NEIGHBOURS_MAX = 32
/** Bytes of a neighbour's mark. */
export const NEIGHBOUR_MARK_BYTES = 4

/** Orders the records of one owner: first by boot, then by count. */
export interface RecordVersion {
  /** When the node booted, ms since the Unix epoch, never less than at its last boot plus one. */
  readonly incarnation: number
  /** Counts the records of one boot, from 1. */
  readonly seq: number
}

/** What the owner fills in before signing. */
export interface RecordDraft extends RecordVersion {
  /** Public key of the node, 32 bytes. */
  readonly key: Uint8Array
  readonly startedAtMs: number
  /** When this version was made, ms since the Unix epoch. */
  readonly publishedAtMs: number
  /** How the node calls itself. Printable ASCII. */
  readonly name: string
  /** Printable ASCII. */
  readonly agentVersion: string
  readonly head: { readonly height: number; readonly hash: BlockHash }
  readonly settledHeight: number
  readonly mempoolCount: number
  /** Multiaddrs, without the peer id at the end. */
  readonly addresses: readonly NetAddress[]
  /** Ascending by key, no key twice. */
  readonly tags: readonly (readonly [key: string, value: string])[]
  /**
   * Marks of the nodes that it is connected with, 8 hex digits each, ascending. Hints: four bytes name nobody beyond
   * doubt.
   */
  readonly neighbours: readonly string[]
  /** The node is about to stop: whoever reads this need not suspect it. */
  readonly isLeaving: boolean
}

/** A decoded, not yet verified, signed record. */
export interface NodeRecord extends RecordDraft {
  readonly peer: PeerId
  /** SHA-256 of the exact bytes, 64 hex digits. */
  readonly hash: string
  /** The exact SSZ of the signed record. */
  readonly bytes: Uint8Array
  readonly signedBytes: Uint8Array
  readonly signature: Uint8Array
}

/** A suspicion before it is signed: "I could not reach this node, of which I know this version." */
export interface SuspicionDraft extends RecordVersion {
  /** Public keys, 32 bytes each. */
  readonly targetKey: Uint8Array
  readonly accuserKey: Uint8Array
  /** When it was made, ms since the Unix epoch. */
  readonly timeMs: number
}

/** A decoded, not yet verified, signed suspicion. */
export interface Suspicion extends SuspicionDraft {
  readonly target: PeerId
  readonly accuser: PeerId
  readonly hash: string
  readonly bytes: Uint8Array
  readonly signedBytes: Uint8Array
  readonly signature: Uint8Array
}

/** What travels on the records topic. */
export type RecordMessage =
  | { readonly kind: 'record'; readonly record: NodeRecord }
  | { readonly kind: 'suspicion'; readonly suspicion: Suspicion }

/** Three-way comparison of two versions: negative where `a` is older. */
export function compareVersions(a: RecordVersion, b: RecordVersion): number {
  return a.incarnation - b.incarnation || a.seq - b.seq
}

const PEER_ID_HEAD = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)

/** The peer id of an Ed25519 public key. */
export function peerIdOfKey(key: Uint8Array): PeerId {
  assert(key.byteLength === 32, 'an Ed25519 public key has 32 bytes')
  return asPeerId(encodeBase58(concatBytes(PEER_ID_HEAD, key)))
}

/** The Ed25519 public key inside a peer id, or null where it is the id of another kind of key. */
export function keyOfPeerId(peer: PeerId): Uint8Array | null {
  const bytes = decodeBase58(peer)
  if (bytes?.byteLength !== PEER_ID_HEAD.byteLength + 32) return null
  return PEER_ID_HEAD.every((byte, index) => bytes[index] === byte) ? bytes.subarray(PEER_ID_HEAD.byteLength) : null
}

/** The mark by which records name a neighbour: the first four bytes of SHA-256(key), as hex. */
export function neighbourMark(key: Uint8Array): string {
  return [...sha256(key).subarray(0, NEIGHBOUR_MARK_BYTES)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
