/**
 * The network as this node sees it, what this node says of itself in it, and a new beginning: /v1/network, /v1/tags.
 */
import * as Type from 'typebox'
import { TAG_KEY_BYTES_MAX, TAG_VALUE_BYTES_MAX, TAGS_MAX } from '../../../domain/record.ts'
import type { NetworkView, TagsView } from '../../../domain/views.ts'
import type { NodeControl } from '../../../ports/control.ts'
import { invalidRequest } from '../problem.ts'
import {
  count,
  describes,
  head,
  json,
  needsToken,
  nullable,
  object,
  oneOf,
  problems,
  recordOf,
  settled,
  v1,
} from '../schemas.ts'
import type { Routes } from './route.ts'

const state = oneOf(['alive', 'suspect', 'dead', 'left', 'unreachable', 'unknown'], 'MemberState')
const tags = recordOf(Type.String())

const networkView = describes<NetworkView>()(
  object('Network', {
    v: v1,
    viewDigest: Type.String({ description: 'equal on two nodes when they see the same members in the same states' }),
    totals: object('MemberTotals', {
      alive: count,
      suspect: count,
      dead: count,
      left: count,
      unreachable: count,
      unknown: count,
    }),
    versions: recordOf(count),
    gossip: object('GossipRate', { usualBytesPerSecond: count, alarm: Type.Boolean() }),
    members: Type.Array(
      object('Member', {
        name: Type.String(),
        peerId: Type.String(),
        state,
        stateMs: count,
        source: Type.String(),
        head,
        settled,
        lag: count,
        mempool: object('MemberMempool', { count }),
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

const tagsView = describes<TagsView>()(object('Tags', { v: v1, tags }))

const tagChange = object(
  'TagChange',
  {
    key: Type.String({
      maxLength: TAG_KEY_BYTES_MAX,
      pattern: '^[a-z0-9][a-z0-9_.-]*$',
      description: `the name of a tag: 1 to ${TAG_KEY_BYTES_MAX} of a-z, 0-9, "_", "." and "-", the first a letter or digit`,
    }),
    value: nullable(
      Type.String({
        maxLength: TAG_VALUE_BYTES_MAX,
        pattern: '^[ -~]*$',
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
        operationId: 'getNetwork',
        summary: 'All members of the network as this node sees them',
        tags: ['network'],
        response: { 200: json('The network', networkView), ...problems() },
      },
    },
    async () => control.network(),
  )
  server.post(
    '/v1/network/reset',
    {
      schema: {
        operationId: 'resetNetwork',
        summary: 'Forget all that was learnt of the network, and learn it again',
        description: '202: the members come back one by one, from comparisons with the peers.',
        tags: ['network'],
        security: needsToken,
        response: { 202: json('It begins', object('Accepted', { v: v1 })), ...problems(401) },
      },
    },
    async (_request, reply) => {
      control.resetNetwork()
      return reply.code(202).send({ v: 1 })
    },
  )
  server.get(
    '/v1/tags',
    {
      schema: {
        operationId: 'getTags',
        summary: "This node's own tags",
        tags: ['network'],
        response: { 200: json('The tags', tagsView), ...problems() },
      },
    },
    async () => tagsOf(control),
  )
  server.post(
    '/v1/tags',
    {
      schema: {
        operationId: 'setTag',
        summary: "Change one of this node's tags: every node shows it within seconds",
        tags: ['network'],
        security: needsToken,
        body: { content: { 'application/json': { schema: tagChange } } },
        response: { 200: json('The tags as they are now', tagsView), ...problems(401, 413) },
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
