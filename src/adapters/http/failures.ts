/**
 * Whatever goes wrong becomes a problem document; what is ours to mend is told to the operator and not to the client.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Socket } from 'node:net'
import type { Problem } from '../../domain/views.ts'
import { unsupportedType } from './bodies.ts'
import { HttpProblem, invalidRequest, sendProblem } from './problem.ts'
import type { ApiServer } from './routes/route.ts'

/** Answers every failure of the server in one form. */
export function answerFailures(server: ApiServer, onFailure: (error: unknown, route: string) => void): void {
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = asProblem(error)
    if (problem.status === 500) onFailure(error, request.routeOptions.url ?? 'none')
    send(request, reply, problem)
  })
}

function send(request: FastifyRequest, reply: FastifyReply, { status, problem, headers }: HttpProblem): void {
  // A refused body may not have been read: nobody should have to read it to find the next request.
  const mayHaveBody = request.method !== 'GET' && request.method !== 'HEAD'
  if (mayHaveBody && request.body === undefined) void reply.header('connection', 'close')
  sendProblem(reply, status, problem, headers)
}

/** @param error anything that fastify or a route threw */
export function asProblem(error: FastifyError): HttpProblem {
  if (error instanceof HttpProblem) return error
  if (error.validation !== undefined)
    return invalidRequest(requestFault(error.validation, error.validationContext ?? 'body'))
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new HttpProblem(413, {
      code: 'body-too-large',
      message: 'the body is larger than this request may be',
      hint: 'a transaction has at most 64 KiB of JSON, a batch 256 KiB; send several',
    })
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return unsupportedType(['application/json'])
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500) return invalidRequest('the request is malformed')
  return new HttpProblem(500, {
    code: 'internal',
    message: 'the node failed to answer; the fault is in the node',
    hint: 'its log has the reason',
  })
}

type ValidationFault = NonNullable<FastifyError['validation']>[number]

/** One sentence with the name of the field, from the first thing that the schema did not like. */
export function requestFault(faults: readonly Omit<ValidationFault, 'dataPath'>[], part: string): string {
  const [first] = faults
  if (first === undefined) return 'the request is malformed'
  const where = part === 'querystring' ? 'query parameter' : part === 'headers' ? 'header' : 'field'
  const { keyword, params } = first
  if (keyword === 'additionalProperties') return `unknown ${where} "${String(params.additionalProperty)}"`
  if (keyword === 'required') return `${where} "${String(params.missingProperty)}" is missing`
  // Of a list in the query, the whole is what was written.
  const path = part === 'querystring' ? first.instancePath.replace(/\/\d+$/, '') : first.instancePath
  const name = path.replace(/^\//, '').replaceAll('/', '.')
  if (name === '') return `the ${part} ${first.message ?? 'is malformed'}`
  const words = describedBy(first)
  return words === null ? `"${name}" ${first.message ?? 'is malformed'}` : `"${name}" must be ${words}`
}

/** In verbose mode ajv tells the schema that failed; our request schemas say in words what they want. */
function describedBy(error: object): string | null {
  if (!('parentSchema' in error)) return null
  const schema = error.parentSchema
  if (typeof schema !== 'object' || schema === null || !('description' in schema)) return null
  return typeof schema.description === 'string' ? schema.description : null
}

/** Answers what is not even HTTP, or came too slowly, and hangs up. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, problem] = brokenRequest(error.code ?? '')
  const body = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n${body}`,
    // Whoever does not read the answer either is not waited for.
    () => socket.destroy(),
  )
}

function brokenRequest(code: string): [string, Problem] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return [
      '408 Request Timeout',
      { code: 'timeout', message: 'the request came too slowly', hint: 'send it within 10 s, its headers within 5 s' },
    ]
  if (code === 'HPE_HEADER_OVERFLOW')
    return [
      '431 Request Header Fields Too Large',
      { code: 'headers-too-large', message: 'the headers are larger than 16 KiB', hint: 'send fewer' },
    ]
  return [
    '400 Bad Request',
    { code: 'invalid-request', message: 'this is not HTTP/1.1', hint: 'check the URL: the API speaks plain http' },
  ]
}
