/** GET /v1/blocks and GET /v1/blocks/{head|settled|height|hash}. */
import * as Type from 'typebox'
import type { BlockListView, BlockView } from '../../../domain/views.ts'
import { BLOCKS_LIMIT_DEFAULT, BLOCKS_LIMIT_MAX } from '../limits.ts'
import {
  count,
  describes,
  hash,
  head,
  json,
  nullable,
  numberIn,
  object,
  oneOf,
  problems,
  settled,
  u64,
  v1,
} from '../schemas.ts'
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
  branch: oneOf(['best', 'side', 'invalid'], 'BlockBranch'),
  reason: nullable(Type.String()),
  settled: Type.Boolean(),
}

const blockView = describes<BlockView>()(
  object('Block', {
    v: v1,
    ...blockFields,
    firstSeenNs: nullable(u64),
    from: nullable(Type.String()),
    transactions: Type.Array(hash),
  }),
)

const blockListView = describes<BlockListView>()(
  object('BlockList', {
    v: v1,
    head,
    settled,
    blocks: Type.Array(object('BlockSummary', blockFields)),
  }),
)

/** Fifteen digits: below 2^53, and no hash is as short. */
const HEIGHT_MAX = 999_999_999_999_999
/** Of a hash, a prefix that may be unique. */
const WHICH = '^(head|settled|0|[1-9][0-9]{0,14}|[0-9a-f]{4,64})$'
const WHICH_WORDS = 'head, settled, a height, or a hash (64 lower-case hex digits, or at least the first 4 of them)'

export const blockRoutes: Routes = (server, { control }) => {
  server.get(
    '/v1/blocks',
    {
      schema: {
        operationId: 'listBlocks',
        summary: 'Blocks of the best chain, highest first',
        tags: ['blocks'],
        querystring: Type.Object(
          {
            limit: Type.Optional(numberIn(1, BLOCKS_LIMIT_MAX, { default: BLOCKS_LIMIT_DEFAULT })),
            before: Type.Optional(numberIn(0, HEIGHT_MAX, { words: 'a height: only blocks below it' })),
          },
          { additionalProperties: false },
        ),
        response: { 200: json('The blocks', blockListView), ...problems() },
      },
    },
    async (request) => {
      const { limit = BLOCKS_LIMIT_DEFAULT, before } = request.query
      return control.blocks({ limit, ...(before === undefined ? {} : { before }) })
    },
  )

  server.get(
    '/v1/blocks/:which',
    {
      schema: {
        operationId: 'getBlock',
        summary: 'A block, and where it stands',
        description: 'Digits alone are a height; for a hash that begins with digits, give more of it.',
        tags: ['blocks'],
        params: Type.Object({ which: Type.String({ pattern: WHICH, description: WHICH_WORDS }) }),
        response: { 200: json('The block', blockView), ...problems(404, 409) },
      },
    },
    async (request) => {
      const { which } = request.params
      return found(await control.block(which), 'block', which)
    },
  )
}
