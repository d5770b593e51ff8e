/**
 * What the one who runs a development network may ask of its validators: to make blocks when they are told to, instead
 * of in their slots.
 */

/** Where a node's chain stands: all that must be known to say which slot shall have a block. */
export interface ChainPlace {
  readonly height: number
  readonly hash: string
  /** Of the head. */
  readonly slot: number
  /** Transactions of the head's block; 0 at genesis. */
  readonly transactions: number
  /** Whether the head is on the node's disk, and everybody told of it. */
  readonly isAnnounced: boolean
  /** The last slot that this node signed a block for; -1 for none. */
  readonly lastSignedSlot: number
}

export interface BlocksOnDemand {
  /** From now on: blocks when they are asked for (true), or in slots (false). */
  set(isOn: boolean): void
  place(): ChainPlace
  /**
   * Asks for a block of this slot on this head. It is made where the slot is this validator's own, has begun, and was
   * never used; else nothing happens.
   * @param withinMs after this long nothing is made any more
   */
  make(slot: number, parent: string, withinMs: number): void
}
