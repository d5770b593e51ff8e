/** GET /v1/peers and /v1/mesh. */
import { Type } from 'typebox'
import type { MeshView, PeersView } from '../../../domain/views.ts'
import { commonProblems, count, describes, head, nullable, v1 } from '../schemas.ts'
import type { Routes } from './route.ts'

const names = Type.Array(Type.String())

const peersView = describes<PeersView>()(
  Type.Object({
    v: v1,
    peers: Type.Array(
      Type.Object({
        peerId: Type.String(),
        name: Type.String(),
        address: Type.String(),
        direction: Type.Union([Type.Literal('inbound'), Type.Literal('outbound')]),
        connectedMs: count,
        agentVersion: Type.String(),
        score: Type.Number(),
        mesh: names,
        topics: names,
        offences: count,
        rttMs: nullable(Type.Number()),
        gossip: Type.Union([Type.Literal('both'), Type.Literal('in'), Type.Literal('out'), Type.Literal('none')]),
        head: nullable(head),
      }),
    ),
    dials: Type.Array(
      Type.Object({
        address: Type.String(),
        configured: Type.Boolean({ description: 'false: one of the best peers of before the last restart' }),
        state: Type.Union([Type.Literal('waiting'), Type.Literal('dialling'), Type.Literal('connected')]),
        peerId: nullable(Type.String()),
        triedMs: nullable(count),
        failures: count,
        nextTryMs: nullable(count),
        failure: nullable(
          Type.Object({ kind: Type.String(), message: Type.String(), next: Type.String(), detail: Type.String() }),
        ),
      }),
    ),
    bans: Type.Array(Type.Object({ subject: Type.String(), reason: Type.String(), untilMs: count })),
  }),
)

const meshView = describes<MeshView>()(
  Type.Object({
    v: v1,
    topics: Type.Array(Type.Object({ topic: Type.String(), subscribers: names, mesh: names })),
  }),
)

export const peerRoutes: Routes = (server, { control }) => {
  server.get(
    '/v1/peers',
    {
      schema: {
        summary: 'Connected peers, and bans',
        tags: ['peers'],
        response: { 200: peersView, ...commonProblems },
      },
    },
    async () => control.peers(),
  )
  server.get(
    '/v1/mesh',
    {
      schema: {
        summary: 'Who hears each topic, and to whom whole messages are sent',
        tags: ['peers'],
        response: { 200: meshView, ...commonProblems },
      },
    },
    async () => control.mesh(),
  )
}
