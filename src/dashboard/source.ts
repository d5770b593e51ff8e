/** Where the page's lines come from: the feed of a testnet or a recording, or the event stream of one node. */
import type { ApiEvent, ObservedNetworkView } from '../domain/views.ts'
import { lineOf } from '../trace/event-lines.ts'
import type { RecordingLine } from '../trace/recording.ts'

interface Batch {
  readonly lines: readonly RecordingLine[]
  readonly share: number
  readonly dropped: number
}

export interface SourceListener {
  onLines(lines: readonly RecordingLine[], share: number): void
  onDropped(count: number): void
  onConnection(isUp: boolean): void
  /** The network as it is now, after a connection was lost and stands again. */
  onNetwork(network: ObservedNetworkView): void
}

export async function fetchNetwork(): Promise<ObservedNetworkView> {
  const answer = await fetch('/v1/observe/network', { cache: 'no-store' })
  return (await answer.json()) as ObservedNetworkView
}

/** Follows the source for as long as the page lives; the browser opens a lost stream again. */
export function followSource(network: ObservedNetworkView, listener: SourceListener): void {
  const own = network.nodes[0]?.name ?? ''
  const isNode = network.source === 'node'
  const stream = new EventSource(isNode ? '/v1/events?topics=propagation,mesh,blocks' : '/v1/observe/feed')
  let wasUp = false
  stream.addEventListener('open', () => {
    listener.onConnection(true)
    if (wasUp) void fetchNetwork().then((now) => listener.onNetwork(now))
    wasUp = true
  })
  stream.addEventListener('error', () => listener.onConnection(false))
  if (!isNode) {
    stream.addEventListener('message', ({ data }: MessageEvent<string>) => {
      const { lines, share, dropped } = JSON.parse(data) as Batch
      if (dropped > 0) listener.onDropped(dropped)
      listener.onLines(lines, share)
    })
    return
  }
  const onEvent = ({ data }: MessageEvent<string>): void => {
    const event = JSON.parse(data) as ApiEvent
    const line = lineOf(own, event, `${Date.now()}000000`)
    if (line !== null) listener.onLines([line], 1)
  }
  for (const name of NODE_EVENTS) stream.addEventListener(name, onEvent)
  stream.addEventListener('dropped', ({ data }: MessageEvent<string>) => {
    listener.onDropped((JSON.parse(data) as { n: number }).n)
  })
}

const NODE_EVENTS = [
  'PUBLISH',
  'DELIVER',
  'DUPLICATE',
  'REJECT',
  'IGNORE',
  'RECOVERED',
  'graft',
  'prune',
  'head',
  'reorg',
]
