/**
 * What is cheap to send and says nothing: RPCs without content, frames that carry nothing or crumbs, window updates
 * that nobody needs, entries of control that change nothing, streams on which nothing is asked. Byte budgets let
 * 350,000 such frames a second through and more such RPCs, and each costs us some microseconds (SECURITY.md A43, A45).
 *
 * Tracked: by peer and by address group (inbound peers), how many more are free.
 *
 * Rules.
 * - Whoever goes beyond is cut at once. *Rationale*: honest nodes send a few of them; none sends a thousand.
 * - The count outlives the connection by TOLL_MEMORY_MS. *Rationale*: otherwise a reconnection buys a new burst (A44).
 *   It is as long as a spent burst takes to come back, tenfold, so that forgetting it gives nobody anything worth the
 *   handshake.
 * - A stream pays when it is opened, for its negotiation, and gets that back when a request has come on it.
 *   *Rationale*: what it is for shows after it has cost most of what it costs, and many never show it: identify's
 *   pushes, protocols that nobody has, streams that end at once (A46).
 * - Groups have the share of as many peers as may connect from one address.
 *
 * The attacker's best move is to stay below, with every peer that gets in: TOLL_PER_SECOND of each, a few milliseconds
 * of a second in all. Bounded: TOLL_ACCOUNTS_MAX of each kind, the oldest forgotten first; to flush them takes as many
 * handshakes.
 */
import type { PeerId } from '../../domain/ids.ts'
import { ExpiringMap } from '../../lib/expiring-map.ts'
import { TokenBucket } from '../../lib/rate.ts'
import { SOCKETS_PER_ADDRESS_MAX, TOLL_ACCOUNTS_MAX, TOLL_BURST, TOLL_MEMORY_MS, TOLL_PER_SECOND } from './limits.ts'

/** Who causes work: a peer, and where it comes from (null: it counts for no address, as all of a local testnet do). */
export interface Payer {
  readonly peer: PeerId
  readonly group: string | null
  readonly ip: string | null
}

export class Tolls {
  readonly #peers = new ExpiringMap<PeerId, TokenBucket>({ ttlMs: TOLL_MEMORY_MS, capacity: TOLL_ACCOUNTS_MAX })
  readonly #groups = new ExpiringMap<string, TokenBucket>({ ttlMs: TOLL_MEMORY_MS, capacity: TOLL_ACCOUNTS_MAX })

  /** Takes that many; false when they are beyond what the peer, or all of its address, may send. */
  pay({ peer, group }: Omit<Payer, 'ip'>, count: number, nowMs: number): boolean {
    const own = bucketOf(this.#peers, peer, 1, nowMs).take(count, nowMs)
    const shared = group === null || bucketOf(this.#groups, group, SOCKETS_PER_ADDRESS_MAX, nowMs).take(count, nowMs)
    return own && shared
  }

  /** It was worth something after all. */
  giveBack({ peer, group }: Omit<Payer, 'ip'>, count: number, nowMs: number): void {
    this.#peers.get(peer, nowMs)?.giveBack(count)
    if (group !== null) this.#groups.get(group, nowMs)?.giveBack(count)
  }

  sizes(): { readonly tollPeers: Fill; readonly tollAddresses: Fill } {
    return {
      tollPeers: { size: this.#peers.size, capacity: this.#peers.capacity },
      tollAddresses: { size: this.#groups.size, capacity: this.#groups.capacity },
    }
  }
}

interface Fill {
  readonly size: number
  readonly capacity: number
}

function bucketOf<K>(buckets: ExpiringMap<K, TokenBucket>, key: K, share: number, nowMs: number): TokenBucket {
  const known = buckets.get(key, nowMs)
  if (known !== undefined) return known
  const bucket = new TokenBucket({ perSecond: share * TOLL_PER_SECOND, burst: share * TOLL_BURST, nowMs })
  buckets.set(key, bucket, nowMs)
  return bucket
}
