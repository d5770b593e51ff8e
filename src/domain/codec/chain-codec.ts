/**
 * The `chain` request protocol (PROTOCOL.md, Request protocols): headers after a locator, and blocks by hash.
 *
 * ```
 * request  0x00 · limit u16 · locator list[B32, 32]
 * answer   one frame, signed headers one after another, at most `limit` and 512
 * request  0x01 · hashes list[B32, 64]
 * answer   a frame a block, in order, empty where it is not there; may end early
 * ```
 */
import { concatAll, fromHex, toHex } from '../../lib/bytes.ts'
import { assert } from '../../lib/assert.ts'
import { asBlockHash, type BlockHash } from '../ids.ts'
import { SIGNED_HEADER_BYTES } from './block-codec.ts'

/** Most headers of one answer: 125 KB, two slots of a megabit link. */
export const HEADERS_COUNT_MAX = 512
/** Most hashes of a locator: steps double, so 32 reach back 2^32 blocks. */
export const LOCATOR_COUNT_MAX = 32
/** Most blocks asked for at once; the byte budget of the protocol ends an answer earlier. */
export const BLOCKS_ASKED_MAX = 64

export type ChainRequest =
  | { readonly kind: 'headers'; readonly locator: readonly BlockHash[]; readonly limit: number }
  | { readonly kind: 'blocks'; readonly hashes: readonly BlockHash[] }

export function encodeChainRequest(request: ChainRequest): Uint8Array {
  if (request.kind === 'blocks') return concatAll([Uint8Array.of(1), ...request.hashes.map(hashBytes)])
  return concatAll([Uint8Array.of(0, request.limit & 0xff, request.limit >> 8), ...request.locator.map(hashBytes)])
}

/** Null where the bytes are no request. */
export function decodeChainRequest(bytes: Uint8Array): ChainRequest | null {
  if (bytes[0] === 1) {
    const hashes = decodeHashes(bytes.subarray(1), BLOCKS_ASKED_MAX)
    // The same block again costs its sender 32 bytes, and us the whole block.
    return hashes === null || new Set(hashes).size < hashes.length ? null : { kind: 'blocks', hashes }
  }
  if (bytes[0] !== 0 || bytes.byteLength < 3) return null
  const limit = (bytes[1] ?? 0) | ((bytes[2] ?? 0) << 8)
  const locator = decodeHashes(bytes.subarray(3), LOCATOR_COUNT_MAX)
  if (locator === null || limit === 0 || limit > HEADERS_COUNT_MAX) return null
  return { kind: 'headers', locator, limit }
}

/** Splits an answer into the bytes of its signed headers; null where it is none. */
export function splitHeaders(frame: Uint8Array): Uint8Array[] | null {
  if (frame.byteLength % SIGNED_HEADER_BYTES !== 0 || frame.byteLength > HEADERS_COUNT_MAX * SIGNED_HEADER_BYTES)
    return null
  const headers: Uint8Array[] = []
  for (let at = 0; at < frame.byteLength; at += SIGNED_HEADER_BYTES)
    headers.push(frame.subarray(at, at + SIGNED_HEADER_BYTES))
  return headers
}

function decodeHashes(bytes: Uint8Array, countMax: number): BlockHash[] | null {
  if (bytes.byteLength === 0 || bytes.byteLength % 32 !== 0 || bytes.byteLength > 32 * countMax) return null
  const hashes: BlockHash[] = []
  for (let at = 0; at < bytes.byteLength; at += 32) hashes.push(asBlockHash(toHex(bytes.subarray(at, at + 32))))
  return hashes
}

function hashBytes(hash: BlockHash): Uint8Array {
  const bytes = fromHex(hash)
  assert(bytes?.byteLength === 32, 'a hash is 32 bytes')
  return bytes
}
