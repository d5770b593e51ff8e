/** Blocks that came from somewhere else than gossip, under the header that was checked. */
import type { WithBlocks } from './state.ts'
import type { Block } from '../../domain/block.ts'
import { encodeBlock } from '../../domain/codec/block-codec.ts'
import { equalBytes } from '../../lib/bytes.ts'

/**
 * The block under the header whose signature we have checked. A hash does not cover the signature: whoever serves a
 * block could put another one there, and make us a liar before those whom we serve.
 */
export function underCheckedHeader(machines: WithBlocks, block: Block): Block {
  const header = machines.blocks.chain.header(block.header.hash)
  if (header === undefined || equalBytes(header.bytes, block.header.bytes)) return block
  return { header, transactions: block.transactions, bytes: encodeBlock(header, block.transactions) }
}
