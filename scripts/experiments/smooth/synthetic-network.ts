/**
 * A network that is made up: nodes on a ring with chords, and rumours that run over it at link delays drawn from a
 * seed, told record by record when each is due. What the page gets is what a testnet's supervisor would send; only
 * nobody has to run a hundred nodes for it.
 */
import type { PropagationRecord } from '../../../src/domain/propagation.ts'
import type { ObservedNetworkView } from '../../../src/domain/views.ts'
import { createPrng, type Prng } from '../../../src/lib/prng.ts'
import { Known } from '../../../src/trace/knowledge.ts'
import { SHOWN_BLOCKS_MAX, SHOWN_REFUSED_MAX, SHOWN_TRANSACTIONS_MAX } from '../../../src/trace/limits.ts'
import { Sightings } from '../../../src/trace/sightings.ts'
import { WATCHED_RECORDS_OF_ONE_MAX } from '../../../testnet/limits.ts'
import type { PagePicture, PageSource } from '../../../testnet/page-source.ts'

interface Due {
  readonly atMs: number
  readonly record: PropagationRecord
}

/** Links of a node beside the two of the ring; with them a mesh of six. */
const CHORDS = 2
const LINK_MS = { least: 20, spread: 60 }
const TICK_MS = 10

export class SyntheticNetwork implements PageSource {
  readonly act = null
  readonly #links: readonly (readonly number[])[]
  readonly #perSecond: number
  readonly #random: Prng
  readonly #sightings = new Sightings({
    transactionsMax: 2 * SHOWN_TRANSACTIONS_MAX,
    blocksMax: SHOWN_BLOCKS_MAX,
    refusedMax: SHOWN_REFUSED_MAX,
    recordsMax: WATCHED_RECORDS_OF_ONE_MAX,
  })
  #due: Due[] = []
  #sent = 0
  #startedMs = 0
  #timer: NodeJS.Timeout | null = null

  constructor({ nodes, perSecond, seed }: { nodes: number; perSecond: number; seed: number }) {
    this.#perSecond = perSecond
    this.#random = createPrng(seed)
    this.#links = meshOf(nodes, this.#random)
  }

  network(): ObservedNetworkView {
    return {
      v: 1,
      source: 'testnet',
      network: 'dev-synthetic',
      meshDegree: 6,
      partition: null,
      nodes: this.#links.map((mesh, index) => ({
        name: `node-${index}`,
        peerId: `peer-${index}`,
        state: 'ready',
        states: [],
        dials: [],
        ...{ head: null, settledHeight: null, peers: null, pool: null, seen: null },
        mesh: mesh.map((other) => `peer-${other}`),
      })),
    }
  }

  open(): { readonly picture: PagePicture; close(): void } {
    const text = JSON.stringify(this.network())
    const picture = {
      sightings: this.#sightings,
      known: new Known(),
      networkText: () => text,
      taken: () => this.#sent,
    }
    return { picture, close: () => undefined }
  }

  start(): void {
    this.#startedMs = performance.now()
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  #tick(): void {
    const nowMs = performance.now()
    while (this.#sent < ((nowMs - this.#startedMs) / 1_000) * this.#perSecond) this.#rumour(nowMs)
    const later: Due[] = []
    for (const entry of this.#due) {
      if (entry.atMs > nowMs) later.push(entry)
      else this.#sightings.take(entry.record)
    }
    this.#due = later
  }

  /** All records of one transaction, each for its time: every node hands it on to all neighbours once. */
  #rumour(nowMs: number): void {
    const id = Array.from({ length: 8 }, () =>
      this.#random
        .below(2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('')
    this.#sent++
    const origin = this.#random.below(this.#links.length)
    const arrivals: { readonly node: number; readonly from: number | null; readonly atMs: number }[] = [
      { node: origin, from: null, atMs: nowMs },
    ]
    const has = new Set<number>()
    while (arrivals.length > 0) {
      arrivals.sort((a, b) => b.atMs - a.atMs)
      const next = arrivals.pop()
      if (next === undefined) break
      const { node, from, atMs } = next
      const event = from === null ? 'PUBLISH' : has.has(node) ? 'DUPLICATE' : 'DELIVER'
      this.#due.push({ atMs, record: recordOf(id, node, from, event, atMs) })
      if (event === 'DUPLICATE') continue
      has.add(node)
      for (const to of this.#links[node] ?? [])
        if (to !== from)
          arrivals.push({ node: to, from: node, atMs: atMs + LINK_MS.least + this.#random.next() * LINK_MS.spread })
    }
  }
}

function recordOf(
  id: string,
  node: number,
  from: number | null,
  event: PropagationRecord['event'],
  atMs: number,
): PropagationRecord {
  return {
    t_ns: (BigInt(Math.round((performance.timeOrigin + atMs) * 1_000)) * 1_000n).toString(),
    node: `node-${node}`,
    kind: 'transaction',
    id,
    event,
    from: from === null ? null : `peer-${from}`,
    bytes: 168,
    reason: null,
    queueMs: 0.1,
    checkMs: 0.2,
  }
}

function meshOf(nodes: number, random: Prng): number[][] {
  const links = Array.from({ length: nodes }, () => new Set<number>())
  const join = (a: number, b: number): void => {
    if (a === b) return
    links[a]?.add(b)
    links[b]?.add(a)
  }
  for (let node = 0; node < nodes; node++) {
    join(node, (node + 1) % nodes)
    for (let chord = 0; chord < CHORDS; chord++) join(node, random.below(nodes))
  }
  return links.map((own) => [...own])
}
