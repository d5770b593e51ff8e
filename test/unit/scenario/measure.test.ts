import { describe, expect, it } from 'vitest'
import { judge, looksOf, type Evidence } from '../../../src/scenario/expect.ts'
import type { Expectation, Experiment } from '../../../src/scenario/experiment.ts'
import { FIGURE_NAMES, figureText } from '../../../src/scenario/figures.ts'
import { Measure, type Look } from '../../../src/scenario/measure.ts'
import { nodesText, parseNodes } from '../../../src/scenario/nodes-text.ts'

const lookAt = (
  atMs: number,
  heads: readonly string[],
  has: (node: number, id: string) => boolean = () => true,
): Look => ({
  atMs,
  nodes: heads.map((head, node) => ({ node, head, pool: 'same', bytesReceived: 100 * node })),
  holdings: heads.map((_, node) => ({ node, has: (id: string) => has(node, id) })),
})

function measured(): Measure {
  const measure = new Measure(1_000, 3)
  measure.handedIn('a', 0, 100)
  measure.answered('a', null)
  measure.had('a', 1, 150)
  measure.had('a', 2, 300)
  measure.copied('a')
  measure.copied('a')
  measure.copied('a')
  measure.handedIn('b', 1, 200)
  measure.answered('b', 'pool-full')
  return measure
}

describe('what is measured', () => {
  it('follows from what was told', () => {
    const figures = measured().figures(FIGURE_NAMES, lookAt(2_000, ['x', 'x', 'x']))
    expect(figures.accepted).toEqual({ value: 0.5, where: 'node-1 did not take b: pool-full' })
    expect(figures.coverage?.value).toBe(1)
    expect(figures.p50Ms?.value).toBe(50)
    expect(figures.p99Ms).toEqual({ value: 200, where: 'slowest: a at node-2 after 200 ms' })
    expect(figures.copies?.value).toBe(1)
    expect(figures.bytesPerNode?.value).toBe(100)
    expect(figures.lost?.value).toBe(0)
    expect(figures.heads?.value).toBe(1)
  })

  it('counts copies of what was told of, so that a load of which nodes trace a share has the figure of a small one', () => {
    const copiesOf = (traced: number): number | null | undefined => {
      const measure = new Measure(0, 3)
      for (let number = 0; number < 512; number++) {
        const id = `tx-${number}`
        measure.handedIn(id, 0, 0)
        measure.answered(id, null)
        if (number >= traced) continue
        for (const node of [1, 2]) measure.had(id, node, 10)
        for (let copy = 0; copy < 6; copy++) measure.copied(id)
      }
      return measure.figures(['copies'], lookAt(1_000, ['x', 'x', 'x'])).copies?.value
    }
    expect([copiesOf(512), copiesOf(256), copiesOf(3)]).toEqual([2, 2, 2])
    expect(copiesOf(0)).toBeNull()
  })

  it('names the nodes that make a figure what it is', () => {
    const figures = measured().figures(
      FIGURE_NAMES,
      lookAt(2_000, ['x', 'x', 'y'], (node) => node !== 2),
    )
    expect(figures.coverage).toEqual({ value: 2 / 3, where: 'node-2 lacks 1 of 1' })
    expect(figures.heads).toEqual({ value: 2, where: 'y at node 2; x at node 0-1' })
    const gone = measured().figures(
      ['lost'],
      lookAt(2_000, ['x'], () => false),
    )
    expect(gone.lost).toEqual({ value: 1, where: 'a, acknowledged by node-0' })
  })

  it('knows nothing of a forgery that came to nobody', () => {
    const measure = new Measure(0, 1)
    measure.forged('f', false)
    expect(measure.figures(['forged'], lookAt(1, ['x'])).forged).toEqual({
      value: null,
      where: 'the forgery f came to no node',
    })
    measure.arrived('f')
    expect(measure.figures(['forged'], lookAt(1, ['x'])).forged?.value).toBe(0)
    // One that was taken is one.
    measure.had('f', 0, 5)
    expect(measure.figures(['forged'], lookAt(6, ['x'])).forged?.value).toBe(1)
  })

  it('knows nothing of bans where a node told less than there was', () => {
    const measure = measured()
    measure.untold(2, 40)
    const banned = () => measure.figures(['banned'], lookAt(1, ['x'])).banned
    expect(banned()).toEqual({ value: null, where: 'node-2 told 40 events less' })
    measure.cutOff(0, 1, 1_000)
    expect(banned()?.value).toBe(1)
  })

  it('takes nobody for agreed while a node is still coming back', () => {
    const measure = measured()
    measure.looked(lookAt(2_000, ['x', 'x']))
    expect(measure.hasAgreed).toBe(false)
    measure.looked(lookAt(2_500, ['x', 'x', 'x']))
    expect(measure.figures(['agreedMs'], lookAt(3_000, ['x', 'x', 'x'])).agreedMs?.value).toBe(1_500)
  })

  it('counts forgeries that were taken, and none where there was none', () => {
    const measure = measured()
    expect(measure.figures(['forged'], lookAt(0, ['x'])).forged?.value).toBeNull()
    measure.forged('f')
    expect(measure.figures(['forged'], lookAt(0, ['x'])).forged?.value).toBe(0)
    measure.had('f', 2, 50)
    expect(measure.figures(['forged'], lookAt(0, ['x'])).forged).toEqual({ value: 1, where: 'node-2 has f' })
  })

  it('tells agreement from the last fault on, at the first moment of it', () => {
    const measure = measured()
    measure.looked(lookAt(900, ['x', 'x', 'x']))
    measure.looked(lookAt(1_100, ['x', 'y', 'y']))
    expect(measure.figures(['agreedMs'], lookAt(1_100, ['x', 'y', 'y'])).agreedMs).toEqual({
      value: null,
      isNever: true,
      where: 'heads: x at node 0; y at node 1-2; pools: one',
    })
    measure.looked(lookAt(1_400, ['y', 'y', 'y']))
    measure.looked(lookAt(1_900, ['y', 'y', 'y']))
    expect(measure.figures(['agreedMs'], lookAt(2_000, ['y', 'y', 'y'])).agreedMs?.value).toBe(400)
  })

  it('tells the longest time until a death was seen, and forgets one that ended before', () => {
    const measure = measured()
    const seen = () => measure.figures(['deadSeenMs'], lookAt(0, ['x'])).deadSeenMs
    measure.died(3, 1_000)
    measure.died(4, 2_000)
    expect(seen()).toEqual({ value: null, isNever: true, where: 'not everybody sees that node 3-4 died' })
    measure.seenDead(3, 9_000)
    measure.returned(4)
    expect(seen()).toEqual({ value: 8_000, where: 'longest: node-3' })
  })
})

