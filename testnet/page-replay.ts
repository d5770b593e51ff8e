/** The page with a recording behind it instead of a network: the same picture, as often as one likes. */
import { networkNodes } from '../src/trace/report.ts'
import type { Recording, RecordingHead } from '../src/trace/recording.ts'
import { openPageServer, type PageServer } from './page-server.ts'

/** Serves until closed. Nothing can be done on such a page but look. */
export function openReplayPage({ head, lines }: Recording): Promise<PageServer> {
  return openPageServer({
    act: null,
    network: () => ({
      v: 1,
      source: 'replay',
      network: head.network,
      meshDegree: head.degree,
      nodes: networkNodes(head, lines).map((node) => ({ ...node, state: 'ready', mesh: meshOf(head, node.name) })),
    }),
    follow: () => ({ before: lines, close: () => undefined }),
  })
}

/** Peer ids of the nodes that a node dials. */
function meshOf({ nodes }: RecordingHead, name: string): string[] {
  const dials = nodes.find((node) => node.name === name)?.dials ?? []
  return nodes.filter((node) => dials.includes(node.name)).map(({ peerId }) => peerId)
}
