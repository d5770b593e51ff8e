/** What the API tells of blocks, accounts and evidence. */
import { encodeAddress, networkKindOf } from '../domain/address.ts'
import type { Block, SignedHeader } from '../domain/block.ts'
import { decodeBlock, decodeSignedHeader } from '../domain/codec/block-codec.ts'
import { asAccountId, asBlockHash, isHashPrefix, isHashText, type BlockHash } from '../domain/ids.ts'
import { slotTimeMs } from '../domain/slots.ts'
import type { AccountView, BlockListView, BlockView, EvidenceView } from '../domain/views.ts'
import { bestKey } from '../kernel/blocks/chain-record.ts'
import type { Machines } from '../kernel/machines.ts'
import { assert } from '../lib/assert.ts'
import { fromHex, toHex } from '../lib/bytes.ts'
import type { Lookup } from '../ports/control.ts'
import type { Store } from '../ports/store.ts'
import type { Observer } from './observe.ts'

interface Sources {
  readonly machines: Machines
  readonly store: Store
  readonly observer: Observer
}

const MATCHES_MAX = 5

export async function findBlock(sources: Sources, which: string): Promise<Lookup<BlockView>> {
  const { machines, store } = sources
  const { announced } = machines.shared
  if (which === 'head') return blockByHash(sources, announced.hash)
  if (which === 'settled') return blockByHeight(sources, announced.settledHeight)
  if (/^[0-9]{1,15}$/.test(which) && !isHashText(which)) {
    const found = await blockByHeight(sources, Number(which))
    if (found.kind === 'found' || which.length < 4) return found
  }
  if (isHashText(which)) return blockByHash(sources, asBlockHash(which))
  if (!isHashPrefix(which)) return { kind: 'missing' }
  const records = await store.entries('blocks', { from: which, to: `${which}g`, limit: MATCHES_MAX })
  const [only, ...others] = records.map(([hash]) => hash)
  if (only === undefined) return { kind: 'missing' }
  return others.length > 0 ? { kind: 'ambiguous', matches: [only, ...others] } : blockByHash(sources, asBlockHash(only))
}

export async function listBlocks(sources: Sources, range: { limit: number; before?: number }): Promise<BlockListView> {
  const { announced } = sources.machines.shared
  const top = Math.min(announced.height, range.before === undefined ? announced.height : range.before - 1)
  const blocks: BlockListView['blocks'][number][] = []
  for (let height = top; height >= 1 && blocks.length < range.limit; height--) {
    const header = await bestHeader(sources, height)
    const sizeBytes = header === null ? null : await sizeOf(sources, header.hash)
    if (header === null || sizeBytes === null) break
    blocks.push(lineOf(sources, header, sizeBytes, true))
  }
  return {
    v: 1,
    head: { height: announced.height, hash: announced.hash },
    settled: { height: announced.settledHeight },
    blocks,
  }
}

export function evidenceView({ blocks: { chain } }: Machines): EvidenceView {
  return {
    v: 1,
    evidence: chain.evidence.map(({ slot, proposer, first, second }) => ({
      slot,
      proposer,
      hashes: [first.hash, second.hash],
      headers: [toHex(first.bytes), toHex(second.bytes)],
    })),
  }
}

export function accountView(machines: Machines, key: string, withProof: boolean): AccountView {
  const id = asAccountId(key)
  const { ledger, height, hash } = machines.shared.announced
  const account = ledger.account(id)
  const bytes = fromHex(key)
  assert(bytes !== null, 'an account is named by its key')
  const proof = withProof ? ledger.proof(id) : undefined
  const view: AccountView = {
    v: 1,
    address: encodeAddress(bytes, networkKindOf(machines.shared.config.network.name)),
    key,
    balance: account.balance.toString(),
    nonce: account.nonce.toString(),
    nextNonce: machines.transactions.pool.nextNonce(id, account).toString(),
    pending: machines.transactions.pool.pendingOf(id),
    parked: machines.transactions.pool.parkedOf(id),
    head: { height, hash },
  }
  if (proof === undefined) return view
  const header = machines.blocks.chain.header(hash)
  return {
    ...view,
    proof: proof === null ? null : { ...proof, balance: proof.balance.toString(), nonce: proof.nonce.toString() },
    header: header === undefined ? null : toHex(header.bytes),
  }
}

