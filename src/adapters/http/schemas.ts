/**
 * Parts of the schemas that several resources use. The schema that documents a request is the one that checks it.
 *
 * They are also what generators of clients read, so they keep to what all of these understand: an object has a name,
 * which becomes a type; a choice of words is an `enum`; what may be null is a list of types where the value is no
 * object; whole numbers say that they need 64 bits.
 */
import * as Type from 'typebox'
import type { Static, TProperties, TSchema, TUnsafe } from 'typebox'
import type { HeadView, Problem } from '../../domain/views.ts'
import { U64_WORDS } from './transaction-document.ts'

/**
 * Holds the schema of a document to the type that the domain declares for it: every field of the type must be in the
 * schema, with its type. The result stands for that type, so that routes answer with domain documents.
 */
export function describes<View>() {
  return <Schema extends TSchema>(schema: Static<Schema> extends View ? Schema : never): TUnsafe<View> =>
    schema as unknown as TUnsafe<View>
}

/**
 * An object that is a component of the document by its name (openapi.ts): the same name is the same object everywhere.
 */
export const object = <Properties extends TProperties>(
  name: string,
  properties: Properties,
  options: { readonly description?: string; readonly additionalProperties?: boolean } = {},
) => Type.Object(properties, { title: name, ...options })

/** One of these words; with a name, a component of the document, none of whose words may stand in another one. */
export const oneOf = <const Words extends readonly string[]>(
  words: Words,
  name?: string,
  description?: string,
): TUnsafe<Words[number]> =>
  Type.Unsafe<Words[number]>({
    type: 'string',
    enum: [...words],
    ...(name === undefined ? {} : { title: name }),
    ...(description === undefined ? {} : { description }),
  })

/** The schema, or null. */
export function nullable<Schema extends TSchema>(schema: Schema): TUnsafe<Static<Schema> | null> {
  const { type, enum: words } = schema as { type?: unknown; enum?: unknown }
  // A component is referred to, and a reference has no list of types; null is none of the words of an enumeration.
  return typeof type === 'string' && type !== 'object' && words === undefined
    ? Type.Unsafe<Static<Schema> | null>({ ...schema, type: [type, 'null'] })
    : Type.Unsafe<Static<Schema> | null>({ oneOf: [schema, { type: 'null' }] })
}

/** One of these objects, as a component of the document. */
export const eitherOf = <const Schemas extends readonly TSchema[]>(
  name: string,
  schemas: Schemas,
): TUnsafe<Static<Schemas[number]>> => Type.Unsafe<Static<Schemas[number]>>({ title: name, oneOf: [...schemas] })

/** Any names, each with such a value. */
export const recordOf = <Schema extends TSchema>(schema: Schema): TUnsafe<Record<string, Static<Schema>>> =>
  Type.Unsafe<Record<string, Static<Schema>>>({ type: 'object', additionalProperties: schema })

/** Descriptions of request fields complete the sentence "… must be". */
export const u64 = Type.String({ pattern: '^(0|[1-9][0-9]{0,19})$', description: U64_WORDS })
export const hex = Type.String({ pattern: '^([0-9a-f]{2})*$', description: 'lower-case hex, two digits a byte' })
export const hash = Type.String({ pattern: '^[0-9a-f]{64}$', description: '64 lower-case hex digits' })
/** A whole number that is exact as a number of JSON. */
export const count = Type.Unsafe<number>({
  type: 'integer',
  format: 'int64',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
})
export const v1 = Type.Unsafe<1>({ type: 'integer', enum: [1] })

/** A number of a query, which guards.ts reads as one where it is written in digits. */
export const numberIn = (minimum: number, maximum: number, options: { default?: number; words?: string } = {}) => {
  const { words = `a number from ${minimum} to ${maximum}`, default: unlessGiven } = options
  const format = maximum > 2 ** 31 - 1 ? 'int64' : 'int32'
  return Type.Unsafe<number>({
    type: 'integer',
    format,
    minimum,
    maximum,
    ...(unlessGiven === undefined ? {} : { default: unlessGiven }),
    description: words,
  })
}

export const head = describes<HeadView>()(object('Head', { height: count, hash: Type.String() }))
export const settled = object('SettledHead', { height: count })

export const problem = describes<Problem>()(
  object(
    'Problem',
    {
      code: Type.String({ description: 'stable name of the reason' }),
      message: Type.String({ description: 'what is wrong' }),
      hint: Type.String({ description: 'what to do next' }),
      id: Type.Optional(Type.String({ description: 'the transaction concerned' })),
    },
    { description: 'The request was not carried out' },
  ),
)

export const transactionState = oneOf(
  ['pending', 'parked', 'in-block', 'settled', 'expired', 'replaced', 'evicted'],
  'TransactionState',
)

export const propagationRecord = object('PropagationRecord', {
  t_ns: u64,
  node: Type.String(),
  kind: oneOf(['transaction', 'block', 'record', 'mesh']),
  id: Type.String(),
  event: oneOf(
    ['PUBLISH', 'DELIVER', 'DUPLICATE', 'REJECT', 'IGNORE', 'FORWARD', 'RECOVERED', 'GRAFT', 'PRUNE'],
    'PropagationEvent',
  ),
  from: nullable(Type.String()),
  bytes: count,
  reason: nullable(Type.String()),
  queueMs: Type.Optional(nullable(Type.Number())),
  checkMs: Type.Optional(nullable(Type.Number())),
})

/** An answer in JSON. */
export const json = <Schema extends TSchema>(description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema } },
})

const refusal = (description: string) => ({ description, content: { 'application/problem+json': { schema: problem } } })

const REFUSALS = {
  400: refusal('The request is not what this document says'),
  401: refusal('The token of the node is missing, or is another one'),
  403: refusal('The request comes from where it may not come, or asks for what this node does not tell'),
  404: refusal('This node does not know it'),
  409: refusal('Several ids begin so'),
  413: refusal('The body is too large'),
  415: refusal('The content type or encoding of the body is not accepted'),
  422: refusal('The transaction breaks a rule: `code` says which'),
  429: refusal('Too many requests: wait as long as Retry-After says'),
  500: refusal('The node failed; the fault is in the node'),
  503: refusal('The node cannot do this now: wait as long as Retry-After says'),
} as const

/** The refusals that a route may answer with: these, and those that every route may give. */
export const problems = <Status extends keyof typeof REFUSALS>(...statuses: readonly Status[]) => {
  const chosen = Object.fromEntries(statuses.map((status) => [status, REFUSALS[status]]))
  return {
    400: REFUSALS[400],
    403: REFUSALS[403],
    415: REFUSALS[415],
    429: REFUSALS[429],
    500: REFUSALS[500],
    ...chosen,
  }
}

/** Marks a route that needs `Authorization: Bearer <token>`: for the document, and for the guard that goes by it. */
export const needsToken = [{ cookieToken: [] }]
