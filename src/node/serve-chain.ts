/** Answers to requests for headers and blocks: what the disk has of the best chain. Reads only; the bounds are those of the protocol. */
import { BLOCK_BYTES_MAX } from '../domain/block.ts'
import { SIGNED_HEADER_BYTES } from '../domain/codec/block-codec.ts'
import type { ChainRequest } from '../domain/codec/chain-codec.ts'
import { bestKey, heightKey, readHeight } from '../kernel/chain-record.ts'
import { concatBytes } from '../lib/bytes.ts'
import type { Store } from '../ports/store.ts'

/** Bytes of blocks in one answer: with the largest block on top it stays within the 8 MiB of the protocol. */
const ANSWER_BYTES_MAX = 7 * BLOCK_BYTES_MAX

export async function serveChain(store: Store, asked: ChainRequest): Promise<readonly Uint8Array[]> {
  return asked.kind === 'headers' ? [await headersAfter(store, asked)] : blocks(store, asked.hashes)
}

/** Headers above the first block of the locator that is on the best chain here; from height 1 when it is none of them. */
async function headersAfter(
  store: Store,
  { locator, limit }: Extract<ChainRequest, { kind: 'headers' }>,
): Promise<Uint8Array> {
  const heights = await Promise.all(locator.map((hash) => store.get('chain', heightKey(hash))))
  const found = heights.find((value) => value !== undefined)
  const from = found === undefined ? 1 : readHeight(found) + 1
  const records = await store.entries('chain', { from: bestKey(from), to: bestKey(from + limit) })
  return concatBytes(...records.flatMap(([, value]) => (value.byteLength === SIGNED_HEADER_BYTES ? [value] : [])))
}

/** A frame a block, empty where it is not there; ends early when the answer is long enough. */
async function blocks(store: Store, hashes: readonly string[]): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = []
  let bytes = 0
  for (const hash of hashes) {
    const block = (await store.get('blocks', hash)) ?? new Uint8Array()
    frames.push(block)
    bytes += block.byteLength
    if (bytes > ANSWER_BYTES_MAX) break
  }
  return frames
}
