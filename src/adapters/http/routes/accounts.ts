/** GET /v1/accounts/{address}. */
import * as Type from 'typebox'
import type { AccountProofView, AccountView } from '../../../domain/views.ts'
import { invalidRequest } from '../problem.ts'
import { count, describes, hash, head, hex, json, nullable, object, problems, u64, v1 } from '../schemas.ts'
import type { Routes } from './route.ts'

const accountProof = describes<AccountProofView>()(
  object('AccountProof', {
    key: hash,
    balance: u64,
    nonce: u64,
    index: count,
    size: count,
    branch: Type.Array(hash, { description: 'sibling hashes from the account up' }),
    ledgerRoot: hash,
  }),
)

const accountView = describes<AccountView>()(
  object('Account', {
    v: v1,
    address: Type.String(),
    key: hash,
    balance: u64,
    nonce: u64,
    nextNonce: u64,
    pending: count,
    parked: count,
    head,
    proof: Type.Optional(nullable(accountProof)),
    header: Type.Optional(nullable(hex)),
  }),
)

export const accountRoutes: Routes = (server, { control, options }) => {
  server.get(
    '/v1/accounts/:address',
    {
      schema: {
        operationId: 'getAccount',
        summary: 'Balance and nonces of an account',
        description:
          'With `?proof`, also the proof that the account stands in the ledger, and the signed header that commits to it (PROTOCOL.md, Blocks).',
        tags: ['accounts'],
        params: Type.Object({ address: Type.String({ description: 'an address, or a public key of 64 hex digits' }) }),
        querystring: Type.Object(
          { proof: Type.Optional(Type.Boolean({ description: '"true" or "false"; without a value, true' })) },
          { additionalProperties: false },
        ),
        response: { 200: json('The account at the head of the chain', accountView), ...problems() },
      },
    },
    async (request) => {
      const key = options.parseAccount(request.params.address)
      if (key === null)
        throw invalidRequest(
          '"address" must be an address of this network or a public key of 64 hex digits',
          '`hearsay keys list` shows addresses; the first letters tell the network',
        )
      return control.account(key, { proof: request.query.proof === true })
    },
  )
}
