/** The chain: headers and bodies, the step that is under way, and this validator's own work. */
import { Chain } from '../../chain/chain.ts'
import { EarlyBlocks } from '../../chain/early-blocks.ts'
import { EARLY_BLOCKS_MAX, ORPHANS_MAX } from '../../chain/limits.ts'
import { Orphanage } from '../../chain/orphanage.ts'
import { BLOCK_COUNT_MAX, type CompactBlock } from '../../domain/block.ts'
import { decodeBlock } from '../../domain/codec/block-codec.ts'
import type { BlockHash, MessageId, PeerId, TxHash } from '../../domain/ids.ts'
import type { RejectCode } from '../../domain/reject.ts'
import { signingPrefix } from '../../domain/signing.ts'
import { assert } from '../../lib/assert.ts'
import { ExpiringMap } from '../../lib/expiring-map.ts'
import { CompactRelay } from '../../relay/compact-relay.ts'
import { ChainSync } from '../../sync/chain-sync.ts'
import type { JobNumber } from '../shared/event.ts'
import type { Shared } from '../shared/state.ts'
import type { StructureSize, WingState } from '../shared/wing.ts'
import { Bodies } from './bodies.ts'
import type { ChainWork } from './chain-work.ts'
import { INVALID_BLOCKS_MAX, INVALID_BLOCKS_MS, OWN_BLOCKS_MAX, PARTS_WANTED_MAX } from './limits.ts'
import type { Proposal } from './proposal.ts'

/** Said by the signature of a handler that reads or changes this state. */
export interface WithBlocks {
  readonly blocks: Blocks
}

export class Blocks implements WingState {
  readonly prefix: Uint8Array
  /** Replaced once, at start, by what the disk holds. */
  chain: Chain
  readonly chainSync = new ChainSync()
  readonly compact = new CompactRelay()
  readonly orphans = new Orphanage<CompactBlock>()
  readonly early = new EarlyBlocks<{
    readonly block: CompactBlock
    readonly from: PeerId
    readonly messageId: MessageId
  }>()
  readonly bodies: Bodies
  /** The step of the chain that is under way. */
  readonly work: { current: ChainWork | null } = { current: null }
  /** Transactions of the body at hand whose signatures hold. */
  readonly verifiedBodies = new Set<TxHash>()
  /** Blocks that broke a rule, and which. */
  readonly invalidBlocks = new ExpiringMap<BlockHash, RejectCode>({
    ttlMs: INVALID_BLOCKS_MS,
    capacity: INVALID_BLOCKS_MAX,
  })
  /** Questions of peers for transactions of blocks whose bodies are not here yet. */
  readonly partsWanted = new Map<
    BlockHash,
    { readonly request: JobNumber; readonly shortIds: readonly string[]; readonly sinceMs: number }[]
  >()
  /** This validator's own work. */
  readonly proposal: Proposal
  /** Blocks of our own that are not published yet. */
  readonly ownBlocks = new Set<BlockHash>()
  readonly #shared: Shared

  constructor(shared: Shared) {
    const { networkId, config, announced } = shared
    const { hash, ledger } = announced
    this.#shared = shared
    this.proposal = {
      lastSignedSlot: -1,
      draft: null,
      awaited: null,
      refused: null,
      wasOff: false,
      isOnDemand: config.blocksOnDemand === true,
      wish: null,
    }
    this.prefix = signingPrefix('hearsay/block/1', networkId)
    const transactionPrefix = signingPrefix('hearsay/tx/1', networkId)
    this.bodies = new Bodies((bytes) => {
      const decoded = decodeBlock(bytes, this.prefix, transactionPrefix)
      assert(decoded.ok, 'a block that was decoded before can be decoded')
      return decoded.value.transactions
    })
    this.chain = new Chain({
      root: { hash, height: 0, slot: 0, makers: [] },
      headers: [],
      ledger,
      validatorCount: config.network.validators.length,
    })
  }

  /**
   * Whether this node judges by an old ledger: what it refuses, its peers rightly hand on. The ledger is that of the
   * announced head, which waits for the disk: until then a node is behind its own chain as well.
   */
  get isBehind(): boolean {
    const { hash, height } = this.#shared.announced
    return hash !== this.chain.head.hash || this.chainSync.isBehind(height)
  }

  get isAtWork(): boolean {
    const { partsWanted, early, compact, work, chainSync } = this
    const { config, announced } = this.#shared
    if (partsWanted.size + early.size + compact.size > 0 || work.current !== null) return true
    // A slot of ours begins when it begins.
    if (config.validator !== null) return true
    return chainSync.isBehind(announced.height) || chainSync.isRetrying
  }

  readonly nextMs = Number.POSITIVE_INFINITY

  peerGreeted(peer: PeerId): void {
    this.chainSync.peerJoined(peer)
  }

  peerGone(peer: PeerId): void {
    this.chainSync.peerGone(peer)
    this.orphans.forgetPeer(peer)
  }

  sizes(): StructureSize[] {
    const { verifiedBodies, invalidBlocks, partsWanted, ownBlocks, orphans, early } = this
    const of = (name: string, size: number, capacity: number, unit: string): StructureSize => ({
      name,
      size,
      capacity,
      unit,
    })
    return [
      ...this.chain.sizes(),
      ...this.chainSync.sizes(),
      ...this.compact.sizes(),
      ...this.bodies.sizes(),
      of('kernel.verifiedBodies', verifiedBodies.size, BLOCK_COUNT_MAX, 'transactions'),
      of('kernel.invalidBlocks', invalidBlocks.size, invalidBlocks.capacity, 'blocks'),
      of('kernel.partsWanted', partsWanted.size, PARTS_WANTED_MAX, 'blocks'),
      of('kernel.ownBlocks', ownBlocks.size, OWN_BLOCKS_MAX, 'blocks'),
      of('chain.orphans', orphans.size, ORPHANS_MAX, 'blocks'),
      of('kernel.early', early.size, EARLY_BLOCKS_MAX, 'blocks'),
    ]
  }

  invariants(): void {
    for (const machine of [this.chain, this.chainSync, this.compact, this.orphans]) machine.invariants()
  }
}
