import { describe, expect, it } from 'vitest'
import { asPeerId, type PeerId } from '../../../src/domain/ids.ts'
import { clockSample } from '../../../src/domain/observation.ts'
import { ASKS_AT_ONCE, ATTEMPTS_MAX } from '../../../src/membership/limits.ts'
import { Survey, type SurveyAsk, type SurveyMember } from '../../../src/membership/survey.ts'

const TIMES = { receivedNs: 0n, sentNs: 0n }
const nameOf = (index: number): PeerId => asPeerId(`n${index}`)
const markOf = (index: number): string => index.toString(16).padStart(8, '0')

/** Members 1, 2, … with these links among them; 0 is who asks. */
function membersOf(count: number, links: readonly (readonly [number, number])[]): SurveyMember[] {
  return Array.from({ length: count }, (_, at) => at + 1).map((index) => ({
    peer: nameOf(index),
    name: `node-${index}`,
    mark: markOf(index),
    neighbours: links
      .filter((link) => link.includes(index))
      .flat()
      .filter((other) => other !== index)
      .map(markOf),
  }))
}

function surveyOf(members: readonly SurveyMember[], neighbours: readonly number[], samples = 1): Survey {
  return new Survey({ members, neighbours: neighbours.map(nameOf), samples, deadlineMs: 1_000 })
}

/**
 * Answers everything until nothing is left, as `answers` says: true, or the trouble. Returns the ways that were asked.
 */
function run(survey: Survey, answers: (ask: SurveyAsk) => true | 'no-answer' | 'cut-off'): string[] {
  const ways: string[] = []
  for (let asks = survey.takeAsks(); asks.length > 0; asks = survey.takeAsks()) {
    survey.invariants()
    for (const ask of asks) {
      ways.push(ask.way.join(' '))
      const outcome = answers(ask)
      if (outcome === true) survey.answered(ask.ask, { times: TIMES, observations: [] }, null)
      else survey.failed(ask.ask, outcome)
    }
  }
  expect(survey.isDone).toBe(true)
  return ways
}

const line = (count: number): (readonly [number, number])[] =>
  Array.from({ length: count }, (_, index) => [index, index + 1] as const)

describe('a survey', () => {
  it('asks neighbours directly and others over those that answered, each once', () => {
    const survey = surveyOf(
      membersOf(4, [
        [0, 1],
        [1, 2],
        [2, 3],
        [1, 3],
        [3, 4],
      ]),
      [1],
    )
    expect(run(survey, () => true)).toEqual(['n1', 'n1 n2', 'n1 n3', 'n1 n3 n4'])
    expect(survey.rows().map(({ trouble, over }) => [trouble, over.length])).toEqual([
      [null, 0],
      [null, 1],
      [null, 1],
      [null, 2],
    ])
  })

  it('goes no further than a way may be long, and says that there was none', () => {
    const survey = surveyOf(membersOf(8, line(8)), [1])
    run(survey, () => true)
    expect(survey.rows().map(({ trouble }) => trouble)).toEqual([
      null,
      null,
      null,
      null,
      null,
      'no-way',
      'no-way',
      'no-way',
    ])
  })

  it('never goes over a node that did not answer, and finds a way around it', () => {
    const survey = surveyOf(
      membersOf(4, [
        [0, 1],
        [0, 2],
        [1, 4],
        [2, 3],
        [3, 4],
      ]),
      [1, 2],
    )
    const ways = run(survey, ({ way }) => (way.at(-1) === nameOf(1) ? 'no-answer' : true))
    expect(ways.filter((way) => way.includes('n1 '))).toEqual([])
    const rows = new Map(survey.rows().map((row) => [row.name, row]))
    expect(rows.get('node-1')?.trouble).toBe('no-answer')
    expect(rows.get('node-4')?.over).toEqual([nameOf(2), nameOf(3)])
  })

  it('tries another way for who was not reached, so often and no oftener', () => {
    const hub = Array.from({ length: 8 }, (_, index) => [index + 1, 9] as const)
    const members = membersOf(9, [...hub, ...hub.map(([index]) => [0, index] as const)])
    const survey = surveyOf(members, [1, 2, 3, 4, 5, 6, 7, 8])
    const ways = run(survey, ({ way }) => (way.at(-1) === nameOf(9) ? 'cut-off' : true))
    expect(ways.filter((way) => way.endsWith('n9'))).toHaveLength(ATTEMPTS_MAX)
    expect(survey.rows().at(-1)).toMatchObject({ trouble: 'cut-off', clock: null })
  })

  it('has only so many requests under way', () => {
    const members = membersOf(
      100,
      Array.from({ length: 100 }, (_, index) => [0, index + 1] as const),
    )
    const survey = surveyOf(
      members,
      members.map((_, index) => index + 1),
    )
    const first = survey.takeAsks()
    expect(first).toHaveLength(ASKS_AT_ONCE)
    expect(survey.takeAsks()).toEqual([])
    survey.failed(first[0]?.ask ?? 0, 'no-answer')
    expect(survey.takeAsks()).toHaveLength(1)
    expect(survey.rows().filter(({ trouble }) => trouble === 'late')).toHaveLength(99)
  })

  it('compares clocks several times and keeps the comparison with the shortest round trip', () => {
    const survey = surveyOf(membersOf(1, [[0, 1]]), [1], 3)
    const roundTrips = [400n, 100n, 900n]
    const timesOnly: boolean[] = []
    for (const roundTripNs of roundTrips) {
      const [ask] = survey.takeAsks()
      if (ask === undefined) throw new Error('nothing is asked')
      timesOnly.push(ask.isTimesOnly)
      // Their clock is 5,000 ahead; the way there takes it all.
      const receivedNs = 5_000n + roundTripNs
      survey.answered(
        ask.ask,
        { times: { receivedNs, sentNs: receivedNs }, observations: [] },
        { askedNs: 0n, answeredNs: roundTripNs },
      )
    }
    expect(survey.isDone).toBe(true)
    expect(timesOnly).toEqual([false, true, true])
    expect(survey.rows()[0]?.clock).toEqual({ offsetNs: 5_050n, errorNs: 50n })
  })

  it('takes an answer that nobody waits for as none', () => {
    const survey = surveyOf(membersOf(1, [[0, 1]]), [1])
    survey.answered(7, { times: TIMES, observations: [] }, null)
    survey.failed(7, 'late')
    expect(survey.rows()[0]?.trouble).toBe('late')
  })
})

describe('a comparison of clocks', () => {
  it('is right within its error, wherever the delay lies', () => {
    const ahead = -123_456n
    for (const [there, inside, back] of [
      [10n, 5n, 10n],
      [100n, 0n, 1n],
      [0n, 7n, 90n],
    ] as const) {
      const askedNs = 1_000n
      const receivedNs = askedNs + there + ahead
      const sentNs = receivedNs + inside
      const sample = clockSample({ receivedNs, sentNs }, askedNs, askedNs + there + inside + back)
      if (sample === null) throw new Error('no sample')
      const off = sample.offsetNs - ahead
      expect(off < 0n ? -off : off).toBeLessThanOrEqual(sample.errorNs)
      expect(sample.errorNs).toBe((there + back + 1n) / 2n)
    }
  })

  it('is none where the times contradict each other', () => {
    expect(clockSample({ receivedNs: 10n, sentNs: 9n }, 0n, 100n)).toBeNull()
    expect(clockSample({ receivedNs: 0n, sentNs: 200n }, 0n, 100n)).toBeNull()
  })
})
