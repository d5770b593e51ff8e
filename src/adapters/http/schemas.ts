/** Parts of the schemas that several resources use. The schema that documents a request is the one that checks it. */
import { Type } from 'typebox'
import type { Static, TSchema, TUnsafe } from 'typebox'
import type { HeadView, Problem } from '../../domain/views.ts'
import { U64_WORDS } from './transaction-document.ts'

/**
 * Holds the schema of a document to the type that the domain declares for it: every field of the type must be in the schema, with its
 * type. The result stands for that type, so that routes answer with domain documents.
 */
export function describes<View>() {
  return <Schema extends TSchema>(schema: Static<Schema> extends View ? Schema : never): TUnsafe<View> =>
    schema as unknown as TUnsafe<View>
}

/** Descriptions of request fields complete the sentence "… must be". */
export const u64 = Type.String({ pattern: '^(0|[1-9][0-9]{0,19})$', description: U64_WORDS })
export const hex = Type.String({ pattern: '^([0-9a-f]{2})*$', description: 'lower-case hex, two digits a byte' })
export const hash = Type.String({ pattern: '^[0-9a-f]{64}$', description: '64 lower-case hex digits' })
export const count = Type.Integer({ minimum: 0 })
export const v1 = Type.Literal(1)
export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

export const head = describes<HeadView>()(Type.Object({ height: count, hash: Type.String() }))

export const problem = describes<Problem>()(
  Type.Object(
    {
      code: Type.String({ description: 'stable name of the reason' }),
      message: Type.String({ description: 'what is wrong' }),
      hint: Type.String({ description: 'what to do next' }),
      id: Type.Optional(Type.String({ description: 'the transaction concerned' })),
    },
    { description: 'The request was not carried out' },
  ),
)

export const transactionState = Type.Union([
  Type.Literal('pending'),
  Type.Literal('parked'),
  Type.Literal('in-block'),
  Type.Literal('settled'),
  Type.Literal('expired'),
  Type.Literal('replaced'),
  Type.Literal('evicted'),
])

/** Answers that every route may give. */
export const commonProblems = { 400: problem, 403: problem, 429: problem, 500: problem }
/** Answers of routes that need the token. */
export const guardedProblems = { ...commonProblems, 401: problem }

/** Marks a route that needs `Authorization: Bearer <token>`: for the document, and for the guard that goes by it. */
export const needsToken = [{ cookieToken: [] }]
