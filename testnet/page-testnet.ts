/** The page of a running testnet: its nodes' lines, and its supervisor's commands. */
import type { Command, Outcome } from './control.ts'
import type { ObservedNetworkView } from '../src/domain/views.ts'
import type { ManifestNode } from '../src/home/manifest.ts'
import { PageActions } from './page-actions.ts'
import { openPageServer, type PageServer } from './page-server.ts'
import type { Observation } from './record.ts'

export async function openTestnetPage(
  observation: Observation,
  carryOut: (command: Command, request: Readonly<Record<string, unknown>>) => Promise<Outcome<unknown>>,
): Promise<PageServer> {
  const actions = new PageActions({ manifest: () => observation.manifest, carryOut })
  const server = await openPageServer({
    network: () => {
      const { manifest } = observation
      return {
        v: 1,
        source: 'testnet',
        network: manifest?.network ?? '',
        meshDegree: manifest?.degree ?? null,
        nodes: observedNodes(manifest?.nodes ?? []),
      }
    },
    follow: (onLine) => observation.follow(onLine),
    act: (action, request) => actions.act(action, request),
  })
  return {
    url: server.url,
    close: () => {
      actions.close()
      return server.close()
    },
  }
}

/** Planned links stand for the mesh until the nodes tell theirs. */
function observedNodes(nodes: readonly ManifestNode[]): ObservedNetworkView['nodes'] {
  const peerIds = new Map(nodes.map(({ name, peerId }) => [name, peerId]))
  return nodes.map(({ name, peerId, state, dials }) => ({
    name,
    peerId,
    state,
    mesh: dials.flatMap((dialled) => peerIds.get(dialled) ?? []),
  }))
}
