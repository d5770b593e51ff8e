import { describe, expect, it } from 'vitest'
import { checkScenario } from '../../../src/scenario/check.ts'
import { simScenario } from '../../../src/scenario/virtual/plan.ts'
import type { Scenario } from '../../../src/sim/scenario.ts'

function planOf(network: object, timeline: readonly object[]): Scenario {
  const document = { v: 1, name: 'plan', network, timeline, expect: [{ figure: 'lost', atMost: 0 }] }
  const checked = checkScenario(JSON.stringify(document))
  if (!checked.ok) throw new Error(JSON.stringify(checked.mistakes))
  return simScenario(checked.experiment)
}

describe('an experiment in virtual time', () => {
  it('has hostile peers stand on the side of the node that they come to', () => {
    const { hostile, edges, absent, faults, nodes, publications } = planOf({ nodes: 6 }, [
      { at: '0s', do: 'partition', groups: ['0-2', '3-5'], for: '20s' },
      { at: '5s', do: 'forge' },
      { at: '6s', do: 'kill', nodes: '0,1,2' },
      { at: '7s', do: 'forge' },
    ])
    // The first forgery comes to nodes 0 and 1, the second to nodes 3 and 4: the others are down by then.
    expect({ hostile, absent, nodes }).toEqual({ hostile: [6, 7], absent: [6, 7], nodes: 8 })
    expect(edges?.filter(([from]) => from >= 6)).toEqual([
      [6, 0],
      [6, 1],
      [7, 3],
      [7, 4],
    ])
    expect(faults.find(({ kind }) => kind === 'partition')).toMatchObject({
      groups: [
        [0, 1, 2, 6],
        [3, 4, 5, 7],
      ],
    })
    // Each is connected two seconds before it sends.
    const joins = faults.flatMap((fault) => (fault.kind === 'join' ? [[fault.node, fault.atMs]] : []))
    expect(joins).toEqual([
      [6, 3_000],
      [7, 5_000],
    ])
    expect(publications.map(({ node, atMs }) => [node, atMs])).toEqual([
      [6, 5_000],
      [7, 7_000],
    ])
  })

  it('begins as one that has stood for long where it is large', () => {
    const load = [{ at: '0s', do: 'load', rate: 1, for: '1s' }]
    expect([planOf({ nodes: 99 }, load).stands, planOf({ nodes: 100 }, load).stands]).toEqual([false, true])
  })
})
