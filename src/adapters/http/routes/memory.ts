/** GET /v1/propagation: what the node remembers of all objects. */
import * as Type from 'typebox'
import type { MemoryView, RememberedObject, SeenCounts } from '../../../domain/views.ts'
import { isHashText } from '../../../domain/ids.ts'
import { MEMORY_IDS_MAX, MEMORY_LIMIT_DEFAULT, MEMORY_LIMIT_MAX } from '../limits.ts'
import { invalidRequest } from '../problem.ts'
import { count, describes, json, nullable, numberIn, object, problems, propagationRecord, v1 } from '../schemas.ts'
import type { Routes } from './route.ts'

export const seenCounts = describes<SeenCounts>()(
  object('SeenCounts', {
    ...{ taken: count, duplicates: count, rejected: count },
    ...{ ignored: count, untraced: count, forgotten: count },
  }),
)

const rememberedObject = describes<RememberedObject>()(
  object('RememberedObject', {
    n: nullable(count),
    id: Type.String(),
    known: Type.Boolean(),
    copies: count,
    records: Type.Array(propagationRecord),
  }),
)

const memoryView = describes<MemoryView>()(
  object('Memory', {
    v: v1,
    node: Type.String(),
    startedAt: count,
    at: count,
    seen: seenCounts,
    objects: Type.Array(rememberedObject),
    next: nullable(count),
  }),
)

const BEFORE_WORDS = 'a number that an earlier answer gave as "next"'
const IDS_WORDS = `1 to ${MEMORY_IDS_MAX} ids of 64 lower-case hex digits, separated by commas`

export const memoryRoutes: Routes = (server, { control }) => {
  server.get(
    '/v1/propagation',
    {
      schema: {
        operationId: 'getMemory',
        summary: 'How objects came to this node: all that it remembers, the newest first, or those asked for',
        description:
          'Whole objects, page by page; `seen` counts since the start what the pages may no longer hold. With `ids`: of these transactions alone, also whether it has them at all.',
        tags: ['transactions'],
        querystring: Type.Object(
          {
            before: Type.Optional(numberIn(0, Number.MAX_SAFE_INTEGER, { words: BEFORE_WORDS })),
            limit: Type.Optional(numberIn(1, MEMORY_LIMIT_MAX, { default: MEMORY_LIMIT_DEFAULT })),
            ids: Type.Optional(
              Type.String({ maxLength: MEMORY_IDS_MAX * 65, pattern: '^[0-9a-f,]+$', description: IDS_WORDS }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: json('What it remembers', memoryView), ...problems() },
      },
    },
    async ({ query: { before, limit = MEMORY_LIMIT_DEFAULT, ids } }) =>
      ids === undefined ? control.memory({ before: before ?? null, limit }) : control.memoryOf(readIds(ids)),
  )
}

/** @throws HttpProblem */
function readIds(text: string): string[] {
  const ids = text.split(',')
  if (ids.length > MEMORY_IDS_MAX || !ids.every((id) => isHashText(id)))
    throw invalidRequest(`"ids" must be ${IDS_WORDS}`)
  return ids
}
