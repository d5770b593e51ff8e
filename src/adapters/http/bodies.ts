/** The content types that are read, a closed list: none of them is what a form of a foreign page can send. */
import { invalidRequest } from './problem.ts'
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
