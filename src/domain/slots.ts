/**
 * Slots: the clock of the chain. Slot s begins at genesisTime + s · slotMs and belongs to validator s mod n; slot 0 is
 * genesis.
 */
import type { AccountId } from './ids.ts'
import type { NetworkParams } from './params.ts'

/** When a slot begins, ms since the Unix epoch: the time of its block. */
export function slotTimeMs(params: NetworkParams, slot: number): number {
  return params.genesisTimeMs + slot * params.slotMs
}

/** The slot in which `timeMs` lies; negative before genesis. */
export function slotAt(params: NetworkParams, timeMs: number): number {
  return Math.floor((timeMs - params.genesisTimeMs) / params.slotMs)
}

/** Who may make the block of a slot; null on a network without validators. */
export function proposerOf(params: NetworkParams, slot: number): AccountId | null {
  return params.validators[slot % params.validators.length] ?? null
}
