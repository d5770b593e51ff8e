/**
 * The query of a URL is text. What the schema of a route calls a number, a truth or a list is read as one here, where
 * it is written as one and in no other way; everything else stays text, which the schema then refuses in words. ajv's
 * own coercion takes `1e2`, `0x10` and ` 7` for numbers.
 */
import type { FastifyRequest } from 'fastify'

/** Fifteen digits stay below 2^53. */
const DIGITS = /^(0|[1-9][0-9]{0,14})$/

/** Reads the fields of the query by the schema of the route. */
export function readQuery(request: FastifyRequest): void {
  const schema = request.routeOptions.schema?.querystring as
    { readonly properties?: Readonly<Record<string, { readonly type?: unknown }>> } | undefined
  const query = request.query as Record<string, unknown>
  for (const [name, { type }] of Object.entries(schema?.properties ?? {})) {
    const text = query[name]
    if (typeof text === 'string') query[name] = readField(type, text)
  }
}

function readField(type: unknown, text: string): unknown {
  switch (type) {
    case 'integer':
      return DIGITS.test(text) ? Number(text) : text
    case 'boolean':
      // A flag without a value is meant.
      return text === '' || text === 'true' ? true : text === 'false' ? false : text
    case 'array':
      return text.split(',')
    default:
      return text
  }
}
