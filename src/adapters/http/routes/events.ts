/** GET /v1/events: what happens, as it happens. */
import type { OutgoingHttpHeaders } from 'node:http'
import { Type } from 'typebox'
import { EVENT_TOPICS } from '../../../domain/views.ts'
import { HttpProblem } from '../problem.ts'
import { oneOf, problems } from '../schemas.ts'
import { STREAM_HEADERS } from '../event-readers.ts'
import { EVENT_ID, parseEventId } from '../event-text.ts'
import type { Routes } from './route.ts'

const TOPICS_WORDS = `some of ${EVENT_TOPICS.join(', ')}, separated by commas`
const topic = oneOf(EVENT_TOPICS, 'EventTopic', TOPICS_WORDS)
const ID_WORDS = 'an id that this stream has sent, or 0'

export const eventRoutes: Routes = (server, { readers }) => {
  server.get(
    '/v1/events',
    {
      schema: {
        operationId: 'streamEvents',
        summary: 'A stream of events',
        description:
          'Server-sent events. `id:` resumes with Last-Event-ID (0: all that the node remembers). A comment every 10 s shows that the stream lives. A reader that is too slow gets the event `dropped` with the number of events it missed.',
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
          ...problems(503),
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
      if (!readers.hasRoom)
        throw new HttpProblem(
          503,
          {
            code: 'too-many-readers',
            message: 'as many readers of events are connected as the node serves',
            hint: 'close one of them, or ask another node',
          },
          { 'retry-after': '10' },
        )
      reply.hijack()
      readers.open({ response: reply.raw, topics, resume, headers: reply.getHeaders() as OutgoingHttpHeaders })
    },
  )
}