async function blockByHeight(sources: Sources, height: number): Promise<Lookup<BlockView>> {
  const header = await bestHeader(sources, height)
  return header === null ? { kind: 'missing' } : blockByHash(sources, header.hash)
}

/** The header at this height of the chain that is told of; null where there is none. */
async function bestHeader({ machines, store }: Sources, height: number): Promise<SignedHeader | null> {
  const inMemory =
    height > 0 && height <= machines.shared.announced.height ? machines.blocks.chain.at(height)?.hash : undefined
  const known = inMemory === undefined ? undefined : machines.blocks.chain.header(inMemory)
  if (known !== undefined) return known
  const bytes = await store.get('chain', bestKey(height))
  const header = bytes === undefined ? null : decodeSignedHeader(bytes, machines.blocks.prefix)
  return header?.ok === true ? header.value : null
}

/** Length of a block's body; it is not decoded for that, since a list may name a thousand. */
async function sizeOf({ machines, store }: Sources, hash: BlockHash): Promise<number | null> {
  const bytes = machines.blocks.bodies.bytesOf(hash) ?? (await store.get('blocks', hash))
  return bytes?.byteLength ?? null
}

async function blockByHash(sources: Sources, hash: BlockHash): Promise<Lookup<BlockView>> {
  const { machines, store } = sources
  const inMemory = machines.blocks.bodies.get(hash)
  if (inMemory !== undefined) return { kind: 'found', value: view(sources, inMemory, await isBest(sources, inMemory)) }
  const bytes = await store.get('blocks', hash)
  const block = bytes === undefined ? null : decodeBlock(bytes, machines.blocks.prefix, machines.transactions.prefix)
  // A body that is not what its key says was damaged on the disk: it is not shown.
  if (block?.ok !== true || block.value.header.hash !== hash) return { kind: 'missing' }
  return { kind: 'found', value: view(sources, block.value, await isBest(sources, block.value)) }
}

async function isBest({ store, machines }: Sources, { header }: Block): Promise<boolean> {
  if (header.height > machines.shared.announced.height) return false
  const bytes = await store.get('chain', bestKey(header.height))
  const best = bytes === undefined ? null : decodeSignedHeader(bytes, machines.blocks.prefix)
  return best?.ok === true && best.value.hash === header.hash
}

function view(sources: Sources, { header, transactions, bytes }: Block, best: boolean): BlockView {
  const first = sources.observer.propagation.get(header.hash)?.first ?? null
  return {
    v: 1,
    ...lineOf(sources, header, bytes.byteLength, best),
    firstSeenNs: first?.t_ns ?? null,
    from: first?.from ?? null,
    transactions: transactions.map(({ id }) => id),
  }
}

function lineOf(
  { machines }: Sources,
  header: SignedHeader,
  sizeBytes: number,
  best: boolean,
): BlockListView['blocks'][number] {
  const reason = machines.blocks.invalidBlocks.get(header.hash, Number.NEGATIVE_INFINITY) ?? null
  return {
    hash: header.hash,
    height: header.height,
    slot: header.slot,
    slotTime: slotTimeMs(machines.shared.config.network, header.slot),
    parent: header.parent,
    proposer: header.proposer,
    txRoot: header.txRoot,
    ledgerRoot: header.ledgerRoot,
    txCount: header.txCount,
    sizeBytes,
    branch: best ? 'best' : reason === null ? 'side' : 'invalid',
    reason,
    settled: best && header.height <= machines.shared.announced.settledHeight,
  }
}
