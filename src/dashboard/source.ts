/** Where the page's batches come from: the feed of a testnet or a recording, or one node's own API. */
import { lineOf } from '../trace/event-lines.ts'
import { Known } from '../trace/knowledge.ts'
import { PageSelection } from '../trace/page-selection.ts'
import type { PageBatch } from '../trace/page-batch.ts'
import { isRecord } from '../trace/recording.ts'
import { SHOWN_BLOCKS_MAX, SHOWN_REFUSED_MAX, SHOWN_TRANSACTIONS_MAX } from '../trace/limits.ts'
import { Sightings } from '../trace/sightings.ts'
import type { ApiEvent, MemoryView, ObservedNetworkView } from '../domain/views.ts'
import { NODE_BATCH_MS, NODE_POLL_MS, NODE_RECORDS_OF_ONE_MAX } from './limits.ts'

export interface SourceListener {
  onBatch(batch: PageBatch): void
  /** What was told before is told again from here on. */
  onReset(): void
  onConnection(isUp: boolean): void
}

export async function fetchNetwork(): Promise<ObservedNetworkView> {
  return fetchJson<ObservedNetworkView>('/v1/observe/network')
}

async function fetchJson<T>(path: string): Promise<T> {
  const answer = await fetch(path, { cache: 'no-store' })
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
  return (await answer.json()) as T
}

/** Follows the source for as long as the page lives; the browser opens a lost stream again. */
export function followSource(network: ObservedNetworkView, listener: SourceListener): void {
  if (network.source === 'node') followNode(network.nodes[0]?.name ?? '', listener)
  else followFeed(listener)
}

function followFeed(listener: SourceListener): void {
  const stream = new EventSource('/v1/observe/feed')
  stream.addEventListener('open', () => {
    // A stream that is opened again begins with everything.
    listener.onReset()
    listener.onConnection(true)
  })
  stream.addEventListener('error', () => listener.onConnection(false))
  stream.addEventListener('message', ({ data }: MessageEvent<string>) =>
    listener.onBatch(JSON.parse(data) as PageBatch),
  )
}

/** One node: its memory for what was, its stream for what happens, its status for how it is. */
function followNode(own: string, listener: SourceListener): void {
  const sightings = new Sightings({
    transactionsMax: 2 * SHOWN_TRANSACTIONS_MAX,
    blocksMax: SHOWN_BLOCKS_MAX,
    refusedMax: SHOWN_REFUSED_MAX,
    recordsMax: NODE_RECORDS_OF_ONE_MAX,
  })
  const selection = new PageSelection()
  const known = new Known()
  let taken = 0
  const remember = async (): Promise<void> => {
    for (let before = '', pages = 0; pages < MEMORY_PAGES_MAX; pages++) {
      const page = await fetchJson<MemoryView>(`/v1/propagation?limit=500${before}`)
      for (const { records } of page.objects) for (const record of records) sightings.take({ ...record, node: own })
      if (page.next === null || sightings.transactions().length >= 2 * SHOWN_TRANSACTIONS_MAX) return
      before = `&before=${page.next}`
    }
  }
  const poll = async (): Promise<void> => {
    const now = await fetchNetwork()
    taken = now.nodes[0]?.seen?.taken ?? 0
    listener.onBatch({ ...selection.next(sightings, known, taken, 1), network: now })
  }
  const quietly = (work: () => Promise<void>): void => void work().catch(() => undefined)
  const stream = new EventSource('/v1/events?topics=propagation')
  stream.addEventListener('open', () => {
    listener.onConnection(true)
    quietly(remember)
  })
  stream.addEventListener('error', () => listener.onConnection(false))
  // What the stream had to drop the node still remembers.
  stream.addEventListener('dropped', () => quietly(remember))
  for (const name of NODE_EVENTS)
    stream.addEventListener(name, ({ data }: MessageEvent<string>) => {
      const line = lineOf(own, JSON.parse(data) as ApiEvent, `${Date.now()}000000`)
      if (line !== null && isRecord(line)) sightings.take(line)
    })
  let version = -1
  setInterval(() => {
    if (sightings.version === version && selection.isComplete) return
    version = sightings.version
    listener.onBatch(selection.next(sightings, known, taken, 1))
  }, NODE_BATCH_MS)
  setInterval(() => quietly(poll), NODE_POLL_MS)
  quietly(poll)
}

const MEMORY_PAGES_MAX = 20
const NODE_EVENTS = ['PUBLISH', 'DELIVER', 'DUPLICATE', 'REJECT', 'IGNORE', 'RECOVERED']
