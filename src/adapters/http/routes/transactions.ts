/** POST /v1/transactions, GET /v1/transactions/{id} and its propagation. */
import * as Type from 'typebox'
import type {
  ObservationsView,
  PropagationView,
  SubmitView,
  TransactionDocument,
  TransactionView,
} from '../../../domain/views.ts'
import type { SubmitResult } from '../../../ports/control.ts'
import { assert } from '../../../lib/assert.ts'
import { REJECTS } from '../../../domain/reject.ts'
import { PAYLOAD_BYTES_MAX } from '../../../domain/params.ts'
import {
  BODY_BYTES_MAX,
  CLOCK_SAMPLES_DEFAULT,
  CLOCK_SAMPLES_MAX,
  IDLE_TIMEOUT_MS,
  SUBMIT_IDLE_TIMEOUT_MS,
  SURVEY_DEFAULT_MS,
  SURVEY_MS_MAX,
  SURVEY_MS_MIN,
} from '../limits.ts'
import { HttpProblem, rejection } from '../problem.ts'
import {
  count,
  describes,
  hash,
  hex,
  json,
  needsToken,
  nullable,
  numberIn,
  object,
  oneOf,
  problems,
  propagationRecord,
  transactionState,
  u64,
  v1,
} from '../schemas.ts'
import { transactionBytes } from '../transaction-document.ts'
import { found } from './lookup.ts'
import type { Routes } from './route.ts'

const account = Type.String({
  description: 'an address of this network or a public key of 64 hex digits',
  maxLength: 128,
})

export const transactionDocument = describes<TransactionDocument>()(
  object(
    'SignedTransaction',
    {
      sender: account,
      nonce: u64,
      recipient: account,
      amount: u64,
      fee: u64,
      createdAt: numberIn(0, Number.MAX_SAFE_INTEGER, { words: 'milliseconds since 1970, as a JSON number' }),
      payload: Type.String({ ...hex, description: `lower-case hex of at most ${PAYLOAD_BYTES_MAX} bytes` }),
      signature: Type.String({ pattern: '^[0-9a-f]{128}$', description: '128 lower-case hex digits' }),
    },
    { additionalProperties: false },
  ),
)

const submitView = describes<SubmitView>()(
  object('Submission', {
    v: v1,
    id: hash,
    status: oneOf(['accepted', 'known'], 'SubmissionStatus'),
    state: transactionState,
  }),
)

const transactionView = describes<TransactionView>()(
  object('Transaction', {
    v: v1,
    id: hash,
    hash,
    state: transactionState,
    height: nullable(count),
    blockHash: nullable(hash),
    replacedBy: nullable(hash),
    waitsFor: nullable(oneOf(['nonce', 'balance', 'room'], 'ParkedFor')),
    sender: Type.String(),
    recipient: Type.String(),
    amount: u64,
    fee: u64,
    nonce: u64,
    createdAt: count,
    payload: hex,
    sizeBytes: count,
    local: Type.Boolean(),
  }),
)

const propagationView = describes<PropagationView>()(
  object('Propagation', {
    v: v1,
    id: hash,
    node: Type.String(),
    known: Type.Boolean(),
    firstSeenNs: nullable(u64),
    from: nullable(Type.String()),
    copies: count,
    records: Type.Array(propagationRecord),
  }),
)

const observationsView = describes<ObservationsView>()(
  object('Observations', {
    v: v1,
    id: hash,
    asked: count,
    answered: count,
    unreachable: count,
    nodes: Type.Array(
      object('ObservedNode', {
        name: Type.String(),
        peerId: Type.String(),
        trouble: nullable(Type.String()),
        over: Type.Array(Type.String()),
        clock: nullable(object('ClockComparison', { offsetMs: Type.Number(), errorMs: Type.Number() })),
        known: Type.Boolean(),
        copies: count,
        records: Type.Array(propagationRecord),
      }),
    ),
  }),
)

const observationsQuery = Type.Object(
  {
    samples: Type.Optional(numberIn(1, CLOCK_SAMPLES_MAX, { default: CLOCK_SAMPLES_DEFAULT })),
    waitMs: Type.Optional(numberIn(SURVEY_MS_MIN, SURVEY_MS_MAX, { default: SURVEY_DEFAULT_MS })),
  },
  { additionalProperties: false },
)

