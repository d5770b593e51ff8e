/** For machines that look after the node: /livez, /readyz, /metrics; and for people who find the port: /. */
import * as Type from 'typebox'
import { json, problems } from '../schemas.ts'
import { METRICS_AGE_MS_MAX } from '../limits.ts'
import { PAGE_HEADERS, pageFile } from '../dashboard-files.ts'
import { healthView } from './node.ts'
import type { Routes } from './route.ts'

const PLAIN = 'text/plain; charset=utf-8'
const text = (description: string) => ({ description, content: { 'text/plain': { schema: Type.String() } } })

export const operationRoutes: Routes = (server, { control, options }) => {
  const metrics = briefly(() => control.metrics())
  server.get(
    '/livez',
    {
      schema: {
        operationId: 'livez',
        summary: 'Whether the process turns its event loop',
        tags: ['operations'],
        response: { 200: text('"ok"'), ...problems() },
      },
    },
    async (_request, reply) => reply.type(PLAIN).send('ok\n'),
  )
  server.get(
    '/readyz',
    {
      schema: {
        operationId: 'readyz',
        summary: 'Whether the node can take transactions; if not, why',
        tags: ['operations'],
        response: { 200: json('It can', healthView), ...problems(), 503: json('It cannot', healthView) },
      },
    },
    async (_request, reply) => {
      const health = control.health()
      return reply.code(health.ok ? 200 : 503).send(health)
    },
  )
  server.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        summary: 'Metrics in the text format of Prometheus',
        tags: ['operations'],
        response: { 200: text('Format 0.0.4 of Prometheus'), ...problems() },
      },
    },
    async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics()),
  )
  server.get('/', { schema: { hide: true } }, async (request, reply) => {
    // Browsers ask for HTML and get the page; a person with curl gets text.
    const page = (request.headers.accept ?? '').includes('text/html') ? pageFile('/') : null
    if (page !== null) return reply.headers(PAGE_HEADERS).type(page.type).send(page.bytes)
    const { name, peerId, network } = control.identity()
    return reply.type(PLAIN).send(frontPage({ name, peerId, network, version: options.version }))
  })
}

/** One answer for all who ask within a moment. */
function briefly(make: () => Promise<string>): () => Promise<string> {
  let text: Promise<string> | null = null
  let madeMs = 0
  return () => {
    const now = performance.now()
    if (text === null || now - madeMs >= METRICS_AGE_MS_MAX) {
      text = make()
      madeMs = now
      // A failure is the answer of who met it, and of nobody later.
      text.catch(() => (text = null))
    }
    return text
  }
}

function frontPage(node: { name: string; peerId: string; network: string; version: string }): string {
  return `hearsay ${node.version}: node ${node.name} (${node.peerId}) of network ${node.network}

/v1/node/status            how the node is doing
/v1/peers  /v1/mesh        whom it is connected with
/v1/network                all members of the network, as this node sees them
/v1/mempool                what waits for a block
/v1/transactions/ID        one transaction; ID/propagation: how it came here
/v1/blocks                 the chain; /v1/blocks/head: one block of it
/v1/accounts/ADDRESS       balance and nonces; ?proof: with the proof
/v1/events?topics=...      what happens, as it happens (server-sent events)
/readyz  /livez  /metrics  for machines
/openapi.json              every request and answer
`
}
