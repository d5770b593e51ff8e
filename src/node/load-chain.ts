/**
 * The chain that the disk holds: the headers within the undo window, and the ledger. Nothing is replayed; that the
 * accounts are those of the head is shown by their root, which the head's header commits to, and that the headers are
 * unharmed by their hashes, each of which names the one before. A store that does not fit together is refused: its node
 * must not tell others what it is not sure of.
 */
import { decodeBlock, decodeSignedHeader } from '../domain/codec/block-codec.ts'
import type { SignedHeader } from '../domain/block.ts'
import { asBlockHash } from '../domain/ids.ts'
import { Ledger } from '../domain/ledger/ledger.ts'
import { networkIdOf, type NetworkParams } from '../domain/params.ts'
import { signingPrefix } from '../domain/signing.ts'
import { CHAIN_LIMITS } from '../chain/limits.ts'
import type { Event } from '../kernel/shared/event.ts'
import { bestKey, HEAD_KEY, readAccounts, readHead, readHeight, SAFETY_KEY } from '../kernel/blocks/chain-record.ts'
import { toHex } from '../lib/bytes.ts'
import type { Store } from '../ports/store.ts'

type ChainStart = NonNullable<Extract<Event, { kind: 'chain-restored' }>['start']>

export type LoadedChain =
  | { readonly kind: 'loaded'; readonly start: ChainStart; readonly lastSignedSlot: number }
  /** Nothing but what a validator has signed, if it is one. */
  | { readonly kind: 'genesis'; readonly lastSignedSlot: number }
  | { readonly kind: 'damaged'; readonly message: string }

/**
 * Headers that are read back: all that a reorg could undo, and as many below as show who made the latest blocks before.
 * Where fewer than half of the validators have made these, a reorg of thousands of blocks could be weighed otherwise
 * than by a node that never stopped.
 */
const READ_BACK = CHAIN_LIMITS.unsettledWindow + CHAIN_LIMITS.undoWindow

export async function loadChain(store: Store, params: NetworkParams): Promise<LoadedChain> {
  const safety = await store.get('safety', SAFETY_KEY)
  if (safety !== undefined && safety.byteLength !== 8) return damaged('the record of signed slots cannot be read')
  const lastSignedSlot = safety === undefined ? -1 : readHeight(safety)
  const record = await store.get('chain', HEAD_KEY)
  if (record === undefined) return { kind: 'genesis', lastSignedSlot }
  const head = readHead(record)
  if (head === null) return damaged('the record of the head cannot be read')

  const networkId = networkIdOf(params)
  const prefix = signingPrefix('hearsay/block/1', networkId)
  const bottom = Math.max(0, head.height - READ_BACK)
  const records = await store.entries('chain', { from: bestKey(Math.max(1, bottom)), to: bestKey(head.height + 1) })
  const headers: SignedHeader[] = []
  for (const [, value] of records) {
    const decoded = decodeSignedHeader(value, prefix)
    const before = headers.at(-1)
    if (!decoded.ok || (before !== undefined && decoded.value.parent !== before.hash))
      return damaged('the headers do not follow one another')
    headers.push(decoded.value)
  }
  const top = headers.at(-1)
  if (top?.hash !== head.hash || headers[0]?.height !== Math.max(1, bottom))
    return damaged('headers of the best chain are missing')

  const body = await store.get('blocks', head.hash)
  const block = body === undefined ? null : decodeBlock(body, prefix, signingPrefix('hearsay/tx/1', networkId))
  if (block?.ok !== true || block.value.header.hash !== head.hash) return damaged('the body of the head is missing')

  const accounts = readAccounts(await store.entries('state'))
  const ledger = accounts === null ? null : Ledger.restore(accounts)
  if (ledger === null || toHex(ledger.root()) !== top.ledgerRoot)
    return damaged('the accounts are not those of the head')

  const isFromGenesis = bottom === 0
  const rootHeader = isFromGenesis ? undefined : headers.shift()
  const root =
    rootHeader === undefined
      ? { hash: asBlockHash(networkId), height: 0, slot: 0, makers: [] }
      : {
          hash: rootHeader.hash,
          height: rootHeader.height,
          slot: rootHeader.slot,
          makers: [rootHeader.proposer],
        }
  return { kind: 'loaded', start: { root, headers, ledger, validatorCount: params.validators.length }, lastSignedSlot }
}

function damaged(message: string): LoadedChain {
  return { kind: 'damaged', message }
}
