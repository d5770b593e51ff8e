/** GET /v1/mempool. */
import { Type } from 'typebox'
import type { MempoolView } from '../../../domain/views.ts'
import { MEMPOOL_LIMIT_DEFAULT, MEMPOOL_LIMIT_MAX } from '../limits.ts'
import { invalidRequest } from '../problem.ts'
import { commonProblems, count, describes, hash, u64, v1 } from '../schemas.ts'
import type { Routes } from './route.ts'

const mempoolView = describes<MempoolView>()(
  Type.Object({
    v: v1,
    count,
    bytes: count,
    parked: count,
    limits: Type.Object({ count, bytes: count, parked: count }),
    fingerprint: Type.String(),
    transactions: Type.Array(
      Type.Object({
        id: hash,
        sender: Type.String(),
        nonce: u64,
        fee: u64,
        sizeBytes: count,
        createdAt: count,
        state: Type.Union([Type.Literal('pending'), Type.Literal('parked')]),
        local: Type.Boolean(),
      }),
    ),
  }),
)

const LIMIT_WORDS = `a number from 0 to ${MEMPOOL_LIMIT_MAX}`

export const mempoolRoutes: Routes = (server, { control }) => {
  server.get(
    '/v1/mempool',
    {
      schema: {
        summary: 'What waits for a block',
        tags: ['transactions'],
        querystring: Type.Object(
          {
            limit: Type.Optional(
              Type.String({
                pattern: '^(0|[1-9][0-9]{0,4})$',
                default: String(MEMPOOL_LIMIT_DEFAULT),
                description: LIMIT_WORDS,
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: mempoolView, ...commonProblems },
      },
    },
    async (request) => {
      const limit = Number(request.query.limit ?? MEMPOOL_LIMIT_DEFAULT)
      if (limit > MEMPOOL_LIMIT_MAX) throw invalidRequest(`"limit" must be ${LIMIT_WORDS}`)
      return control.mempool({ limit })
    },
  )
}
