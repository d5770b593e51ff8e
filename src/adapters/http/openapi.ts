/** The document that describes the API, made of the schemas that check it. */
import swagger from '@fastify/swagger'
import type { ApiServer } from './routes/route.ts'

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
        license: { name: 'Apache-2.0 OR MIT' },
      },
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
  server.get(
    '/openapi.json',
    { schema: { summary: 'This document', tags: ['operations'], response: { 200: { type: 'object' } } } },
    async () => server.swagger(),
  )
}
