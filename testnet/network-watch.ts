/**
 * What is known of a network by who watches it: one source for the page, `top` and the recording. Objects come from the
 * nodes' records (node-follower); heads, states and counts from what each node says of itself; and a node that told
 * nothing of a transaction is asked for it, so that "it lacks it" is the node's own word. A network that nobody watches
 * costs its nodes nothing.
 */
import type { ObservedNetworkNode, StatusView } from '../src/domain/views.ts'
import type { PropagationRecord } from '../src/domain/propagation.ts'
import { movedBack } from '../src/trace/clocks.ts'
import { Known } from '../src/trace/knowledge.ts'
import { ON_ITS_WAY_MS, SHOWN_BLOCKS_MAX, SHOWN_REFUSED_MAX, SHOWN_TRANSACTIONS_MAX } from '../src/trace/limits.ts'
import type { RecordingHead, RecordingLine } from '../src/trace/recording.ts'
import { Sightings } from '../src/trace/sightings.ts'
import {
  ASKED_AT_ONCE,
  ASKED_AGAIN_MS,
  LATE_MS,
  MESH_EVERY_POLLS,
  WATCH_POLL_MS,
  WATCHED_RECORDS_OF_ONE_MAX,
} from './limits.ts'
import type { NodeStateSince } from '../src/home/manifest.ts'
import { NodeFollower } from './node-follower.ts'

type Line = Exclude<RecordingLine, RecordingHead>

/** What is to be known of a node to follow it. */
export interface FollowedNode {
  readonly name: string
  readonly peerId: string
  /** Followed while `ready`. */
  readonly state: string
  readonly states?: readonly NodeStateSince[]
  /** Empty until it is known. */
  readonly apiUrl: string
  /** Names of the nodes it dials. */
  readonly dials: readonly string[]
  /** How far its clock is ahead, ms: the same all the time, since records are told apart by their times. */
  readonly clockAheadMs?: number
}

interface Watched {
  node: FollowedNode
  follower: NodeFollower | null
  statesTold: number
  status: StatusView | null
  mesh: readonly string[]
  /** When it answered last, monotonic ms; null: never since it is followed. */
  answeredMs: number | null
  followedMs: number
  isAsking: boolean
  isQuestioned: boolean
  untraced: number
  headTold: string
}

export interface NetworkWatchOptions {
  /** Lines of a recording; each record once. */
  readonly onLine?: (line: Line) => void
  /** Begins with all that nodes still have, for a recording. */
  readonly isFromStart?: boolean
  /** Transactions that are kept; twice what is shown unless given, so that those shown are whole. */
  readonly transactionsMax?: number
}

export class NetworkWatch {
  readonly sightings: Sightings
  readonly known = new Known()
  readonly #options: NetworkWatchOptions
  readonly #nodes = new Map<string, Watched>()
  readonly #timer: NodeJS.Timeout
  #polls = 0
  #version = 0

  constructor(options: NetworkWatchOptions = {}) {
    this.#options = options
    this.sightings = new Sightings({
      transactionsMax: options.transactionsMax ?? 2 * SHOWN_TRANSACTIONS_MAX,
      blocksMax: SHOWN_BLOCKS_MAX,
      refusedMax: SHOWN_REFUSED_MAX,
      recordsMax: WATCHED_RECORDS_OF_ONE_MAX,
      onGone: (id) => this.known.forget(id),
    })
    this.#timer = setInterval(() => this.#poll(), WATCH_POLL_MS)
  }

  /** Grows when something about the nodes changes. */
  get version(): number {
    return this.#version
  }

