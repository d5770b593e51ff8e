/** The document that describes the API, made of the schemas that check it. */
import swagger from '@fastify/swagger'
import type { FastifyRequest } from 'fastify'
import * as Type from 'typebox'
import type { ApiServer } from './routes/route.ts'
import { json, problems } from './schemas.ts'

type Json = null | boolean | number | string | readonly Json[] | JsonObject
interface JsonObject {
  readonly [key: string]: Json
}

/** What a body is that is no JSON. */
const BODIES: Readonly<Record<string, JsonObject>> = {
  'application/octet-stream': { type: 'string', format: 'binary' },
  'application/x-ndjson': { type: 'string' },
}

const TAGS = [
  { name: 'transactions', description: 'Hand in, look up, follow' },
  { name: 'accounts', description: 'Balances, nonces and their proofs' },
  { name: 'blocks', description: 'The chain as this node has it' },
  { name: 'peers', description: 'Who is connected, and in whose mesh' },
  { name: 'network', description: 'All members, and what this node says of itself' },
  { name: 'node', description: 'This node' },
  { name: 'events', description: 'What happens, as it happens' },
  { name: 'operations', description: 'For machines that look after the node' },
]

/** Collects all routes that are added after it, and answers GET /openapi.json. */
export async function documentRoutes(server: ApiServer, version: string): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'hearsay',
        version,
        description:
          'The API of one node. 64-bit numbers are decimal strings; hashes are lower-case hex; refusals are application/problem+json.',
        license: { name: 'Apache-2.0 OR MIT', identifier: 'Apache-2.0 OR MIT' },
      },
      tags: TAGS,
      security: [],
      components: {
        securitySchemes: {
          cookieToken: {
            type: 'http',
            scheme: 'bearer',
            description: 'the content of .cookie in the data directory of the node',
          },
        },
      },
    },
  })
  let parts: JsonObject | null = null
  server.get(
    '/openapi.json',
    {
      schema: {
        operationId: 'getOpenapi',
        summary: 'This document',
        tags: ['operations'],
        response: { 200: json('OpenAPI 3.1', Type.Unsafe<object>({ type: 'object' })), ...problems() },
      },
    },
    async (request: FastifyRequest) => {
      parts ??= withComponents(server.swagger() as unknown as JsonObject)
      // By the name by which the client has found us, which the guard has admitted.
      return { ...parts, servers: [{ url: `http://${request.headers.host ?? 'localhost'}`, description: 'this node' }] }
    },
  )
}

/**
 * Every schema with a title becomes a component of that name, and is referred to where it stood. Throws where two
 * schemas have one name, which would be a mistake of ours.
 */
function withComponents(document: JsonObject): JsonObject {
  const schemas = new Map<string, JsonObject>()
  const hoist = (value: Json): Json => {
    if (!isObject(value)) return isList(value) ? value.map(hoist) : value
    const { title, ...rest } = mapped(value, hoist)
    if (typeof title !== 'string') return rest
    const known = schemas.get(title)
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(rest))
      throw new Error(`two different schemas of the document are called ${title}`)
    schemas.set(title, rest)
    return { $ref: `#/components/schemas/${title}` }
  }
  const paths = mapped(document.paths as JsonObject, (path) =>
    mapped(path as JsonObject, (operation) => hoist(withBodies(operation as JsonObject))),
  )
  const components = { ...(document.components as JsonObject), schemas: Object.fromEntries([...schemas].sort()) }
  return { ...document, paths, components }
}

/** Says of bodies that are not JSON what they are, and of lists in the query how they are written. */
function withBodies(operation: JsonObject): JsonObject {
  const { requestBody, parameters } = operation
  return {
    ...operation,
    ...(isObject(requestBody)
      ? {
          requestBody: {
            ...requestBody,
            required: true,
            content: mapped(requestBody.content as JsonObject, (body, type) =>
              mapped(body as JsonObject, (schema) => ({ ...BODIES[type], ...(schema as JsonObject) })),
            ),
          },
        }
      : {}),
    ...(isList(parameters)
      ? {
          parameters: parameters.map((parameter) =>
            isObject(parameter) && isObject(parameter.schema) && parameter.schema.type === 'array'
              ? { ...parameter, style: 'form', explode: false }
              : parameter,
          ),
        }
      : {}),
  }
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value)
}

function mapped(value: JsonObject, change: (field: Json, key: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, change(field, key)]))
}
