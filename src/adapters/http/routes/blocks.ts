/** GET /v1/blocks and GET /v1/blocks/{head|settled|height|hash}. */
import { Type } from 'typebox'
import { isHashPrefix } from '../../../domain/ids.ts'
import type { BlockListView, BlockView } from '../../../domain/views.ts'
import { BLOCKS_LIMIT_DEFAULT, BLOCKS_LIMIT_MAX } from '../limits.ts'
import { invalidRequest } from '../problem.ts'
import { commonProblems, count, describes, hash, head, nullable, problem, u64, v1 } from '../schemas.ts'
import { found } from './lookup.ts'
import type { Routes } from './route.ts'

const blockFields = {
  hash,
  height: count,
  slot: count,
  slotTime: count,
  parent: hash,
  proposer: Type.String(),
  txRoot: hash,
  ledgerRoot: hash,
  txCount: count,
  sizeBytes: count,
  branch: Type.Union([Type.Literal('best'), Type.Literal('side'), Type.Literal('invalid')]),
  reason: nullable(Type.String()),
  settled: Type.Boolean(),
}

const blockView = describes<BlockView>()(
  Type.Object({
    v: v1,
    ...blockFields,
    firstSeenNs: nullable(u64),
    from: nullable(Type.String()),
    transactions: Type.Array(hash),
  }),
)

const blockListView = describes<BlockListView>()(
  Type.Object({
    v: v1,
    head,
    settled: Type.Object({ height: count }),
    blocks: Type.Array(Type.Object(blockFields)),
  }),
)

/** A height: fifteen digits stay below 2^53, and no hash is as short. */
const HEIGHT = /^(0|[1-9][0-9]{0,14})$/
const LIMIT_WORDS = `a number from 1 to ${BLOCKS_LIMIT_MAX}`
const WHICH_WORDS = 'head, settled, a height, or a hash (64 lower-case hex digits, or at least the first 4 of them)'

export const blockRoutes: Routes = (server, { control }) => {
  server.get(
    '/v1/blocks',
    {
      schema: {
        summary: 'Blocks of the best chain, highest first',
        tags: ['blocks'],
        querystring: Type.Object(
          {
            limit: Type.Optional(
              Type.String({
                pattern: '^[1-9][0-9]{0,3}$',
                default: String(BLOCKS_LIMIT_DEFAULT),
                description: LIMIT_WORDS,
              }),
            ),
            before: Type.Optional(
              Type.String({ pattern: HEIGHT.source, description: 'a height: only blocks below it' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: blockListView, ...commonProblems },
      },
    },
    async (request) => {
      const limit = Number(request.query.limit ?? BLOCKS_LIMIT_DEFAULT)
      if (limit > BLOCKS_LIMIT_MAX) throw invalidRequest(`"limit" must be ${LIMIT_WORDS}`)
      const { before } = request.query
      return control.blocks({ limit, ...(before === undefined ? {} : { before: Number(before) }) })
    },
  )

  server.get(
    '/v1/blocks/:which',
    {
      schema: {
        summary: 'A block, and where it stands',
        description: 'Digits alone are a height; for a hash that begins with digits, give more of it.',
        tags: ['blocks'],
        params: Type.Object({ which: Type.String({ description: WHICH_WORDS }) }),
        response: { 200: blockView, ...commonProblems, 404: problem, 409: problem },
      },
    },
    async (request) => {
      const { which } = request.params
      if (which !== 'head' && which !== 'settled' && !HEIGHT.test(which) && !isHashPrefix(which))
        throw invalidRequest(`"which" must be ${WHICH_WORDS}`)
      return found(await control.block(which), 'block', which)
    },
  )
}