const expectation = (given: Partial<Expectation>): Expectation => ({
  ...{ figure: 'heads', atLeast: null, atMost: 1, when: { kind: 'end' } },
  ...given,
})

describe('a verdict', () => {
  const evidence: Evidence = {
    figures: { heads: { value: 1, where: '' }, copies: { value: null, where: '' } },
    samples: [
      { atMs: 1_000, figures: { heads: { value: 1, where: '' } } },
      { atMs: 2_000, figures: { heads: { value: 2, where: 'node 7' } } },
    ],
  }

  it('holds an expectation against the moment that it is for', () => {
    const [end, at1, at2, throughout] = judge(
      [
        expectation({}),
        expectation({ when: { kind: 'at', atMs: 1_000 } }),
        expectation({ when: { kind: 'at', atMs: 2_000 } }),
        expectation({ when: { kind: 'throughout' } }),
      ],
      evidence,
    )
    expect([end, at1, at2, throughout].map((each) => each?.verdict)).toEqual(['met', 'met', 'missed', 'missed'])
    expect(throughout).toMatchObject({ atMs: 2_000, found: 2, where: 'node 7' })
  })

  it('is not met by what nobody measured', () => {
    expect(judge([expectation({ figure: 'copies' })], evidence)[0]?.verdict).toBe('unmeasured')
    expect(judge([expectation({ when: { kind: 'at', atMs: 500 } })], evidence)[0]?.verdict).toBe('unmeasured')
  })

  it('takes both bounds as included', () => {
    expect(judge([expectation({ atLeast: 1, atMost: 1 })], evidence)[0]?.verdict).toBe('met')
  })

  it('needs looks when expectations do, and no others', () => {
    const of = (expectations: readonly Expectation[]) =>
      looksOf({ expectations, endMs: 3_500 } as unknown as Experiment)
    expect(of([expectation({})])).toEqual([])
    expect(of([expectation({ when: { kind: 'throughout' } })]).map(({ atMs }) => atMs)).toEqual([1_000, 2_000, 3_000])
    expect(of([expectation({ figure: 'coverage', when: { kind: 'at', atMs: 1_500 } })])).toEqual([
      { atMs: 1_500, asks: true, figures: ['coverage'] },
    ])
  })
})

describe('texts', () => {
  it('does not round a share up to all', () => {
    expect(figureText('coverage', 0.999_999)).toBe('99.99 %')
    expect(figureText('coverage', 1)).toBe('100 %')
    expect(figureText('p99Ms', 12_345)).toBe('12.3 s')
    expect(figureText('heads', null)).toBe('none')
  })

  it('names nodes as they are read', () => {
    for (const text of ['0-4,7', '3', '0,2,4-6']) {
      const parsed = parseNodes(text, 10)
      expect(parsed.ok && nodesText(parsed.nodes)).toBe(text)
    }
    expect(parseNodes('4-2', 10).ok).toBe(false)
  })
})
