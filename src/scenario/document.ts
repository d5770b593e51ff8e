/**
 * A scenario as its file writes it: the schema that checks it, that editors take for completion, and from which its
 * type follows. Whatever a schema can't say (nodes that exist, groups that don't overlap) timeline.ts does.
 */
import * as Type from 'typebox'
import type { Static, TProperties } from 'typebox'
import { FIGURE_NAMES } from './figures.ts'
import { EXPECTATIONS_MAX, SCENARIO_NODES_MAX, TIMELINE_ENTRIES_MAX, TRANSACTIONS_MAX } from './limits.ts'

export const TOPOLOGIES = ['random', 'ring', 'line', 'star', 'full'] as const
export const FORGERIES = ['amount', 'signature', 'high-s', 'other-network'] as const

const duration = (description: string) =>
  Type.String({ description: `${description}; such as "500ms", "20s", "2m"`, pattern: '^\\d+(\\.\\d+)?(ms|s|m|h)$' })
const nodes = Type.Union([Type.Integer({ minimum: 0 }), Type.String()], {
  description: 'nodes by their numbers from 0: 3, "0-4", "0,2,5", "all"',
})
const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description })
const link = Type.String({ description: 'one way: "40ms", "40ms±20ms", "40ms±20ms@1MiB/s", "0"' })

const at = duration('when, from the moment the network is ready')
const entry = <T extends TProperties>(description: string, fields: T) =>
  Type.Object({ at, do: Type.String(), ...fields }, { additionalProperties: false, description })
const many = { nodes }

/** What a timeline may do, each with its fields. */
export const ENTRIES = {
  load: entry('transactions at a fixed rate, whatever the answers, handed in at one node after the other', {
    rate: Type.Number({ exclusiveMinimum: 0, maximum: TRANSACTIONS_MAX, description: 'transactions a second' }),
    for: duration('how long'),
    nodes: Type.Optional(nodes),
    bytes: Type.Optional(Type.Integer({ minimum: 0, maximum: 16_000, description: 'bytes of each payload' })),
  }),
  transaction: entry('one transaction handed in at a node', {
    node: Type.Integer({ minimum: 0 }),
    bytes: Type.Optional(Type.Integer({ minimum: 0, maximum: 16_000, description: 'bytes of its payload' })),
  }),
  forge: entry('a hostile peer sends a forged transaction to two nodes', {
    how: Type.Optional(Type.Enum([...FORGERIES], { description: 'what is wrong with it' })),
  }),
  kill: entry('ends node processes at once (SIGKILL)', many),
  'power-cut': entry('ends nodes without a word to their peers; what was not synced to disk is lost', many),
  leave: entry('stops nodes in good order: they say goodbye', many),
  restart: entry('starts nodes again on their disks; those that run are stopped in good order first', many),
  pause: entry('stops nodes from running (SIGSTOP)', { nodes, for: Type.Optional(duration('how long')) }),
  resume: entry('lets paused nodes run again', many),
  add: entry('adds nodes, which get the next numbers', {
    count: Type.Integer({ minimum: 1, maximum: SCENARIO_NODES_MAX, description: 'how many' }),
  }),
  partition: entry('cuts all links between groups of nodes; nodes in no group form one of their own', {
    groups: Type.Array(nodes, { minItems: 1, description: 'nodes that stay together' }),
    for: Type.Optional(duration('heals by itself after this')),
  }),
  heal: entry('mends all cut links', {}),
  slow: entry('makes every link of nodes slower, one way', { nodes, by: duration('how much slower; "0s" ends it') }),
  skew: entry('sets the clock of nodes wrong', {
    nodes,
    by: Type.String({ description: 'how much ahead, or behind with a minus: "60s", "-60s"' }),
  }),
  'lose-messages': entry('from now on gossip messages are lost whole at this rate', { rate: share('0 ends it') }),
  tag: entry('changes what nodes say of themselves', {
    nodes,
    set: Type.Record(Type.String(), Type.String(), { description: 'keys with their values' }),
  }),
} as const