  /** Follows nodes that are new or listen elsewhere, and takes over their states. */
  update({ nodes }: { readonly nodes: readonly FollowedNode[] }): void {
    this.#version++
    for (const node of nodes) {
      const known = this.#nodes.get(node.name)
      const watched = known ?? newWatched(node)
      this.#nodes.set(node.name, watched)
      const isElsewhere = watched.node.apiUrl !== node.apiUrl || watched.follower === null
      watched.node = node
      this.#tellStates(watched)
      if (node.apiUrl === '' || !isElsewhere) continue
      watched.follower?.close()
      watched.followedMs = performance.now()
      watched.follower = new NodeFollower(node, this.#options.isFromStart === true, {
        onLine: (line) => this.#take(onOneClock(line, watched.node)),
        onRemembered: (record) => this.#remembered(onOneClock(record, watched.node)),
      })
      void this.#ask(watched, true)
    }
  }

  /** Every node, with what it said last of itself. */
  nodes(): ObservedNetworkNode[] {
    const peerIds = new Map([...this.#nodes.values()].map(({ node }) => [node.name, node.peerId]))
    return [...this.#nodes.values()].map((watched) => {
      const { node, status, mesh } = watched
      const isUp = node.state === 'ready' || node.state === 'paused'
      return {
        name: node.name,
        peerId: node.peerId,
        state: stateOf(watched),
        states: node.states ?? [],
        mesh: isUp ? mesh : [],
        dials: node.dials.flatMap((name) => peerIds.get(name) ?? []),
        head: isUp ? (status?.head ?? null) : null,
        settledHeight: isUp ? (status?.settled.height ?? null) : null,
        peers: isUp ? (status?.peers ?? null) : null,
        pool: isUp ? (status?.mempool.count ?? null) : null,
        seen: status?.seen ?? null,
      }
    })
  }

  /** The last status of a node; null where it has none. */
  statusOf(name: string): StatusView | null {
    return this.#nodes.get(name)?.status ?? null
  }

  /** Asks every node how it is now; resolves when all have answered or had their time. */
  async refresh(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((watched) => this.#ask(watched, true)))
  }

  close(): void {
    clearInterval(this.#timer)
    for (const { follower } of this.#nodes.values()) follower?.close()
  }

  #tellStates(watched: Watched): void {
    const { node } = watched
    const states = node.states ?? []
    for (const { atMs, state } of states) {
      const t_ns = (BigInt(atMs) * 1_000_000n).toString()
      this.known.attendance.note(node.name, BigInt(t_ns), state)
      // The manifest names the last ones only; which of them were told is known by their time.
      if (atMs < watched.statesTold || node.peerId === '') continue
      this.#options.onLine?.({ line: 'node', t_ns, node: node.name, peerId: node.peerId, state })
    }
    const last = states.at(-1)
    if (last !== undefined && node.peerId !== '') watched.statesTold = last.atMs + 1
  }

  #take(line: Line): void {
    if ('event' in line && line.kind !== 'mesh' && this.sightings.take(line) === 'known') return
    if ('line' in line && line.line === 'head') this.#noteHead(line.node, line.hash)
    this.#options.onLine?.(line)
  }

  #noteHead(name: string, hash: string): void {
    const watched = this.#nodes.get(name)
    if (watched !== undefined) watched.headTold = hash
  }

  #poll(): void {
    this.#polls++
    // States become late by time alone.
    this.#version++
    let index = 0
    for (const watched of this.#nodes.values())
      if (watched.node.state === 'ready') void this.#ask(watched, (this.#polls + index++) % MESH_EVERY_POLLS === 0)
    this.#question()
  }

  async #ask(watched: Watched, withMesh: boolean): Promise<void> {
    const { follower, node } = watched
    if (follower === null || watched.isAsking || node.state !== 'ready') return
    watched.isAsking = true
    const [status, mesh] = await Promise.all([follower.client.status(), withMesh ? follower.client.mesh() : null])
    watched.isAsking = false
    if (watched.follower !== follower) return
    if (mesh?.ok === true) watched.mesh = mesh.value.topics.find(({ topic }) => topic === 'transactions')?.mesh ?? []
    if (!status.ok) return
    this.#version++
    watched.status = status.value
    watched.answeredMs = performance.now()
    const { head, seen } = status.value
    const t_ns = wallNs()
    if (head.hash !== watched.headTold) {
      watched.headTold = head.hash
      this.#options.onLine?.({ line: 'head', t_ns, node: node.name, ...head })
    }
    if (seen.untraced > watched.untraced)
      this.#options.onLine?.({ line: 'told', t_ns, node: node.name, older: 0, untraced: seen.untraced })
    watched.untraced = seen.untraced
  }

  /** Asks nodes for the transactions that they told nothing of. */
  #question(): void {
    const due = BigInt(Date.now() - ON_ITS_WAY_MS) * 1_000_000n
    const shown = this.sightings
      .transactions()
      .slice(0, SHOWN_TRANSACTIONS_MAX)
      .filter(({ startNs, seenBy }) => startNs !== null && startNs < due && seenBy.size < this.#nodes.size)
    if (shown.length === 0) return
    const againNs = BigInt(Date.now() - ASKED_AGAIN_MS) * 1_000_000n
    for (const watched of this.#nodes.values()) {
      const { name, state } = watched.node
      if (state !== 'ready' || watched.isQuestioned) continue
      const ids: string[] = []
      for (const { id, startNs, seenBy } of shown) {
        if (ids.length >= ASKED_AT_ONCE) break
        if (seenBy.has(name) || this.known.isSettled(name, id, startNs ?? 0n, againNs)) continue
        if (this.known.absence(name, startNs ?? 0n) === null) ids.push(id)
      }
      if (ids.length > 0) void this.#questionOne(watched, ids)
    }
  }

  async #questionOne(watched: Watched, ids: readonly string[]): Promise<void> {
    const { follower, node } = watched
    if (follower === null) return
    watched.isQuestioned = true
    const answer = await follower.client.memoryOf(ids)
    watched.isQuestioned = false
    if (!answer.ok || watched.follower !== follower) return
    const t_ns = (BigInt(answer.value.at) * 1_000_000n).toString()
    for (const { id, known, records } of answer.value.objects) {
      for (const record of records) this.#remembered(onOneClock({ ...record, node: node.name }, node))
      if (this.sightings.get(id)?.seenBy.has(node.name) === true) continue
      if (this.known.answered(node.name, id, known, BigInt(t_ns))) {
        this.sightings.touch(id)
        this.#options.onLine?.({ line: 'asked', t_ns, node: node.name, id, known })
      }
    }
  }

  #remembered(record: PropagationRecord): void {
    if (this.sightings.take(record) === 'new') this.#options.onLine?.(record)
  }
}

function onOneClock<L extends { readonly t_ns: string }>(line: L, { clockAheadMs = 0 }: FollowedNode): L {
  return clockAheadMs === 0 ? line : { ...line, t_ns: movedBack(line.t_ns, clockAheadMs) }
}

function newWatched(node: FollowedNode): Watched {
  return {
    node,
    follower: null,
    statesTold: 0,
    status: null,
    mesh: [],
    answeredMs: null,
    followedMs: performance.now(),
    isAsking: false,
    isQuestioned: false,
    untraced: 0,
    headTold: '',
  }
}

/** Its process's state; `late` where that lives and has not answered for a while. */
function stateOf({ node, answeredMs, followedMs }: Watched): string {
  return node.state === 'ready' && performance.now() - (answeredMs ?? followedMs) > LATE_MS ? 'late' : node.state
}

function wallNs(): string {
  return (BigInt(Date.now()) * 1_000_000n).toString()
}
