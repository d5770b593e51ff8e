/** GET /v1/events: what happens, as it happens. */
import type { OutgoingHttpHeaders } from 'node:http'
import { Type } from 'typebox'
import type { EventTopic } from '../../../domain/views.ts'
import { EVENT_TOPICS } from '../../../domain/views.ts'
import { HttpProblem, invalidRequest } from '../problem.ts'
import { commonProblems, problem } from '../schemas.ts'
import { parseEventId } from '../event-text.ts'
import type { Routes } from './route.ts'

const TOPICS_WORDS = `some of ${EVENT_TOPICS.join(', ')}, separated by commas`

export const eventRoutes: Routes = (server, { readers }) => {
  server.get(
    '/v1/events',
    {
      schema: {
        summary: 'A stream of events',
        description:
          'Server-sent events. `id:` resumes with Last-Event-ID (0: all that the node remembers). A comment every 10 s shows that the stream lives. A reader that is too slow gets the event `dropped` with the number of events it missed.',
        tags: ['events'],
        querystring: Type.Object(
          { topics: Type.Optional(Type.String({ description: TOPICS_WORDS, maxLength: 256 })) },
          { additionalProperties: false },
        ),
        response: { 200: Type.String({ description: 'text/event-stream' }), ...commonProblems, 503: problem },
      },
    },
    (request, reply) => {
      const topics = topicsOf(request.query.topics)
      const given = request.headers['last-event-id']
      const resume = given === undefined ? null : parseEventId(String(given))
      if (given !== undefined && resume === null)
        throw invalidRequest('"Last-Event-ID" must be an id that this stream has sent, or 0')
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

function topicsOf(text: string | undefined): readonly EventTopic[] {
  if (text === undefined) return EVENT_TOPICS
  const topics = new Set<EventTopic>()
  for (const name of text.split(',')) {
    const topic = EVENT_TOPICS.find((known) => known === name)
    if (topic === undefined) throw invalidRequest(`"topics" must be ${TOPICS_WORDS}`)
    topics.add(topic)
  }
  return [...topics]
}
