/** Bounds of the chain's machines (PROTOCOL.md, Blocks; SECURITY.md A8, A20). */

/**
 * Blocks that a reorg can undo, settled or not: at slots of 2 s half an hour, longer than any partition that heals by
 * itself.
 */
const UNDO_WINDOW = 1_024
/**
 * And where less is settled than that, down to the settled block, but no further: two hours at 2 s. Who shows a lone
 * node a branch of its own that long, before the node hears anybody else, has it; on fewer blocks a node could be led
 * away for good within minutes.
 */
const UNSETTLED_WINDOW = 4_096

export interface ChainLimits {
  /** Blocks that a reorg can undo, settled or not. */
  readonly undoWindow: number
  /** Blocks that a reorg can undo while none of them is settled. */
  readonly unsettledWindow: number
  /** Headers in the tree. */
  readonly headersMax: number
  /** Blocks that wait for a body, their own or an ancestor's. */
  readonly waitingMax: number
  /** Newest heights whose ledgers are kept in memory. */
  readonly ledgersKept: number
}

/** Of every node: two nodes with different windows could part for good. */
export const CHAIN_LIMITS: ChainLimits = {
  undoWindow: UNDO_WINDOW,
  unsettledWindow: UNSETTLED_WINDOW,
  // The unsettled window, what waits for bodies, and as much again for branches aside.
  headersMax: 8_192,
  // Four answers of headers, ahead of their bodies.
  waitingMax: 2_048,
  // A full block can touch 8,192 accounts, about 15 MB of tree nodes; deeper reorgs read the changes from the disk.
  ledgersKept: 16,
}
/** Blocks of one slot that wait for bodies, asked for or not: two by gossip, and others on which somebody has built. */
export const WAITING_PER_SLOT_MAX = 4
/**
 * Blocks of one maker that wait for bodies where there are very many validators: the run of one who is alone for a
 * while, or of two.
 */
export const WAITING_PER_MAKER_MIN = 64
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
/**
 * Blocks that wait for their slot: at most one slot begins within 2 s on most networks, twenty where slots are
 * shortest.
 */
export const EARLY_BLOCKS_MAX = 64