const idParams = Type.Object({
  id: Type.String({
    pattern: '^[0-9a-f]{4,64}$',
    description: '64 lower-case hex digits, or at least the first 4 of them',
  }),
})
/** Bytes are checked by whoever decodes them: no schema of JSON fits them. openapi.ts says what they are. */
export const bytesSchema = (description: string) => Type.Unsafe<Uint8Array>({ description })

export const transactionRoutes: Routes = (server, { control, options }) => {
  server.post(
    '/v1/transactions',
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        operationId: 'submitTransaction',
        summary: 'Hand in a signed transaction',
        description: '202 when it is on disk and on its way, 200 when the node has it already.',
        tags: ['transactions'],
        security: needsToken,
        body: {
          content: {
            'application/json': { schema: transactionDocument },
            'application/octet-stream': { schema: bytesSchema('SSZ of SignedTransaction') },
          },
        },
        response: {
          200: json('The node had it already', submitView),
          202: json('It is on disk and on its way', submitView),
          ...problems(401, 413, 422, 503),
        },
      },
    },
    async (request, reply) => {
      request.raw.socket.setTimeout(SUBMIT_IDLE_TIMEOUT_MS)
      const body = request.body as Uint8Array | TransactionDocument
      const bytes = body instanceof Uint8Array ? body : transactionBytes(body, options.parseAccount)
      const [result] = await control.submit([bytes])
      assert(result !== undefined, 'one result for each item')
      const view = submissionView(result)
      return reply.code(view.status === 'accepted' ? 202 : 200).send(view)
    },
  )

  server.get(
    '/v1/transactions/:id',
    {
      schema: {
        operationId: 'getTransaction',
        summary: 'A transaction and what became of it',
        tags: ['transactions'],
        params: idParams,
        response: { 200: json('The transaction', transactionView), ...problems(404, 409) },
      },
    },
    async (request) => {
      const { id } = request.params
      return found(await control.transaction(id), 'transaction', id)
    },
  )

  server.get(
    '/v1/transactions/:id/propagation',
    {
      schema: {
        operationId: 'getTransactionPropagation',
        summary: 'How a transaction came to this node: when, from whom, how often',
        tags: ['transactions'],
        params: idParams,
        response: { 200: json('What this node recorded of it', propagationView), ...problems(404, 409) },
      },
    },
    async (request) => {
      const { id } = request.params
      return found(control.propagation(id), 'transaction', id)
    },
  )

  server.get(
    '/v1/transactions/:id/observations',
    {
      schema: {
        operationId: 'getTransactionObservations',
        summary: 'What every node that can be reached from this one saw of a transaction, with the clocks compared',
        description:
          'On dev-* networks; elsewhere only between nodes that have it switched on, since it reveals origins.',
        tags: ['transactions'],
        params: idParams,
        querystring: observationsQuery,
        response: { 200: json('What each node recorded of it', observationsView), ...problems(404, 409, 503) },
      },
    },
    async (request) => {
      const { id } = request.params
      const { samples = CLOCK_SAMPLES_DEFAULT, waitMs = SURVEY_DEFAULT_MS } = request.query
      // A node that does not answer is waited for, and meanwhile this socket is silent.
      request.raw.socket.setTimeout(waitMs + IDLE_TIMEOUT_MS)
      const lookup = await control.observations(id, { samples, waitMs })
      if (lookup.kind === 'off')
        throw new HttpProblem(403, {
          code: 'observe-off',
          message: 'this node neither asks others what they saw nor says it: that reveals origins',
          hint: 'it is on for networks whose name begins with dev-; elsewhere start nodes with --observe',
        })
      if (lookup.kind === 'busy')
        throw new HttpProblem(
          503,
          { code: 'busy', message: 'this node is asking for others already', hint: 'try again in a second' },
          { 'retry-after': '1' },
        )
      return found(lookup, 'transaction', id)
    },
  )
}

/** @throws HttpProblem when the transaction was refused */
function submissionView(result: SubmitResult): SubmitView {
  if (result.kind !== 'rejected') return { v: 1, id: result.id, status: result.kind, state: result.state }
  // A second signature of a known body is no failure of who hands it in.
  if (REJECTS[result.code].httpStatus === 200 && result.id !== null)
    return { v: 1, id: result.id, status: 'known', state: 'pending' }
  throw rejection(result.code, result.id)
}
