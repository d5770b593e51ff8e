/** GET /v1/node/{identity,status,health} and /v1/debug/limits. */
import * as Type from 'typebox'
import { PROBLEM_CODES, type ProblemCode, type ProblemView } from '../../../domain/problems.ts'
import type { DoctorView, FindingWeight } from '../../../domain/doctor.ts'
import type { HealthView, IdentityView, LimitsView, LogView, StatusView } from '../../../domain/views.ts'
import { count, describes, head, json, needsToken, nullable, object, oneOf, problems, settled, v1 } from '../schemas.ts'
import { seenCounts } from './memory.ts'
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
const identityView = describes<IdentityView>()(object('Identity', identityFields))

const problemView = describes<ProblemView>()(
  object('NodeProblem', {
    code: oneOf<readonly ProblemCode[]>(PROBLEM_CODES, 'ProblemCode', 'stable name of the problem'),
    weight: oneOf(['problem', 'notice'], 'ProblemWeight', 'a problem keeps the node from its work'),
    message: Type.String({ description: 'what is seen' }),
    cause: Type.String({ description: 'why that probably is' }),
    next: Type.String({ description: 'what to do' }),
  }),
)

const statusView = describes<StatusView>()(
  object('Status', {
    ...identityFields,
    startedAt: count,
    uptimeMs: count,
    state: oneOf(['starting', 'ready', 'alone', 'failing'], 'NodeState'),
    peers: count,
    mesh: count,
    head,
    settled,
    validator: nullable(
      object('Validator', {
        key: Type.String(),
        lastSignedSlot: nullable(count),
        silentUntil: nullable(Type.Number()),
      }),
    ),
    mempool: object('MempoolFill', { count, bytes: count, parked: count, fingerprint: Type.String() }),
    seen: seenCounts,
    verifier: object('Verifier', {
      name: Type.String(),
      fallbackReason: nullable(Type.String()),
      verifications: count,
    }),
    eventLoopDelayP99Ms: Type.Number(),
    eventLoopDelayMaxMs: Type.Number(),
    rssBytes: count,
    problems: Type.Array(problemView),
  }),
)

export const healthView = describes<HealthView>()(
  object('Health', {
    v: v1,
    ok: Type.Boolean(),
    problems: Type.Array(Type.String({ description: 'what keeps the node from its work' })),
    details: Type.Array(problemView),
  }),
)

const limitsView = describes<LimitsView>()(
  object('Limits', {
    v: v1,
    structures: Type.Array(
      object('BoundedStructure', { name: Type.String(), size: count, capacity: count, unit: Type.String() }),
    ),
  }),
)

const doctorView = describes<DoctorView>()(
  object('Doctor', {
    v: v1,
    ok: Type.Boolean(),
    findings: Type.Array(
      object('Finding', {
        code: Type.String({ description: 'stable name of the finding' }),
        weight: oneOf<readonly FindingWeight[]>(
          ['sound', 'doubtful', 'wrong', 'unseen'],
          'FindingWeight',
          'unseen: it can not be told from here',
        ),
        message: Type.String({ description: 'what is seen' }),
        next: Type.String({ description: 'what to do; empty where nothing is' }),
      }),
    ),
  }),
)

const logView = describes<LogView>()(object('RecentLog', { v: v1, lines: Type.Array(Type.String()) }))

export const nodeRoutes: Routes = (server, { control }) => {
  server.get(
    '/v1/node/identity',
    {
      schema: {
        operationId: 'getIdentity',
        summary: 'Who this node is',
        tags: ['node'],
        response: { 200: json('Names, keys and addresses', identityView), ...problems() },
      },
    },
    async () => control.identity(),
  )
  server.get(
    '/v1/node/status',
    {
      schema: {
        operationId: 'getStatus',
        summary: 'How this node is doing',
        tags: ['node'],
        response: { 200: json('The status', statusView), ...problems() },
      },
    },
    async () => control.status(),
  )
  server.get(
    '/v1/node/health',
    {
      schema: {
        operationId: 'getHealth',
        summary: 'What is not well, in words',
        tags: ['node'],
        response: { 200: json('All is well', healthView), ...problems(), 503: json('It is not well', healthView) },
      },
    },
    async (_request, reply) => {
      const health = control.health()
      return reply.code(health.ok ? 200 : 503).send(health)
    },
  )
  server.get(
    '/v1/node/doctor',
    {
      schema: {
        operationId: 'getDoctor',
        summary: 'What the node finds when it looks at itself, its machine and its peers',
        tags: ['node'],
        security: needsToken,
        response: { 200: json('The findings', doctorView), ...problems(401) },
      },
    },
    async () => control.doctor(),
  )
  server.get(
    '/v1/debug/log',
    {
      schema: {
        operationId: 'getLog',
        summary: 'The last lines of the log',
        tags: ['node'],
        security: needsToken,
        response: { 200: json('The lines', logView), ...problems(401) },
      },
    },
    async () => control.log(),
  )
  server.get(
    '/v1/debug/limits',
    {
      schema: {
        operationId: 'getLimits',
        summary: 'How full every bounded structure is',
        tags: ['node'],
        security: needsToken,
        response: { 200: json('The structures', limitsView), ...problems(401) },
      },
    },
    async () => control.limits(),
  )
}
