/** Refusals, as problem+json (RFC 9457 in form) with a stable code, what is wrong, and what to do. */
import type { FastifyReply } from 'fastify'
import type { RejectCode } from '../../domain/reject.ts'
import { REJECTS } from '../../domain/reject.ts'
import type { Problem } from '../../domain/views.ts'

/** A refusal on its way to the client: thrown anywhere below a route, answered in one place. */
export class HttpProblem extends Error {
  readonly status: number
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, problem: Problem, headers: Readonly<Record<string, string>> = {}) {
    super(problem.message)
    this.status = status
    this.problem = problem
    this.headers = headers
  }
}

/** The refusal of a transaction, by the one table of consequences. */
export function rejection(code: RejectCode, id: string | null): HttpProblem {
  const { httpStatus, message, hint } = REJECTS[code]
  const headers: Record<string, string> = httpStatus === 429 || httpStatus === 503 ? { 'retry-after': '1' } : {}
  return new HttpProblem(httpStatus, { code, message, hint, ...(id === null ? {} : { id }) }, headers)
}

/** A request that is not what the documentation says; `what` names the field. */
export function invalidRequest(what: string, hint = 'GET /openapi.json describes every request'): HttpProblem {
  return new HttpProblem(400, { code: 'invalid-request', message: what, hint })
}

export function notFound(what: string, hint: string): HttpProblem {
  return new HttpProblem(404, { code: 'not-found', message: what, hint })
}

/** Sends a refusal. The body of the request may be unread, so the connection ends with it. */
export function sendProblem(
  reply: FastifyReply,
  status: number,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): void {
  void reply
    .code(status)
    .headers(headers)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem))
}
