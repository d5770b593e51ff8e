import { describe, expect, it } from 'vitest'
import { checkScenario } from '../../../src/scenario/check.ts'
import { drawScenario } from '../../../src/scenario/chaos/draw.ts'
import { shrink } from '../../../src/scenario/chaos/shrink.ts'
import type { ScenarioDocument } from '../../../src/scenario/document.ts'
import { refusalsOf } from '../../../src/scenario/real/capabilities.ts'
import { WORLDS } from '../../../src/scenario/world.ts'

const SEEDS = Array.from({ length: 100 }, (_, index) => index + 1)

describe('a random timeline', () => {
  it.each(WORLDS)('is a scenario that %s can run, from any seed', (world) => {
    for (const seed of SEEDS) {
      const checked = checkScenario(JSON.stringify(drawScenario({ seed, forMs: 60_000, world })))
      if (!checked.ok) throw new Error(`seed ${seed}: ${JSON.stringify(checked.mistakes)}`)
      if (world !== 'virtual') expect(refusalsOf(world, checked.experiment)).toEqual([])
    }
  })

  it('is the same from the same seed, and has every kind of misfortune in it', () => {
    const draw = (seed: number): ScenarioDocument => drawScenario({ seed, forMs: 60_000, world: 'virtual' })
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
    const kinds = new Set(SEEDS.flatMap((seed) => draw(seed).timeline.map((entry) => entry.do)))
    expect([...kinds].sort()).toEqual(
      ['forge', 'kill', 'leave', 'load', 'lose-messages', 'partition', 'pause', 'power-cut', 'restart', 'slow'].sort(),
    )
  })

  it('leaves everything mended at its end', () => {
    for (const seed of SEEDS) {
      const { timeline } = drawScenario({ seed, forMs: 60_000, world: 'virtual' })
      const down = timeline.filter(({ do: what }) => ['kill', 'power-cut', 'leave'].includes(what)).length
      const back = timeline.filter(({ do: what }) => what === 'restart').length
      expect(back).toBeGreaterThanOrEqual(down)
      const rates = timeline.flatMap((entry) => (entry.do === 'lose-messages' ? [entry.rate] : []))
      expect(rates.at(-1) ?? 0).toBe(0)
    }
  })
})

describe('the smallest case', () => {
  const drawn = drawScenario({ seed: 3, forMs: 120_000, world: 'virtual' })
  const has = (document: ScenarioDocument, what: string): boolean =>
    document.timeline.some((entry) => entry.do === what)
  const shrunk = async (isBroken: (document: ScenarioDocument) => boolean, triesMax = 200) => {
    let tries = 0
    const smallest = await shrink(drawn, {
      triesMax,
      onProgress: () => undefined,
      fails: (document) => {
        tries++
        return Promise.resolve(isBroken(document))
      },
    })
    return { smallest, tries }
  }

  it('keeps what is needed to fail, and nothing else', async () => {
    expect(has(drawn, 'partition') && has(drawn, 'load')).toBe(true)
    const { smallest } = await shrunk((document) => has(document, 'partition') && has(document, 'load'))
    expect(smallest.timeline.map((entry) => entry.do).sort()).toEqual(['load', 'partition'])
    expect(smallest.network.nodes).toBe(2)
    expect(checkScenario(JSON.stringify(smallest)).ok).toBe(true)
  })

  it('needs as many nodes as it takes', async () => {
    const { smallest } = await shrunk((document) => document.network.nodes >= 4 && has(document, 'load'))
    expect(smallest.network.nodes).toBe(4)
  })

  it('is tried no more when it is aborted, and is the smallest that was found by then', async () => {
    const stop = new AbortController()
    let tries = 0
    const smallest = await shrink(drawn, {
      triesMax: 200,
      signal: stop.signal,
      onProgress: () => undefined,
      fails: () => {
        if (++tries === 2) stop.abort()
        return Promise.resolve(true)
      },
    })
    expect(tries).toBe(2)
    expect(smallest.timeline.length).toBeLessThan(drawn.timeline.length)
  })

  it('stays what it was where nothing smaller fails, and stops after as many tries as it may', async () => {
    const none = await shrunk(() => false)
    expect(none.smallest).toEqual(drawn)
    expect((await shrunk(() => true, 2)).tries).toBe(2)
  })
})
