/** GET /v1/events: what happens, as it happens. */
import type { OutgoingHttpHeaders } from 'node:http'
import * as Type from 'typebox'
import { EVENT_TOPICS } from '../../../domain/views.ts'
import { isOperators } from '../guards.ts'
import { clientOf } from '../rate-guard.ts'
import { oneOf, problems } from '../schemas.ts'
import { OPERATOR, STREAM_HEADERS } from '../event-readers.ts'
import { EVENT_ID, parseEventId } from '../event-text.ts'
import type { Routes } from './route.ts'

const TOPICS_WORDS = `some of ${EVENT_TOPICS.join(', ')}, separated by commas`
const topic = oneOf(EVENT_TOPICS, 'EventTopic', TOPICS_WORDS)
const ID_WORDS = 'an id that this stream has sent, or 0'

export const eventRoutes: Routes = (server, { readers, places }) => {
  server.get(
    '/v1/events',
    {
      schema: {
        operationId: 'streamEvents',
        summary: 'A stream of events',
        description:
          'Server-sent events. `id:` resumes with Last-Event-ID (0: all that the node remembers). A comment every 10 s shows that the stream lives. A reader that is too slow gets the event `dropped` with the number of events it missed. When all places are taken, a newcomer takes the one of a reader that is too slow, or of the oldest; whoever shows that he knows the token has places of his own.',
        tags: ['events'],
        querystring: Type.Object(
          {
            topics: Type.Optional(
              Type.Array(topic, { minItems: 1, maxItems: EVENT_TOPICS.length, description: TOPICS_WORDS }),
            ),
          },
          { additionalProperties: false },
        ),
        headers: Type.Object({
          'Last-Event-ID': Type.Optional(Type.String({ pattern: EVENT_ID.source, description: ID_WORDS })),
        }),
        response: {
          200: {
            description: 'Events, one after another',
            content: { 'text/event-stream': { schema: Type.String() } },
          },
          ...problems(),
        },
      },
    },
    (request, reply) => {
      const topics = request.query.topics ?? EVENT_TOPICS
      const given = request.headers['last-event-id']
      const resume = given === undefined ? null : parseEventId(given)
      // What GET would say before the first event.
      if (request.method === 'HEAD') {
        void reply.headers(STREAM_HEADERS).send('')
        return
      }
      reply.hijack()
      places.keep(request.raw.socket)
      readers.open({
        response: reply.raw,
        topics,
        resume,
        headers: reply.getHeaders() as OutgoingHttpHeaders,
        client: isOperators(request) ? OPERATOR : clientOf(request.ip),
      })
    },
  )
}
