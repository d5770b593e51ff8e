/**
 * Routes that remember who is first: which neighbours get messages of which neighbour at once, and which are only told
 * of them.
 *
 * Tracked. For each young message who brought it first and who second; for each pair of neighbours how often what came
 * from the one (source) was handed to the other (target), how often it came late there, and until when this route
 * rests.
 *
 * Rules (PROTOCOL.md, Routes).
 * - A copy beyond COPIES_WANTED was of no use: whoever sent it is told so.
 * - A route of which at least LATES_MIN copies and LATE_SHARE of all were of no use rests: messages of that source are
 *   announced to that target.
 * - A target that asks for a message opens all routes to it again, and so does time.
 * - What this node publishes itself goes to everybody at once.
 *
 * Rationale. Which of two ways is the faster one depends on where a message comes from, so it is not connections that
 * rest but pairs; and only the receiver knows which copy was late, so only its word closes a route to it: a liar thins
 * out what he gets himself, nobody else's. The two fastest copies of each message are never called late, so that each
 * neighbour is the backup of another one.
 *
 * Invariants: who was first or second is not late; a resting route is that of a connected target.
 *
 * The attacker's best move: two identities that are a node's fastest sources for everything, and then keep a message
 * back. The node hears of it by the next announcement of any other neighbour, fetches it, and has all of that
 * neighbour's routes back.
 */
import type { MessageId, PeerId } from '../../domain/ids.ts'
import { assert } from '../../lib/assert.ts'
import { ExpiringMap } from '../../lib/expiring-map.ts'
import {
  COPIES_WANTED,
  COUNTED_MAX,
  COUNTED_MESSAGES_MAX,
  COUNTED_MS,
  LATE_SHARE,
  LATES_MIN,
  REST_MS,
  SOURCES_MAX,
} from './route-limits.ts'

interface Route {
  carried: number
  late: number
  restsUntilMs: number
}

export class Routes {
  /** Who brought a message, in their order, up to COPIES_WANTED. */
  readonly #bearers = new ExpiringMap<MessageId, PeerId[]>({ ttlMs: COUNTED_MS, capacity: COUNTED_MESSAGES_MAX })
  /** By target, then by source. */
  readonly #routes = new Map<PeerId, Map<PeerId, Route>>()

  /** A message came that was not known. */
  arrived(id: MessageId, from: PeerId, nowMs: number): void {
    this.#bearers.set(id, [from], nowMs)
  }

  /** A known message came again. True: it was of no use, and the sender should hear that. */
  copied(id: MessageId, from: PeerId, nowMs: number): boolean {
    const bearers = this.#bearers.get(id, nowMs)
    if (bearers === undefined || bearers.includes(from)) return false
    if (bearers.length >= COPIES_WANTED) return true
    bearers.push(from)
    return false
  }

  /** A message of `source` is to go to `target`. True: it goes at once; false: it is announced. */
  carries(source: PeerId, target: PeerId, nowMs: number): boolean {
    const route = this.#route(source, target)
    if (route.restsUntilMs > nowMs) return false
    route.carried++
    if (route.carried >= COUNTED_MAX) {
      route.carried /= 2
      route.late /= 2
    }
    return true
  }

  /** `target` says that our copy of a message was of no use. */
  late(id: MessageId, target: PeerId, nowMs: number): void {
    const source = this.#bearers.get(id, nowMs)?.[0]
    // What it sent us itself it did not get from us.
    if (source === undefined || source === target) return
    const route = this.#route(source, target)
    if (route.restsUntilMs > nowMs) return
    route.late++
    if (route.late < LATES_MIN || route.late < LATE_SHARE * route.carried) return
    Object.assign(route, { carried: 0, late: 0, restsUntilMs: nowMs + REST_MS })
  }

  /** `target` asked for a message: it lacks sources. */
  missed(target: PeerId): void {
    this.#routes.delete(target)
  }

  /** The peer is gone. */
  forget(peer: PeerId): void {
    this.#routes.delete(peer)
    for (const routes of this.#routes.values()) routes.delete(peer)
  }

  /** Pairs of neighbours whose route rests. */
  resting(nowMs: number): number {
    let count = 0
    for (const routes of this.#routes.values())
      for (const { restsUntilMs } of routes.values()) if (restsUntilMs > nowMs) count++
    return count
  }

  sizes(): { readonly countedCopies: { readonly size: number; readonly capacity: number } } {
    return { countedCopies: { size: this.#bearers.size, capacity: this.#bearers.capacity } }
  }

  invariants(): void {
    for (const [target, routes] of this.#routes) {
      assert(routes.size <= SOURCES_MAX, 'the sources of a target are bounded')
      assert(!routes.has(target), 'nobody is a source of itself')
      for (const { carried, late } of routes.values()) {
        assert(carried < COUNTED_MAX, 'counts are halved in time')
        assert(late < LATES_MIN || late < LATE_SHARE * carried, 'what is mostly late rests')
      }
    }
  }

  #route(source: PeerId, target: PeerId): Route {
    const routes = this.#routes.get(target) ?? new Map<PeerId, Route>()
    this.#routes.set(target, routes)
    const held = routes.get(source)
    if (held !== undefined) return held
    // Sources that went while a message of theirs was judged.
    if (routes.size >= SOURCES_MAX) routes.clear()
    const route = { carried: 0, late: 0, restsUntilMs: Number.NEGATIVE_INFINITY }
    routes.set(source, route)
    return route
  }
}