export type EntryName = keyof typeof ENTRIES
export const ENTRY_NAMES = Object.keys(ENTRIES) as readonly EntryName[]
export type Entry = {
  [Name in EntryName]: Omit<Static<(typeof ENTRIES)[Name]>, 'do'> & { readonly do: Name }
}[EntryName]

export const NETWORK = Type.Object(
  {
    nodes: Type.Integer({ minimum: 2, maximum: SCENARIO_NODES_MAX, description: 'how many nodes' }),
    topology: Type.Optional(Type.Enum([...TOPOLOGIES], { description: 'who is connected; random unless given' })),
    degree: Type.Optional(
      Type.Integer({ minimum: 2, description: 'links of a node in a random topology; 6 unless given' }),
    ),
    discovery: Type.Optional(Type.Boolean({ description: 'nodes also look for peers by themselves' })),
    link: Type.Optional(link),
    loss: Type.Optional(
      Type.Number({
        minimum: 0,
        exclusiveMaximum: 1,
        description: 'share of packets lost, which TCP sends again later',
      }),
    ),
    regions: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ minLength: 1 }),
            nodes,
            link: Type.Optional(link),
            loss: Type.Optional(Type.Number({ minimum: 0, exclusiveMaximum: 1 })),
          },
          { additionalProperties: false },
        ),
        {
          description: 'nodes with links of their own among themselves; between regions the links of the network hold',
        },
      ),
    ),
    validators: Type.Optional(
      Type.Integer({ minimum: 0, description: 'how many of the first nodes make blocks; 4 unless given' }),
    ),
    slot: Type.Optional(duration('time of a slot; "2s" unless given')),
    seed: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 0xffff_ffff, description: 'fixes topology and chance; 1 unless given' }),
    ),
  },
  { additionalProperties: false, description: 'the network before anything happens' },
)

const EXPECTATION = Type.Object(
  {
    figure: Type.Enum([...FIGURE_NAMES], { description: 'what is measured' }),
    atLeast: Type.Optional(Type.Union([Type.Number(), Type.String()], { description: 'a number, or a duration' })),
    atMost: Type.Optional(Type.Union([Type.Number(), Type.String()], { description: 'a number, or a duration' })),
    when: Type.Optional(
      Type.String({ description: '"end" (unless given), "throughout", or a time of the timeline such as "20s"' }),
    ),
  },
  { additionalProperties: false, description: 'what must hold' },
)

/** The whole file but for its timeline, whose entries are checked by what each does. */
export const FRAME = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    v: Type.Literal(1, { description: 'version of this format' }),
    name: Type.String({
      minLength: 1,
      maxLength: 100,
      pattern: '^[a-z0-9][a-z0-9-]*$',
      description: 'lower case and "-"',
    }),
    about: Type.Optional(Type.String({ description: 'what it shows, for people' })),
    network: NETWORK,
    timeline: Type.Array(Type.Unknown(), { maxItems: TIMELINE_ENTRIES_MAX }),
    settle: Type.Optional(duration('how long the run goes on after the last entry; "15s" unless given')),
    expect: Type.Array(EXPECTATION, { maxItems: EXPECTATIONS_MAX }),
  },
  { additionalProperties: false },
)

export type NetworkDocument = Static<typeof NETWORK>
export type ExpectationDocument = Static<typeof EXPECTATION>
export type ScenarioDocument = Omit<Static<typeof FRAME>, 'timeline'> & { readonly timeline: readonly Entry[] }

/** The JSON Schema (2020-12) of scenario files, as it is published. */
export function scenarioSchema(): object {
  const entries = ENTRY_NAMES.map((name) => {
    const { properties, ...rest } = ENTRIES[name]
    return { ...rest, properties: { ...properties, do: { const: name } } }
  })
  const { properties, ...rest } = FRAME
  return JSON.parse(
    JSON.stringify({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'A scenario of hearsay',
      ...rest,
      properties: {
        ...properties,
        timeline: { type: 'array', maxItems: TIMELINE_ENTRIES_MAX, items: { anyOf: entries } },
      },
    }),
  ) as object
}
