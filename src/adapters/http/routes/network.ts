/** The network as this node sees it, what this node says of itself in it, and a new beginning: /v1/network, /v1/tags. */
import { Type } from 'typebox'
import { TAG_KEY_BYTES_MAX, TAG_VALUE_BYTES_MAX, TAGS_MAX } from '../../../domain/record.ts'
import type { NetworkView, TagsView } from '../../../domain/views.ts'
import type { NodeControl } from '../../../ports/control.ts'
import { invalidRequest } from '../problem.ts'
import {
  commonProblems,
  count,
  describes,
  guardedProblems,
  head,
  needsToken,
  nullable,
  problem,
  v1,
} from '../schemas.ts'
import type { Routes } from './route.ts'

const state = Type.Union([
  Type.Literal('alive'),
  Type.Literal('suspect'),
  Type.Literal('dead'),
  Type.Literal('left'),
  Type.Literal('unreachable'),
  Type.Literal('unknown'),
])
const tags = Type.Record(Type.String(), Type.String())

const networkView = describes<NetworkView>()(
  Type.Object({
    v: v1,
    viewDigest: Type.String({ description: 'equal on two nodes when they see the same members in the same states' }),
    totals: Type.Object({ alive: count, suspect: count, dead: count, left: count, unreachable: count, unknown: count }),
    versions: Type.Record(Type.String(), count),
    gossip: Type.Object({ usualBytesPerSecond: count, alarm: Type.Boolean() }),
    members: Type.Array(
      Type.Object({
        name: Type.String(),
        peerId: Type.String(),
        state,
        stateMs: count,
        source: Type.String(),
        head,
        settled: Type.Object({ height: count }),
        lag: count,
        mempool: Type.Object({ count }),
        version: Type.String(),
        ageMs: count,
        phi: Type.Number({ description: 'the chance of such a silence is 10^-phi' }),
        rttMs: nullable(Type.Number()),
        incarnation: count,
        seq: count,
        addresses: Type.Array(Type.String()),
        neighbour: Type.Boolean(),
        equivocated: Type.Boolean(),
        tags,
      }),
    ),
  }),
)

const tagsView = describes<TagsView>()(Type.Object({ v: v1, tags }))

const tagChange = Type.Object(
  {
    key: Type.String({
      maxLength: TAG_KEY_BYTES_MAX,
      description: `the name of a tag: 1 to ${TAG_KEY_BYTES_MAX} of a-z, 0-9, "_", "." and "-", the first a letter or digit`,
    }),
    value: nullable(
      Type.String({
        maxLength: TAG_VALUE_BYTES_MAX,
        description: `at most ${TAG_VALUE_BYTES_MAX} printable ASCII characters; null takes the tag away`,
      }),
    ),
  },
  { additionalProperties: false },
)

export const networkRoutes: Routes = (server, { control }) => {
  server.get(
    '/v1/network',
    {
      schema: {
        summary: 'All members of the network as this node sees them',
        tags: ['network'],
        response: { 200: networkView, ...commonProblems },
      },
    },
    async () => control.network(),
  )
  server.post(
    '/v1/network/reset',
    {
      schema: {
        summary: 'Forget all that was learnt of the network, and learn it again',
        description: '202: the members come back one by one, from comparisons with the peers.',
        tags: ['network'],
        security: needsToken,
        response: { 202: Type.Object({ v: v1 }), ...guardedProblems },
      },
    },
    async (_request, reply) => {
      control.resetNetwork()
      return reply.code(202).send({ v: 1 })
    },
  )
  server.get(
    '/v1/tags',
    { schema: { summary: "This node's own tags", tags: ['network'], response: { 200: tagsView, ...commonProblems } } },
    async () => tagsOf(control),
  )
  server.post(
    '/v1/tags',
    {
      schema: {
        summary: "Change one of this node's tags: every node shows it within seconds",
        tags: ['network'],
        security: needsToken,
        body: { content: { 'application/json': { schema: tagChange } } },
        response: { 200: tagsView, ...guardedProblems, 415: problem },
      },
    },
    async (request) => {
      const { key, value } = request.body as { key: string; value: string | null }
      const outcome = control.setTag(key, value)
      switch (outcome) {
        case 'set':
          return tagsOf(control)
        case 'bad-key':
          throw invalidRequest(
            '"key" cannot be the name of a tag',
            'use a-z, 0-9, "_", "." and "-", a letter or digit first',
          )
        case 'bad-value':
          throw invalidRequest('"value" cannot be the value of a tag', 'use printable ASCII characters')
        case 'too-many':
          throw invalidRequest(`a node has at most ${TAGS_MAX} tags`, 'take one away first: value null')
      }
    },
  )
}

const tagsOf = (control: NodeControl): TagsView => ({ v: 1, tags: control.tags() })
