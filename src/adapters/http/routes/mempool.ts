/** GET /v1/mempool. */
import * as Type from 'typebox'
import type { MempoolView } from '../../../domain/views.ts'
import { MEMPOOL_LIMIT_DEFAULT, MEMPOOL_LIMIT_MAX } from '../limits.ts'
import { count, describes, hash, json, numberIn, object, oneOf, problems, u64, v1 } from '../schemas.ts'
import type { Routes } from './route.ts'

const mempoolView = describes<MempoolView>()(
  object('Mempool', {
    v: v1,
    count,
    bytes: count,
    parked: count,
    limits: object('MempoolLimits', { count, bytes: count, parked: count }),
    fingerprint: Type.String(),
    transactions: Type.Array(
      object('PooledTransaction', {
        id: hash,
        sender: Type.String(),
        nonce: u64,
        fee: u64,
        sizeBytes: count,
        createdAt: count,
        state: oneOf(['pending', 'parked']),
        local: Type.Boolean(),
      }),
    ),
  }),
)

export const mempoolRoutes: Routes = (server, { control }) => {
  server.get(
    '/v1/mempool',
    {
      schema: {
        operationId: 'getMempool',
        summary: 'What waits for a block',
        tags: ['transactions'],
        querystring: Type.Object(
          { limit: Type.Optional(numberIn(0, MEMPOOL_LIMIT_MAX, { default: MEMPOOL_LIMIT_DEFAULT })) },
          { additionalProperties: false },
        ),
        response: { 200: json('The pool, and the first of its transactions', mempoolView), ...problems() },
      },
    },
    async ({ query: { limit = MEMPOOL_LIMIT_DEFAULT } }) => control.mempool({ limit }),
  )
}
