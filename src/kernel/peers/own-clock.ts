/** What peers' records say of our clock. */
import type { WithShared } from '../shared/state.ts'
import type { WithPeers } from './state.ts'
import type { PeerId } from '../../domain/ids.ts'
import type { NodeRecord } from '../../domain/record.ts'
import { HEADER_EARLY_MS } from '../../domain/rules/header-rules.ts'
import type { Now } from '../../domain/time.ts'
import { isClockOff, type ClockVerdict } from '../../membership/peer-clocks.ts'

/**
 * A record of a connected peer came: from itself, whose connection vouches for it, or from another, and its signature
 * holds (`isVerified`). Also one that is refused because it seems to come from the future says what its maker's clock
 * shows.
 */
export function heardClock(
  machines: WithPeers,
  record: Pick<NodeRecord, 'peer' | 'publishedAtMs'>,
  from: PeerId,
  isVerified: boolean,
  now: Now,
): void {
  const entry = machines.peers.table.get(record.peer)
  if (entry === undefined || isVerified === (record.peer === from)) return
  machines.peers.clocks.heard(record.peer, entry.direction === 'outbound', record.publishedAtMs, now.monoMs)
}

export interface OwnClock extends ClockVerdict {
  /** By more than a slot: a validator signs nothing. */
  readonly isOff: boolean
}

/** Null where too few peers can be compared with. */
export function ownClock(
  { peers: { clocks: peerClocks }, shared: { config } }: WithShared & WithPeers,
  now: Now,
): OwnClock | null {
  const verdict = peerClocks.verdict(now)
  // Clocks of honest machines may differ by what a block may be early, however short the slots.
  const allowedMs = Math.max(config.network.slotMs, HEADER_EARLY_MS)
  return verdict === null ? null : { ...verdict, isOff: isClockOff(verdict, allowedMs) }
}
