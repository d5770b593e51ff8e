/**
 * The guards of all connections: what each costs goes to the account of its peer, and whoever costs too much is held or
 * cut. The multiplexer is made before libp2p says whose connection it is; until then a guard keeps its own small count.
 */
import type { Connection, MessageStream, StreamMuxer } from '@libp2p/interface'
import { asPeerId, type PeerId } from '../../domain/ids.ts'
import { ExpiringMap } from '../../lib/expiring-map.ts'
import type { Overwork } from '../../ports/connections.ts'
import type { FrameExcess } from './frame-meter.ts'
import { GONE_MS, HANDSHAKE_MS, HOLD_MS, OPENING_TOLL, RPC_SLICE_MS, TOLL_ACCOUNTS_MAX, TOLL_BURST } from './limits.ts'
import type { Payer, Tolls } from './tolls.ts'
import type { WorkSubject } from './work-accounts.ts'
import { WorkWatch, type Books } from './work-watch.ts'

export interface GuardsParts {
  readonly tolls: Tolls
  /** A clock in milliseconds that doesn't go back. */
  readonly now: () => number
  /** Processor time that the process has used, ms. */
  readonly cpuMs: () => number
  /** The peer, or all peers of the address, cost too much: `peers` are cut. */
  readonly onOverwork: (subject: WorkSubject, what: Overwork, ip: string | null, peers: readonly PeerId[]) => void
}

interface Gone {
  readonly payer: Payer
  readonly books: Books | null
  /** Nothing of it counts any more. */
  isOver: boolean
}

/** One connection below its multiplexer. */
export class ConnectionGuard {
  readonly #guards: ConnectionGuards
  readonly #wire: MessageStream
  #muxer: StreamMuxer | null = null
  payer: Payer | null = null
  books: Books | null = null
  /** By us, for what it did. */
  isCut = false
  #early = 0
  #resume: NodeJS.Timeout | null = null
  #resumeMs = 0

  constructor(guards: ConnectionGuards, wire: MessageStream) {
    this.#guards = guards
    this.#wire = wire
  }

  set muxer(muxer: StreamMuxer) {
    this.#muxer = muxer
  }

  isOf(connection: Connection): boolean {
    return this.#muxer !== null && this.#muxer.streams === connection.streams
  }

  adopt(payer: Payer, books: Books): void {
    this.payer = payer
    this.books = books
  }

  /** What runs from here on runs for this connection. */
  enter(): void {
    this.#guards.watch.enter(this.books)
  }

  /** Takes what says nothing from the peer's account. */
  pay(count: number, nowMs: number): boolean {
    if (this.payer !== null) return this.#guards.tolls.pay(this.payer, count, nowMs)
    this.#early += count
    return this.#early <= TOLL_BURST / 4
  }

