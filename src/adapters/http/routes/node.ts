/** GET /v1/node/{identity,status,health} and /v1/debug/limits. */
import { Type } from 'typebox'
import { PROBLEM_CODES, type ProblemCode, type ProblemView } from '../../../domain/problems.ts'
import type { HealthView, IdentityView, LimitsView, StatusView } from '../../../domain/views.ts'
import { commonProblems, count, describes, guardedProblems, head, needsToken, nullable, v1 } from '../schemas.ts'
import type { Routes } from './route.ts'

const identityFields = {
  v: v1,
  name: Type.String(),
  peerId: Type.String(),
  network: Type.String(),
  networkId: Type.String(),
  agentVersion: Type.String(),
  listen: Type.Array(Type.String()),
  pid: count,
}
const identityView = describes<IdentityView>()(Type.Object(identityFields))

const problemView = describes<ProblemView>()(
  Type.Object({
    code: Type.Unsafe<ProblemCode>(
      Type.String({ enum: [...PROBLEM_CODES], description: 'stable name of the problem' }),
    ),
    weight: Type.Unsafe<ProblemView['weight']>(
      Type.String({ enum: ['problem', 'notice'], description: 'a problem keeps the node from its work' }),
    ),
    message: Type.String({ description: 'what is seen' }),
    cause: Type.String({ description: 'why that probably is' }),
    next: Type.String({ description: 'what to do' }),
  }),
)

const statusView = describes<StatusView>()(
  Type.Object({
    ...identityFields,
    startedAt: count,
    uptimeMs: count,
    state: Type.Union([
      Type.Literal('starting'),
      Type.Literal('ready'),
      Type.Literal('alone'),
      Type.Literal('failing'),
    ]),
    peers: count,
    mesh: count,
    head,
    settled: Type.Object({ height: count }),
    mempool: Type.Object({ count, bytes: count, parked: count, fingerprint: Type.String() }),
    verifier: Type.Object({ name: Type.String(), fallbackReason: nullable(Type.String()), verifications: count }),
    eventLoopDelayP99Ms: Type.Number(),
    eventLoopDelayMaxMs: Type.Number(),
    rssBytes: count,
    problems: Type.Array(problemView),
  }),
)

export const healthView = describes<HealthView>()(
  Type.Object({
    v: v1,
    ok: Type.Boolean(),
    problems: Type.Array(Type.String({ description: 'what keeps the node from its work' })),
    details: Type.Array(problemView),
  }),
)

const limitsView = describes<LimitsView>()(
  Type.Object({
    v: v1,
    structures: Type.Array(Type.Object({ name: Type.String(), size: count, capacity: count, unit: Type.String() })),
  }),
)

export const nodeRoutes: Routes = (server, { control }) => {
  server.get(
    '/v1/node/identity',
    { schema: { summary: 'Who this node is', tags: ['node'], response: { 200: identityView, ...commonProblems } } },
    async () => control.identity(),
  )
  server.get(
    '/v1/node/status',
    { schema: { summary: 'How this node is doing', tags: ['node'], response: { 200: statusView, ...commonProblems } } },
    async () => control.status(),
  )
  server.get(
    '/v1/node/health',
    {
      schema: {
        summary: 'What is not well, in words',
        tags: ['node'],
        response: { 200: healthView, 503: healthView, ...commonProblems },
      },
    },
    async (_request, reply) => {
      const health = control.health()
      return reply.code(health.ok ? 200 : 503).send(health)
    },
  )
  server.get(
    '/v1/debug/limits',
    {
      schema: {
        summary: 'How full every bounded structure is',
        tags: ['node'],
        security: needsToken,
        response: { 200: limitsView, ...guardedProblems },
      },
    },
    async () => control.limits(),
  )
}
