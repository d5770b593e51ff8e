/** GET /v1/peers and /v1/mesh. */
import * as Type from 'typebox'
import type { MeshView, PeersView } from '../../../domain/views.ts'
import { count, describes, head, json, nullable, object, oneOf, problems, v1 } from '../schemas.ts'
import type { Routes } from './route.ts'

const names = Type.Array(Type.String())

const peersView = describes<PeersView>()(
  object('PeerList', {
    v: v1,
    peers: Type.Array(
      object('Peer', {
        peerId: Type.String(),
        name: Type.String(),
        address: Type.String(),
        direction: oneOf(['inbound', 'outbound'], 'Direction'),
        connectedMs: count,
        agentVersion: Type.String(),
        score: Type.Number(),
        mesh: names,
        topics: names,
        offences: count,
        rttMs: nullable(Type.Number()),
        gossip: oneOf(['both', 'in', 'out', 'none', 'deaf'], 'GossipDirections'),
        head: nullable(head),
      }),
    ),
    dials: Type.Array(
      object('Dial', {
        address: Type.String(),
        configured: Type.Boolean({ description: 'false: one of the best peers of before the last restart' }),
        state: oneOf(['waiting', 'dialling', 'connected'], 'DialState'),
        peerId: nullable(Type.String()),
        triedMs: nullable(count),
        failures: count,
        nextTryMs: nullable(count),
        failure: nullable(
          object('DialFailure', {
            kind: Type.String(),
            message: Type.String(),
            next: Type.String(),
            detail: Type.String(),
          }),
        ),
      }),
    ),
    bans: Type.Array(object('Ban', { subject: Type.String(), reason: Type.String(), untilMs: count })),
  }),
)

const meshView = describes<MeshView>()(
  object('Mesh', {
    v: v1,
    topics: Type.Array(object('TopicMesh', { topic: Type.String(), subscribers: names, mesh: names })),
  }),
)

export const peerRoutes: Routes = (server, { control }) => {
  server.get(
    '/v1/peers',
    {
      schema: {
        operationId: 'listPeers',
        summary: 'Connected peers, and bans',
        tags: ['peers'],
        response: { 200: json('Peers and bans', peersView), ...problems() },
      },
    },
    async () => control.peers(),
  )
  server.get(
    '/v1/mesh',
    {
      schema: {
        operationId: 'getMesh',
        summary: 'Who hears each topic, and to whom whole messages are sent',
        tags: ['peers'],
        response: { 200: json('Subscribers and mesh of each topic', meshView), ...problems() },
      },
    },
    async () => control.mesh(),
  )
}
