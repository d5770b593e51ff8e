/** GET /v1/observe/network: what the page needs to begin with, here for one node and its peers. */
import * as Type from 'typebox'
import type { ObservedNetworkView } from '../../../domain/views.ts'
import { count, describes, head, json, nullable, object, oneOf, problems, v1 } from '../schemas.ts'
import { seenCounts } from './memory.ts'
import type { Routes } from './route.ts'

const observedNetwork = describes<ObservedNetworkView>()(
  object('ObservedNetwork', {
    v: v1,
    source: oneOf(['node', 'testnet', 'replay']),
    network: Type.String(),
    meshDegree: nullable(Type.Number()),
    partition: nullable(
      object('ObservedPartition', {
        groups: Type.Array(Type.Array(Type.String())),
        healsAt: nullable(Type.Number()),
      }),
    ),
    nodes: Type.Array(
      object('ObservedMember', {
        name: Type.String(),
        peerId: Type.String(),
        agent: Type.Optional(Type.String()),
        state: Type.String(),
        states: Type.Array(object('StateSince', { atMs: Type.Number(), state: Type.String() })),
        mesh: Type.Array(Type.String()),
        dials: Type.Array(Type.String()),
        head: nullable(head),
        settledHeight: nullable(count),
        peers: nullable(count),
        pool: nullable(count),
        seen: nullable(seenCounts),
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
      const status = control.status()
      const { peers } = control.peers()
      const inMesh = peers.filter((peer) => peer.mesh.includes('transactions')).map((peer) => peer.peerId)
      const unknown = { states: [], mesh: [], dials: [], settledHeight: null, peers: null, pool: null, seen: null }
      return {
        v: 1 as const,
        source: 'node' as const,
        network: status.network,
        meshDegree: status.mesh,
        partition: null,
        nodes: [
          {
            name: status.name,
            peerId: status.peerId,
            state: status.state,
            states: [{ atMs: status.startedAt, state: 'ready' }],
            mesh: inMesh,
            dials: [],
            head: status.head,
            settledHeight: status.settled.height,
            peers: status.peers,
            pool: status.mempool.count,
            seen: status.seen,
          },
          ...peers.map((peer) => ({
            ...unknown,
            name: peer.name === '' ? peer.peerId.slice(-8) : peer.name,
            peerId: peer.peerId,
            agent: peer.agentVersion,
            state: 'peer',
            head: peer.head,
          })),
        ],
      }
    },
  )
}