  served(bytes: number): void {
    if (this.books === null) return
    const { accounts } = this.#guards.watch
    accounts.served(this.books.own, bytes, this.#guards.now())
    if (this.books.shared !== null) accounts.served(this.books.shared, bytes, this.#guards.now())
  }

  excess(what: FrameExcess): void {
    if (this.payer === null) this.cut(what)
    else this.#guards.overworked({ kind: 'peer', name: this.payer.peer }, what)
  }

  /** Does not read from the connection for a time: the pause reaches TCP, so that the sender is slowed. */
  hold(ms: number): void {
    const nowMs = this.#guards.now()
    if (nowMs + ms <= this.#resumeMs) return
    if (this.#resume !== null) clearTimeout(this.#resume)
    else if (readStatusOf(this.#wire) === 'readable') this.#wire.pause()
    else return
    this.#resumeMs = nowMs + ms
    this.#resume = setTimeout(() => {
      this.#resume = null
      if (readStatusOf(this.#wire) === 'paused') this.#wire.resume()
    }, ms)
  }

  cut(reason: string): void {
    this.isCut = true
    const error = new Error(reason)
    this.#muxer?.abort(error)
    this.#wire.abort(error)
  }

  closed(): void {
    if (this.#resume !== null) clearTimeout(this.#resume)
    this.#resume = null
  }
}

export class ConnectionGuards {
  readonly tolls: Tolls
  readonly watch: WorkWatch
  readonly now: () => number
  readonly #onOverwork: GuardsParts['onOverwork']
  /** Of connections that libp2p has not told of yet: as many as may be in handshake. */
  readonly #unknown = new Set<ConnectionGuard>()
  /** Of connected peers. */
  readonly #known = new Map<PeerId, Set<ConnectionGuard>>()
  /** Peers that hung up: what they sent before may still be on its way. */
  readonly #gone = new ExpiringMap<PeerId, Gone>({ ttlMs: GONE_MS, capacity: TOLL_ACCOUNTS_MAX })
  /**
   * Since when, in which turn of the loop, RPCs of a peer are taken; and until when they are not. Of connected peers.
   */
  readonly #slices = new Map<PeerId, { turn: number; sinceMs: number; heldMs: number }>()

  constructor(parts: GuardsParts) {
    this.tolls = parts.tolls
    this.now = parts.now
    this.#onOverwork = parts.onOverwork
    this.watch = new WorkWatch({
      now: parts.now,
      cpuMs: parts.cpuMs,
      onHeld: (subject) => {
        for (const [peer, guards] of this.#of(subject)) {
          this.#sliceOf(peer).heldMs = parts.now() + HOLD_MS
          for (const guard of guards) guard.hold(HOLD_MS)
        }
      },
      onShed: (subject) => this.overworked(subject, 'work'),
    })
  }

  /** A connection was encrypted, and will be multiplexed. */
  guard(wire: MessageStream): ConnectionGuard {
    const guard = new ConnectionGuard(this, wire)
    this.#unknown.add(guard)
    wire.addEventListener('close', () => {
      guard.closed()
      this.#unknown.delete(guard)
      if (guard.payer === null) return
      const { peer } = guard.payer
      const guards = this.#known.get(peer)
      guards?.delete(guard)
      if (guards?.size !== 0) return
      this.#known.delete(peer)
      this.#slices.delete(peer)
      this.#gone.delete(peer)
      this.#gone.set(peer, { payer: guard.payer, books: guard.books, isOver: guard.isCut }, this.now())
    })
    return guard
  }

  /** libp2p tells whose connection it is. */
  adopt(connection: Connection, group: string | null, ip: string | null): void {
    const peer = asPeerId(connection.remotePeer.toString())
    for (const guard of this.#unknown) {
      if (!guard.isOf(connection)) continue
      this.#unknown.delete(guard)
      const payer = { peer, group, ip }
      guard.adopt(payer, this.watch.booksOf(payer, connection.direction === 'outbound'))
      const guards = this.#known.get(peer) ?? new Set()
      this.#known.set(peer, guards)
      guards.add(guard)
      return
    }
  }

  /** Who pays for what the peer does, or did before it hung up. */
  payerOf(peer: PeerId): Payer | null {
    const [guard] = this.#known.get(peer) ?? []
    return guard?.payer ?? this.#gone.get(peer, this.now())?.payer ?? null
  }

  booksOf(peer: PeerId): Books | null {
    const [guard] = this.#known.get(peer) ?? []
    return guard === undefined ? (this.#gone.get(peer, this.now())?.books ?? null) : guard.books
  }

  /**
   * Whether the next RPC of the peer may be taken, for it; a promise where it must wait for its turn first, and ask
   * again then. No: nothing more of it counts, also what came before it hung up.
   */
  turnOf(peer: PeerId): Promise<void> | boolean {
    const nowMs = this.now()
    // Not known and not gone: its first RPC came before libp2p said whose the connection is. Dropping that would lose
    // its subscriptions for good.
    if (!this.#known.has(peer) && this.#gone.get(peer, nowMs)?.isOver === true) return false
    const slice = this.#sliceOf(peer)
    if (slice.heldMs > nowMs) return new Promise((resolve) => setTimeout(resolve, slice.heldMs - nowMs))
    this.watch.enter(this.booksOf(peer))
    const { turn } = this.watch
    if (slice.turn !== turn) {
      slice.turn = turn
      slice.sinceMs = nowMs
      return true
    }
    return nowMs - slice.sinceMs <= RPC_SLICE_MS || new Promise((resolve) => setImmediate(resolve))
  }

  /** The peer asked something on a stream that it opened: the stream is paid for. */
  asked(peer: PeerId): void {
    const payer = this.payerOf(peer)
    if (payer !== null) this.tolls.giveBack(payer, OPENING_TOLL, this.now())
  }

  /** Cuts whoever it is and tells. */
  overworked(subject: WorkSubject, what: Overwork): void {
    const found = [...this.#of(subject)]
    const gone = subject.kind === 'peer' ? this.#gone.get(subject.name as PeerId, this.now()) : undefined
    if (gone !== undefined) gone.isOver = true
    const guards = found.flatMap(([, all]) => [...all])
    for (const guard of guards) guard.isCut = true
    this.#onOverwork(
      subject,
      what,
      (subject.kind === 'peer' ? this.payerOf(subject.name as PeerId)?.ip : null) ?? null,
      found.map(([peer]) => peer),
    )
    for (const guard of guards) guard.cut(what)
  }

  /** The peer gave us a message, first or nearly so. */
  gave(peer: PeerId, bytes: number): void {
    const books = this.booksOf(peer)
    if (books === null) return
    this.watch.accounts.gave(books.own, bytes, this.now())
    if (books.shared !== null) this.watch.accounts.gave(books.shared, bytes, this.now())
  }

  /** Somebody of this address begins a handshake. */
  handshake(group: string): void {
    const nowMs = this.now()
    const { accounts } = this.watch
    accounts.charge(accounts.of('address', group, null, nowMs), HANDSHAKE_MS, nowMs)
  }

  sizes(): Readonly<Record<'workAccounts' | 'gonePeers', { readonly size: number; readonly capacity: number }>> {
    return {
      workAccounts: this.watch.accounts.sizes(),
      gonePeers: { size: this.#gone.size, capacity: this.#gone.capacity },
    }
  }

  *#of({ kind, name }: WorkSubject): IterableIterator<readonly [PeerId, ReadonlySet<ConnectionGuard>]> {
    for (const [peer, guards] of this.#known) {
      const [first] = guards
      if (kind === 'peer' ? peer === name : first?.payer?.group === name) yield [peer, guards]
    }
  }

  #sliceOf(peer: PeerId): { turn: number; sinceMs: number; heldMs: number } {
    const known = this.#slices.get(peer)
    if (known !== undefined) return known
    const slice = { turn: -1, sinceMs: 0, heldMs: 0 }
    // What comes late from a peer that is gone leaves nothing behind.
    if (this.#known.has(peer)) this.#slices.set(peer, slice)
    return slice
  }
}

/**
 * Whether the connection is paused: on every stream of the library, but not in its interface; checked by `verifyGuard`.
 */
export function readStatusOf(connection: MessageStream): string {
  return (connection as unknown as { readonly readStatus: string }).readStatus
}
