/** POST /v1/transactions:batch. */
import type { FastifyRequest } from 'fastify'
import * as Type from 'typebox'
import { decodeBatch } from '../../../domain/codec/transaction-codec.ts'
import type { AccountId } from '../../../domain/ids.ts'
import { BATCH_COUNT_MAX } from '../../../domain/params.ts'
import { REJECTS } from '../../../domain/reject.ts'
import type { SubmitBatchView, TransactionDocument } from '../../../domain/views.ts'
import type { SubmitResult } from '../../../ports/control.ts'
import { requestFault } from '../failures.ts'
import { parseJson } from '../json-body.ts'
import { BATCH_BODY_BYTES_MAX, SUBMIT_IDLE_TIMEOUT_MS } from '../limits.ts'
import { HttpProblem, invalidRequest } from '../problem.ts'
import {
  count,
  describes,
  eitherOf,
  hash,
  json,
  needsToken,
  object,
  oneOf,
  problems,
  transactionState,
  v1,
} from '../schemas.ts'
import { transactionBytes } from '../transaction-document.ts'
import type { Routes } from './route.ts'
import { bytesSchema, transactionDocument } from './transactions.ts'

const batchView = describes<SubmitBatchView>()(
  object('BatchSubmission', {
    v: v1,
    accepted: count,
    known: count,
    rejected: count,
    results: Type.Array(
      eitherOf('BatchResult', [
        object('BatchTaken', {
          status: oneOf(['accepted', 'known'], 'SubmissionStatus'),
          id: hash,
          state: transactionState,
        }),
        object('BatchRefused', {
          status: oneOf(['rejected'], 'RefusalStatus'),
          code: Type.String(),
          message: Type.String(),
          hint: Type.String(),
          id: Type.Optional(Type.String()),
        }),
      ]),
    ),
  }),
)

export const transactionBatchRoutes: Routes = (server, { control, options }) => {
  server.post(
    // A colon is written twice where it is not the beginning of a parameter.
    '/v1/transactions::batch',
    {
      bodyLimit: BATCH_BODY_BYTES_MAX,
      schema: {
        operationId: 'submitTransactionBatch',
        summary: `Hand in up to ${BATCH_COUNT_MAX} signed transactions`,
        description:
          '200 with one result for each, in order, after every accepted one is on disk. A batch that cannot be read is refused as a whole.',
        tags: ['transactions'],
        security: needsToken,
        body: {
          content: {
            'application/octet-stream': { schema: bytesSchema('SSZ of TransactionBatch') },
            'application/x-ndjson': { schema: bytesSchema('one transaction document a line') },
          },
        },
        response: { 200: json('One result for each, in order', batchView), ...problems(401, 413, 503) },
      },
    },
    async (request) => {
      request.raw.socket.setTimeout(SUBMIT_IDLE_TIMEOUT_MS)
      const body = request.body as Uint8Array
      const type = request.headers['content-type'] ?? ''
      const items = type.startsWith('application/x-ndjson')
        ? linesOf(body, request, options.parseAccount)
        : itemsOf(body)
      return batchOf(await control.submit(items))
    },
  )
}

function itemsOf(body: Uint8Array): readonly Uint8Array[] {
  const decoded = decodeBatch(body)
  if (!decoded.ok) throw invalidRequest('the body is not the SSZ of a TransactionBatch', 'PROTOCOL.md has the format')
  return decoded.value
}

/** @throws HttpProblem that names the line */
function linesOf(
  body: Uint8Array,
  request: FastifyRequest,
  parseAccount: (text: string) => AccountId | null,
): readonly Uint8Array[] {
  const lines = splitLines(body)
  if (lines.length === 0) throw invalidRequest('the batch is empty')
  if (lines.length > BATCH_COUNT_MAX)
    throw invalidRequest(`the batch has ${lines.length} lines and may have ${BATCH_COUNT_MAX}`, 'send several batches')
  const isDocument = request.compileValidationSchema(transactionDocument)
  return lines.map((line, index) => {
    const refuse = (why: string): never => {
      throw invalidRequest(`line ${index + 1}: ${why}`)
    }
    const parsed = parseJson(line)
    if (!parsed.ok) return refuse(parsed.message)
    if (!isDocument(parsed.value)) return refuse(requestFault(isDocument.errors ?? [], 'body'))
    try {
      return transactionBytes(parsed.value as TransactionDocument, parseAccount)
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error
      const { status, problem: found } = error
      throw new HttpProblem(status, { ...found, message: `line ${index + 1}: ${found.message}` })
    }
  })
}

/** Lines without their ends; an empty last one is the end of the one before. */
function splitLines(body: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let start = 0; start < body.byteLength;) {
    const found = body.indexOf(0x0a, start)
    const end = found === -1 ? body.byteLength : found
    lines.push(body.subarray(start, end))
    start = end + 1
  }
  return lines
}

function batchOf(results: readonly SubmitResult[]): SubmitBatchView {
  const view = results.map((result): SubmitBatchView['results'][number] => {
    if (result.kind !== 'rejected') return { status: result.kind, id: result.id, state: result.state }
    const { message, hint } = REJECTS[result.code]
    return { status: 'rejected', code: result.code, message, hint, ...(result.id === null ? {} : { id: result.id }) }
  })
  const having = (status: string): number => view.filter((result) => result.status === status).length
  return {
    v: 1,
    accepted: having('accepted'),
    known: having('known'),
    rejected: having('rejected'),
    results: view,
  }
}
