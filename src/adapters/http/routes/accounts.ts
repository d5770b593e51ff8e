/** GET /v1/accounts/{address}. */
import { Type } from 'typebox'
import type { AccountView } from '../../../domain/views.ts'
import { invalidRequest } from '../problem.ts'
import { commonProblems, count, describes, hash, nullable, u64, v1 } from '../schemas.ts'
import type { Routes } from './route.ts'

const accountView = describes<AccountView>()(
  Type.Object({
    v: v1,
    address: Type.String(),
    key: hash,
    balance: nullable(u64),
    nonce: u64,
    nextNonce: u64,
    pending: count,
  }),
)

export const accountRoutes: Routes = (server, { control, options }) => {
  server.get(
    '/v1/accounts/:address',
    {
      schema: {
        summary: 'Balance and nonces of an account',
        tags: ['accounts'],
        params: Type.Object({ address: Type.String({ description: 'an address, or a public key of 64 hex digits' }) }),
        response: { 200: accountView, ...commonProblems },
      },
    },
    async (request) => {
      const key = options.parseAccount(request.params.address)
      if (key === null)
        throw invalidRequest(
          '"address" must be an address of this network or a public key of 64 hex digits',
          '`hearsay keys list` shows addresses; the first letters tell the network',
        )
      return control.account(key)
    },
  )
}
