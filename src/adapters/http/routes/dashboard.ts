/** The page's scripts and styles. The page itself is at `/`, for whoever asks for HTML. */
import { notFound } from '../problem.ts'
import { PAGE_HEADERS, pageFile } from '../dashboard-files.ts'
import type { Routes } from './route.ts'

export const dashboardRoutes: Routes = (server) => {
  const send = (path: string) => async (_request: unknown, reply: Parameters<typeof sendFile>[0]) =>
    sendFile(reply, path)
  server.get('/dashboard/app.js', { schema: { hide: true } }, send('/dashboard/app.js'))
  server.get('/dashboard/app.css', { schema: { hide: true } }, send('/dashboard/app.css'))
}

interface Answer {
  headers(values: Readonly<Record<string, string>>): Answer
  type(text: string): Answer
  send(body: Buffer): unknown
}

function sendFile(reply: Answer, path: string): unknown {
  const file = pageFile(path)
  if (file === null) throw notFound('the page has not been built', 'run `npm run build`')
  return reply.headers(PAGE_HEADERS).type(file.type).send(file.bytes)
}
