/**
 * The API's document: in order for a linter that we did not write, in the words that generators of clients understand,
 * and what our own client asks by.
 */
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiDocument } from '../toolkit/api/openapi-document.ts'
import { apiTypes } from '../toolkit/api/api-types.ts'
import { VERSION } from '../../src/node/version.ts'
import { readDocument, type ApiDocument, type Operation } from '../toolkit/api/api-document.ts'
import { openTestApi } from '../toolkit/api/http-api.ts'
import type { TestApi } from '../toolkit/api/http-api.ts'

let open: TestApi
let document: ApiDocument
let operations: readonly (readonly [string, Operation])[] = []
beforeAll(async () => {
  open = await openTestApi()
  document = await readDocument(open.url)
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
  )
})
afterAll(() => open.api.close())

/** Every object of the document, with the way to it. */
function* objectsIn(value: unknown, way = '#'): Generator<readonly [string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [way, value as Record<string, unknown>]
  for (const [key, part] of Object.entries(value)) yield* objectsIn(part, `${way}/${key}`)
}

describe('the document', () => {
  it('is without fault to redocly’s recommended rules', async () => {
    const config = await createConfig({ extends: ['recommended'] })
    const faults = await lintFromString({
      source: JSON.stringify(document),
      absoluteRef: '/openapi.json',
      config,
    })
    expect(
      faults.map(({ severity, ruleId, message, location }) => [severity, ruleId, message, location[0]?.pointer]),
    ).toEqual([])
  })

  it('names each operation once, and the node that it was asked from', () => {
    const names = operations.map(([, { operationId }]) => operationId)
    expect(names.every((name) => /^[a-z][A-Za-z]+$/.test(name ?? ''))).toBe(true)
    expect(new Set(names).size).toBe(names.length)
    expect(document.servers.map(({ url }) => url)).toEqual([open.url])
  })

  it('gives each answer the media type that is sent', () => {
    for (const [name, { responses }] of operations)
      for (const [status, { content = {} }] of Object.entries(responses)) {
        const [type, ...more] = Object.keys(content)
        const expected =
          name === 'get /v1/events'
            ? 'text/event-stream'
            : name === 'get /livez' || name === 'get /metrics'
              ? 'text/plain'
              : 'application/json'
        const isHealth = name === 'get /readyz' || name === 'get /v1/node/health'
        const refuses = Number(status) >= 400 && !(isHealth && status === '503')
        expect([name, status, type, more]).toEqual([name, status, refuses ? 'application/problem+json' : expected, []])
      }
  })

  it('has only what generators of clients understand', () => {
    const inside = [...objectsIn(document.paths), ...objectsIn(document.components)]
    const schemas = inside.filter(([, value]) => typeof value.type === 'string' || Array.isArray(value.type))
    expect(schemas.length).toBeGreaterThan(200)
    for (const [way, schema] of inside) {
      // Unions of literals and of null that only say what an enum and a list of types say.
      expect([way, schema.anyOf, schema.const, schema.patternProperties]).toEqual([
        way,
        undefined,
        undefined,
        undefined,
      ])
      // An object outside the components has no name.
      const isAnonymous = schema.type === 'object' && schema.properties !== undefined && !/^#\/schemas\/\w+$/.test(way)
      expect([way, isAnonymous]).toEqual([way, false])
    }
    for (const [way, { type, format, enum: words }] of schemas)
      if (type === 'integer' && words === undefined)
        expect([way, format]).toEqual([way, expect.stringMatching(/^int(32|64)$/)])
  })

  it('has no word in two named choices: Go’s generator makes one constant of each word', () => {
    const words = Object.values(document.components.schemas).flatMap(
      (schema) => (schema as { enum?: string[] }).enum ?? [],
    )
    expect(words.length).toBeGreaterThan(20)
    expect(words.filter((word, at) => words.indexOf(word) !== at)).toEqual([])
  })

  it('says that bodies which are no JSON are bytes or text', () => {
    const { content = {} } = document.paths['/v1/transactions:batch']?.post?.requestBody ?? {}
    expect(Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, schema]))).toEqual({
      'application/octet-stream': { type: 'string', format: 'binary', description: expect.any(String) },
      'application/x-ndjson': { type: 'string', description: expect.any(String) },
    })
  })

  it('is what the types of our client were made of', async () => {
    const path = fileURLToPath(new URL('../../src/client/api-types.ts', import.meta.url))
    const made = await apiTypes(await apiDocument(VERSION), path)
    expect(made === readFileSync(path, 'utf8'), 'run `npm run openapi`: the document has changed').toBe(true)
  })
})
