import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkScenario, type Mistake } from '../../../src/scenario/check.ts'
import { scenarioSchema } from '../../../src/scenario/document.ts'
import { SHIPPED_NAMES, shippedText } from '../../../src/scenario/library.ts'

const GOOD = `{
  // Comments are allowed, and a comma at the end.
  "v": 1, "name": "small",
  "network": { "nodes": 4, "link": "20ms±5ms" },
  "timeline": [
    { "at": "0s", "do": "load", "rate": 2, "for": "5s" },
    { "at": "1s", "do": "kill", "nodes": 3 },
    { "at": "4s", "do": "restart", "nodes": "3" },
  ],
  "expect": [{ "figure": "coverage", "atLeast": 1 }]
}`

const BARE = { v: 1, name: 'small', network: { nodes: 3 }, expect: [{ figure: 'lost', atMost: 0 }] }

const mistakesOf = (text: string): readonly Mistake[] => {
  const checked = checkScenario(text)
  return checked.ok ? [] : checked.mistakes
}
const oneOf = (from: string, to: string): Mistake => {
  const [first] = mistakesOf(GOOD.replace(from, to))
  if (first === undefined) throw new Error(`nothing is wrong with ${to}`)
  return first
}

describe('a scenario file', () => {
  it('may have comments, and comes to what happens when', () => {
    const checked = checkScenario(GOOD)
    if (!checked.ok) throw new Error(JSON.stringify(checked.mistakes))
    const { actions, lastFaultMs, endMs } = checked.experiment
    expect(actions.filter(({ kind }) => kind === 'hand-in').map(({ atMs }) => atMs)).toEqual([
      0, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 4_500,
    ])
    expect(lastFaultMs).toBe(4_000)
    expect(endMs).toBe(4_500 + 15_000)
  })

  it.each([
    ['"nodes": 4', '"ndoes": 4', 'network.ndoes', 'did you mean "nodes"?'],
    ['"load"', '"laod"', 'timeline[0].do', 'did you mean "load"?'],
    ['"coverage"', '"coverge"', 'expect[0].figure', 'did you mean "coverage"?'],
    ['"for"', '"fro"', 'timeline[0].fro', 'did you mean "for"?'],
  ])('says what was probably meant where %s is %s', (from, to, path, hint) => {
    const found = mistakesOf(GOOD.replace(from, to)).find((mistake) => mistake.path === path)
    expect(found?.hint).toBe(hint)
  })

  it('says line and column of what is wrong, counted in characters', () => {
    expect(oneOf('"link": "20ms±5ms"', '"link": "±", "degre": 3')).toMatchObject({ line: 4, column: 41 })
    expect(oneOf('"rate": 2', '"rate": 0')).toMatchObject({ line: 6, column: 41, path: 'timeline[0].rate' })
    expect(oneOf('"20ms±5ms"', '"20ms±50ms"')).toMatchObject({ line: 4, column: 36, path: 'network.link' })
    expect(mistakesOf('{\n  "v": 1,\n  "name" "x" }')[0]).toMatchObject({ line: 3, column: 10 })
    expect(mistakesOf('')[0]).toMatchObject({ line: 1, column: 1, message: 'the file is empty' })
  })

  it.each([
    ['"nodes": 3 }', '"nodes": 4 }', 'there is no node 4 by then: 4 nodes count from 0'],
    ['"kill", "nodes": 3', '"resume", "nodes": 3', '"resume" of node 3, which is up by then'],
    ['"atLeast": 1 }', '"atLeast": "1s" }', 'coverage is a number, not "1s"'],
    [
      '"atLeast": 1 }',
      '"atLeast": 1, "when": "throughout" }',
      'coverage is asked of the nodes at a time or at the end, not throughout',
    ],
    ['"atLeast": 1 }', '"atLeast": 1, "when": "50s" }', 'the run ends before, at 19.5 s'],
    ['"atLeast": 1 }', '"when": "end" }', 'says neither "atLeast" nor "atMost"'],
    ['"do": "kill", "nodes": 3', '"do": "partition", "groups": ["0-2", "2-3"]', 'node 2 is in two groups'],
    [
      '"do": "kill", "nodes": 3',
      '"do": "partition", "groups": ["all"]',
      'all nodes are in one group: leave some out, or name a second group',
    ],
    [
      '"rate": 2, "for": "5s"',
      '"rate": 9000, "for": "5s"',
      '10001 transactions are more than 10000: lower a rate or a time',
    ],
  ])('refuses what contradicts itself: %s as %s', (from, to, message) => {
    expect(mistakesOf(GOOD.replace(from, to)).map((mistake) => mistake.message)).toContain(message)
  })

  it('has a pause that ends by itself last until it does', () => {
    const withTimeline = (...timeline: object[]): string => JSON.stringify({ ...BARE, timeline })
    const paused = { at: '1s', do: 'pause', nodes: 1, for: '5s' }
    const mistakesAt = (atS: number, what: string): string[] =>
      mistakesOf(withTimeline(paused, { at: `${atS}s`, do: what, nodes: 1 })).map(({ message }) => message)
    expect(mistakesAt(3, 'pause')).toEqual(['"pause" of node 1, which is paused by then'])
    expect(mistakesAt(3, 'restart')).toEqual(['"restart" of node 1, which is paused by then'])
    expect(mistakesAt(6, 'restart')).toEqual([])
    expect(mistakesAt(3, 'resume')).toEqual([])
    const ends = (timeline: object[]) => {
      const checked = checkScenario(withTimeline(...timeline))
      if (!checked.ok) throw new Error(JSON.stringify(checked.mistakes))
      const { actions, runningAtEnd } = checked.experiment
      return {
        runningAtEnd,
        resumed: actions.flatMap((each) => (each.kind === 'resume' ? [[each.atMs, ...each.nodes]] : [])),
      }
    }
    expect(ends([{ ...paused, nodes: '1,2' }])).toEqual({ runningAtEnd: 3, resumed: [[6_000, 1, 2]] })
    // Who is killed meanwhile is not told to go on, and who was told before is not told twice.
    expect(
      ends([
        { ...paused, nodes: '1,2' },
        { at: '2s', do: 'kill', nodes: 1 },
      ]),
    ).toEqual({
      runningAtEnd: 2,
      resumed: [[6_000, 2]],
    })
    expect(ends([paused, { at: '2s', do: 'resume', nodes: 1 }]).resumed).toEqual([[2_000, 1]])
  })

  it('names nodes that are added by the numbers that they get', () => {
    const added = GOOD.replace('"do": "kill", "nodes": 3', '"do": "add", "count": 2').replace(
      '"nodes": "3"',
      '"nodes": "5"',
    )
    expect(mistakesOf(added)).toEqual([])
    expect(mistakesOf(added.replace('"nodes": "5"', '"nodes": "6"'))).toHaveLength(1)
  })

  it('is taken for its own keys only', () => {
    expect(mistakesOf(GOOD.replace('"v": 1', '"__proto__": { "v": 1 }')).map(({ path }) => path)).toContain('__proto__')
    expect(({} as Record<string, unknown>).v).toBeUndefined()
  })
})

describe('the schema', () => {
  it('is published as it is used', () => {
    const file = new URL('../../../testnet/scenarios/scenario.schema.json', import.meta.url)
    // After a change: npx hearsay scenario schema > testnet/scenarios/scenario.schema.json, and prettier.
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(scenarioSchema())))
  })
})

describe('the scenarios of the package', () => {
  it.each(SHIPPED_NAMES)('%s is in order, and has the name that it is found by', (name) => {
    const checked = checkScenario(shippedText(name) ?? '')
    expect(checked.ok ? checked.experiment.name : checked.mistakes).toBe(name)
  })
})
