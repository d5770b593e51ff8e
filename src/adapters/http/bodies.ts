/** The content types that are read, a closed list: none of them is what a form of a foreign page can send. */
import type { FastifyRequest } from 'fastify'
import { HttpProblem, invalidRequest } from './problem.ts'
import { parseJson } from './json-body.ts'
import type { ApiServer } from './routes/route.ts'

/** Bodies arrive parsed for application/json, and as bytes for octet-stream and NDJSON. */
export function readBodies(server: ApiServer): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => {
    const parsed = parseJson(body)
    if (!parsed.ok) throw invalidRequest(parsed.message, 'send one JSON document as GET /openapi.json describes it')
    return parsed.value
  })
  for (const type of ['application/octet-stream', 'application/x-ndjson'])
    server.addContentTypeParser(type, { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body)
}

/** Refuses a body whose type the route does not document. @throws HttpProblem */
export function checkContentType(request: FastifyRequest): void {
  const body = request.routeOptions.schema?.body
  if (typeof body !== 'object' || body === null || !('content' in body)) return
  const types = Object.keys(body.content as object)
  const given = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (!types.includes(given)) throw unsupportedType(types)
}

export function unsupportedType(types: readonly string[]): HttpProblem {
  return new HttpProblem(415, {
    code: 'unsupported-content-type',
    message: 'this Content-Type is not accepted here',
    hint: `send ${types.join(' or ')}`,
  })
}
