/** Bounds of the chain's machines (PROTOCOL.md, Blocks; SECURITY.md A8, A20). */

/** Blocks that a reorg can undo: at slots of 2 s half an hour, longer than any partition that heals by itself. */
export const UNDO_WINDOW = 1_024

export interface ChainLimits {
  /** Blocks that a reorg can undo. */
  readonly undoWindow: number
  /** Headers in the tree. */
  readonly headersMax: number
  /** Newest heights whose ledgers are kept in memory. */
  readonly ledgersKept: number
}

/** Of every node: two nodes with different windows could part for good. */
export const CHAIN_LIMITS: ChainLimits = {
  undoWindow: UNDO_WINDOW,
  // The window, and room for a joiner to fetch some ranges of headers ahead of their bodies.
  headersMax: 8_192,
  // A full block can touch 8,192 accounts, about 15 MB of tree nodes; deeper reorgs read the changes from the disk.
  ledgersKept: 16,
}
/** Headers of one slot, all of its proposer: the second is the evidence, a third adds nothing. */
export const HEADERS_PER_SLOT_MAX = 2
/** Slots of which headers are remembered: nine hours at 2 s, when nearly all of them are empty. */
export const SLOTS_REMEMBERED_MAX = 16_384
/** Pairs of headers kept as evidence: enough to show, and each costs a validator its good name only once. */
export const EVIDENCE_MAX = 256
/** Blocks that wait for their parents (A20). */
export const ORPHANS_MAX = 64
/** Bytes of these blocks: sixteen of the largest. */
export const ORPHAN_BYTES_MAX = 16 * 1_048_576
/** Of one peer. */
export const ORPHANS_PER_PEER_MAX = 8
/** How long a block waits for its parent, ms: longer than a sync of the whole window takes. */
export const ORPHAN_LIFE_MS = 600_000
/** Blocks that wait for their slot: at most one slot begins within 2 s on most networks, twenty where slots are shortest. */
export const EARLY_BLOCKS_MAX = 64
