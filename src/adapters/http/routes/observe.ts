/** GET /v1/observe/network: what the page needs to begin with, here for one node and its peers. */
import { Type } from 'typebox'
import type { ObservedNetworkView } from '../../../domain/views.ts'
import { describes, json, nullable, object, oneOf, problems, v1 } from '../schemas.ts'
import type { Routes } from './route.ts'

const observedNetwork = describes<ObservedNetworkView>()(
  object('ObservedNetwork', {
    v: v1,
    source: oneOf(['node', 'testnet', 'replay']),
    network: Type.String(),
    meshDegree: nullable(Type.Number()),
    nodes: Type.Array(
      object('ObservedMember', {
        name: Type.String(),
        peerId: Type.String(),
        state: Type.String(),
        mesh: Type.Array(Type.String()),
      }),
    ),
  }),
)

export const observeRoutes: Routes = (server, { control }) => {
  server.get(
    '/v1/observe/network',
    {
      schema: {
        operationId: 'observeNetwork',
        summary: 'The network as this node sees it: itself, its peers and its mesh',
        tags: ['events'],
        response: { 200: json('The node and its peers', observedNetwork), ...problems() },
      },
    },
    async () => {
      const { name, peerId, network, state, mesh } = control.status()
      const { peers } = control.peers()
      const inMesh = peers.filter((peer) => peer.mesh.includes('transactions')).map((peer) => peer.peerId)
      return {
        v: 1 as const,
        source: 'node' as const,
        network,
        meshDegree: mesh,
        nodes: [
          { name, peerId, state, mesh: inMesh },
          ...peers.map((peer) => ({
            name: peer.name === '' ? peer.peerId.slice(-8) : peer.name,
            peerId: peer.peerId,
            state: 'peer',
            mesh: [],
          })),
        ],
      }
    },
  )
}
