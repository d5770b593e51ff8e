/** The API's own document, and answers held against it. */
import { Value } from 'typebox/value'
import { send } from './http-api.ts'

interface Answer {
  readonly description: string
  readonly content?: Readonly<Record<string, { readonly schema: unknown }>>
}

export interface Operation {
  readonly operationId?: string
  readonly security?: readonly unknown[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  readonly responses: Readonly<Record<string, Answer>>
}

export interface ApiDocument {
  readonly openapi: string
  readonly info: object
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

export async function readDocument(url: string): Promise<ApiDocument> {
  return (await send(url, '/openapi.json')).json as ApiDocument
}

/**
 * What `answer` has that the document does not promise of `GET path` with this status; empty where it is as described.
 */
export function faultsOf(document: ApiDocument, path: string, answer: unknown, status = 200): readonly unknown[] {
  const content = document.paths[path]?.get?.responses[String(status)]?.content ?? {}
  const schema = whole(document, (content['application/json'] ?? content['application/problem+json'])?.schema)
  if (Object.keys((schema as { properties?: object } | null)?.properties ?? {}).length < 2)
    return [`the document says nothing of GET ${path} with ${status}`]
  return [...Value.Errors(schema as never, answer)]
}

/** The schema with every reference replaced by what it refers to, and no field that is not described. */
function whole(document: ApiDocument, schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map((part) => whole(document, part))
  if (typeof schema !== 'object' || schema === null) return schema
  if ('$ref' in schema && typeof schema.$ref === 'string')
    return whole(document, document.components.schemas[schema.$ref.replace('#/components/schemas/', '')])
  const parts = Object.entries(schema).map(([key, part]) => [key, whole(document, part)])
  return { ...('properties' in schema ? { additionalProperties: false } : {}), ...Object.fromEntries(parts) }
}
