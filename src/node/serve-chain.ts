/**
 * Answers to requests for headers and blocks: what the disk has of the best chain. Reads only; the bounds are those of
 * the protocol.
 */
import { BLOCK_BYTES_MAX, BLOCK_COUNT_MAX, BLOCK_FIXED_BYTES, txRootOf } from '../domain/block.ts'
import { decodeSignedHeader, SIGNED_HEADER_BYTES } from '../domain/codec/block-codec.ts'
import type { ChainRequest } from '../domain/codec/chain-codec.ts'
import { splitList } from '../domain/codec/list-codec.ts'
import { transactionHash } from '../domain/codec/transaction-codec.ts'
import type { BlockHash } from '../domain/ids.ts'
import { bestKey, heightKey, readHeight } from '../kernel/blocks/chain-record.ts'
import { concatAll } from '../lib/bytes.ts'
import type { Store } from '../ports/store.ts'

/** Bytes of blocks in one answer: with the largest block on top it stays within the 8 MiB of the protocol. */
const ANSWER_BYTES_MAX = 7 * BLOCK_BYTES_MAX

/** @param blockPrefix `signingPrefix('hearsay/block/1', networkId)` */
export async function serveChain(
  store: Store,
  asked: ChainRequest,
  blockPrefix: Uint8Array,
): Promise<readonly Uint8Array[]> {
  return asked.kind === 'headers' ? [await headersAfter(store, asked)] : blocks(store, asked.hashes, blockPrefix)
}

/**
 * Headers above the first block of the locator that is on the best chain here; from height 1 when it is none of them.
 */
async function headersAfter(
  store: Store,
  { locator, limit }: Extract<ChainRequest, { kind: 'headers' }>,
): Promise<Uint8Array> {
  const heights = await Promise.all(locator.map((hash) => store.get('chain', heightKey(hash))))
  const found = heights.find((value) => value !== undefined)
  const from = found === undefined ? 1 : readHeight(found) + 1
  const records = await store.entries('chain', { from: bestKey(from), to: bestKey(from + limit) })
  return concatAll(records.flatMap(([, value]) => (value.byteLength === SIGNED_HEADER_BYTES ? [value] : [])))
}

/** A frame a block, empty where it is not there; ends early when the answer is long enough. */
async function blocks(store: Store, hashes: readonly BlockHash[], blockPrefix: Uint8Array): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = []
  let bytes = 0
  for (const hash of hashes) {
    const stored = await store.get('blocks', hash)
    const block = stored !== undefined && isIntact(stored, hash, blockPrefix) ? stored : new Uint8Array()
    frames.push(block)
    bytes += block.byteLength
    if (bytes > ANSWER_BYTES_MAX) break
  }
  return frames
}

/**
 * Whether these bytes are still the block of this hash. A disk can damage what it keeps, and whoever hands on a damaged
 * block is charged for it. Costs one pass of SHA-256 over the block.
 */
function isIntact(bytes: Uint8Array, hash: BlockHash, blockPrefix: Uint8Array): boolean {
  const header = decodeSignedHeader(bytes.subarray(0, SIGNED_HEADER_BYTES), blockPrefix)
  if (!header.ok || header.value.hash !== hash || bytes.byteLength < BLOCK_FIXED_BYTES) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(SIGNED_HEADER_BYTES, true) !== BLOCK_FIXED_BYTES) return false
  const items = splitList(bytes.subarray(BLOCK_FIXED_BYTES), BLOCK_COUNT_MAX)
  return items !== null && txRootOf(items.map(transactionHash)) === header.value.txRoot
}
