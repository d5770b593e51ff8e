/**
 * The node in a page: its files, and how it joins through this node. Where the node takes no WebSockets there is none.
 */
import { networkDocument } from '../../../domain/params.ts'
import { lightHeaders, pageFile } from '../dashboard-files.ts'
import { notFound } from '../problem.ts'
import type { Routes } from './route.ts'

const FILES = ['/light', '/light/app.js', '/light/app.css', '/light/worker.js']

export const lightRoutes: Routes = (server, { options }) => {
  const entrance = (): { readonly peerId: string; readonly port: number } => {
    const found = options.light?.() ?? null
    if (found === null)
      throw notFound(
        'this node takes no WebSockets, so no page joins through it',
        'start it with --listen /ip4/0.0.0.0/tcp/4602/ws as well',
      )
    return found
  }
  for (const path of FILES) {
    server.get(path, { schema: { hide: true } }, async (request, reply) => {
      const { port } = entrance()
      const file = pageFile(path)
      if (file === null)
        throw notFound(
          'the light node has not been built',
          'it is no part of the package: run `npm run build` in a clone',
        )
      return reply
        .headers(lightHeaders(request.headers.host ?? '', port))
        .type(file.type)
        .send(file.bytes)
    })
  }
  server.get('/light/node.json', { schema: { hide: true } }, async () => {
    const { peerId, port } = entrance()
    return { network: options.network === undefined ? null : networkDocument(options.network), peerId, port }
  })
}
