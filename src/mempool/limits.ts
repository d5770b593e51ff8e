/** Bounds of the mempool by profile (SECURITY.md; A2, A24, A42). */

export interface MempoolLimits {
  /** Transactions held, pending and parked together. */
  readonly countMax: number
  /** Their bytes together. */
  readonly bytesMax: number
  /** Pending transactions of one sender. */
  readonly pendingPerSenderMax: number
  /** Transactions of one sender that came ahead of their turn and have not been pending yet. */
  readonly parkedPerSenderMax: number
  /** The same over all senders. */
  readonly parkedMax: number
  /** How far a nonce may be ahead of the next one of its sender. */
  readonly nonceGapMax: number
}

/**
 * How long a transaction that came ahead of its turn has its place for sure among equals: what overtook it on another
 * path is there in a second, what was lost comes with the next comparison of pools.
 */
export const PARKED_PATIENCE_MS = 15_000

const KIB = 1_024
const MIB = 1_024 * KIB

/** For the open network. */
const node: MempoolLimits = {
  // Twenty blocks of 500: what is further behind pays too little to be worth its memory.
  countMax: 10_000,
  // 10,000 of the usual 250 B are 2.5 MiB; the bound is for those who fill their payloads.
  bytesMax: 64 * MIB,
  // One sender must not fill the pool: 157 funded accounts are needed for that.
  pendingPerSenderMax: 64,
  // One for each nonce that the gap allows.
  parkedPerSenderMax: 16,
  // A tenth of the pool: what may never pay must stay a minority (A24).
  parkedMax: 1_024,
  // What overtakes on another path is a few messages ahead, not hundreds.
  nonceGapMax: 16,
}

/** By profile: `dev` for a local testnet, `bench` for measurements. */
export const MEMPOOL_LIMITS: Readonly<Record<'node' | 'dev' | 'bench', MempoolLimits>> = {
  node,
  dev: {
    ...node,
    // A testnet has few accounts, and its load comes from all of them.
    pendingPerSenderMax: 1_024,
  },
  bench: {
    // A minute at the rate the fastest run reached (4,000/s), so that the pool never is what is measured.
    countMax: 262_144,
    // 1 KiB for each.
    bytesMax: 256 * MIB,
    // Four accounts may fill it.
    pendingPerSenderMax: 65_536,
    // At full rate the batches of one sender overtake one another by hundreds.
    parkedPerSenderMax: 65_536,
    // Nobody attacks a measurement.
    parkedMax: 262_144,
    // As many as may be parked.
    nonceGapMax: 65_536,
  },
}
