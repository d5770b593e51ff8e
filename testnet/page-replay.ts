/** The page with a recording behind it instead of a network: the same picture, as often as one likes. */
import type { ObservedNetworkView } from '../src/domain/views.ts'
import { dueNsOf, knowledgeOf } from '../src/trace/knowledge.ts'
import { SHOWN_BLOCKS_MAX, SHOWN_REFUSED_MAX, SHOWN_TRANSACTIONS_MAX } from '../src/trace/limits.ts'
import { isRecord, type Recording, type RecordingHead } from '../src/trace/recording.ts'
import { networkNodes, reportOf } from '../src/trace/report.ts'
import { Sightings } from '../src/trace/sightings.ts'
import { WATCHED_RECORDS_OF_ONE_MAX } from './limits.ts'
import { openPageServer, type PageServer } from './page-server.ts'
import { takenOf, type PagePicture } from './page-source.ts'

/** Serves until closed. Nothing can be done on such a page but look. */
export function openReplayPage(recording: Recording): Promise<PageServer> {
  const known = knowledgeOf(recording.lines)
  const sightings = new Sightings({
    transactionsMax: 2 * SHOWN_TRANSACTIONS_MAX,
    blocksMax: SHOWN_BLOCKS_MAX,
    refusedMax: SHOWN_REFUSED_MAX,
    recordsMax: WATCHED_RECORDS_OF_ONE_MAX,
  })
  for (const line of recording.lines) if (isRecord(line)) sightings.take(line)
  const network = networkOf(recording)
  const text = JSON.stringify(network)
  // What a recording does not hold nobody can be asked for: its silence is told as the report tells it.
  for (const { id, startNs } of sightings.transactions())
    for (const { name } of network.nodes)
      if (startNs !== null && known.standing(name, id, startNs).kind === 'lacks')
        known.answered(name, id, false, dueNsOf(startNs))
  const picture: PagePicture = { sightings, known, networkText: () => text, taken: () => takenOf(network) }
  return openPageServer({ act: null, network: () => network, open: () => ({ picture, close: () => undefined }) })
}

/** The network at the end of the recording. */
function networkOf(recording: Recording): ObservedNetworkView {
  const { head, lines } = recording
  const counts = new Map(reportOf(recording).nodes.map((node) => [node.name, node]))
  const states = new Map<string, { atMs: number; state: string }[]>()
  const heads = new Map<string, { height: number; hash: string }>()
  for (const line of lines) {
    if (!('line' in line)) continue
    if (line.line === 'node')
      states.set(line.node, [
        ...(states.get(line.node) ?? []),
        { atMs: Number(BigInt(line.t_ns) / 1_000_000n), state: line.state },
      ])
    if (line.line === 'head') heads.set(line.node, { height: line.height, hash: line.hash })
  }
  const peerIds = new Map(head.nodes.map(({ name, peerId }) => [name, peerId]))
  return {
    v: 1,
    source: 'replay',
    network: head.network,
    meshDegree: head.degree,
    partition: null,
    nodes: networkNodes(head, lines).map(({ name, peerId }) => {
      const own = counts.get(name)
      const dials = dialsOf(head, name).flatMap((other) => peerIds.get(other) ?? [])
      return {
        ...{ name, peerId, dials },
        state: states.get(name)?.at(-1)?.state ?? 'ready',
        states: states.get(name) ?? [],
        mesh: dials,
        head: heads.get(name) ?? null,
        settledHeight: null,
        peers: null,
        pool: null,
        seen: {
          taken: (own?.origins ?? 0) + (own?.delivered ?? 0),
          duplicates: own?.duplicates ?? 0,
          rejected: own?.refused ?? 0,
          ignored: 0,
          untraced: 0,
          forgotten: 0,
        },
      }
    }),
  }
}

function dialsOf({ nodes }: RecordingHead, name: string): readonly string[] {
  return nodes.find((node) => node.name === name)?.dials ?? []
}
