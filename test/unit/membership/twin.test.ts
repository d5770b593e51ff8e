import { describe, expect, it } from 'vitest'
import { TWIN_FORGOTTEN_MS, TWIN_LAST_WORDS_MS } from '../../../src/membership/limits.ts'
import { Twin, type OwnWord } from '../../../src/membership/twin.ts'

const word = (startedAtMs: number, incarnation: number, seq: number, publishedAtMs: number): OwnWord => ({
  startedAtMs,
  incarnation,
  seq,
  publishedAtMs,
})
const own = (startedAtMs: number, incarnation = startedAtMs, seq = 1) => ({ startedAtMs, incarnation, seq })

describe('a record of our own key', () => {
  it('is ours, or a ghost of an earlier boot, which is overridden where it is newer and never silences us', () => {
    const twin = new Twin()
    expect(twin.saw(word(1_000, 1_000, 3, 1_500), own(1_000), 0)).toBe('nothing')
    // Before the restart; several of them, as different peers have them.
    for (const seq of [4, 7, 9]) expect(twin.saw(word(500, 500, seq, 900), own(1_000), 0)).toBe('nothing')
    // Of before a backup was restored: newer than we are.
    expect(twin.saw(word(600, 5_000, 9, 990), own(1_000), 0)).toBe('override')
    expect(twin.saw(word(600, 5_000, 9, 990), own(1_000, 5_001), 0)).toBe('nothing')
    expect(twin.view(0)).toBe(null)
  })

  it('is of a younger twin when its boot began after ours', () => {
    const twin = new Twin()
    expect(twin.saw(word(2_000, 2_000, 1, 2_001), own(1_000), 0)).toBe('override')
    expect(twin.view(0)).toMatchObject({ isYounger: false, startedAtMs: 2_000 })
    expect(twin.givesWay(0)).toBe(false)
  })

  it('is of an older twin when it goes on in front of us, or outdoes what we overrode it with', () => {
    const goesOn = new Twin()
    goesOn.saw(word(1_000, 1_000, 5, 2_100), own(2_000), 0)
    expect(goesOn.givesWay(0)).toBe(false)
    goesOn.saw(word(1_000, 1_000, 6, 2_200), own(2_000), 0)
    expect(goesOn.givesWay(0)).toBe(true)
    const outdoes = new Twin()
    expect(outdoes.saw(word(1_000, 2_050, 1, 2_100), own(2_000), 0)).toBe('override')
    expect(outdoes.givesWay(0)).toBe(false)
    expect(outdoes.saw(word(1_000, 2_093, 1, 2_200), own(2_000, 2_051), 0)).toBe('override')
    expect(outdoes.givesWay(0)).toBe(true)
  })

  it('is of an older twin when it overrides the very boot that we are in', () => {
    const twin = new Twin()
    expect(twin.saw(word(1_000, 2_001, 1, 2_100), own(2_000), 0)).toBe('override')
    expect(twin.givesWay(0)).toBe(true)
  })

  it('makes exactly one of two fall silent, whatever is lost', () => {
    for (let seed = 0; seed < 200; seed++) {
      let state = seed + 1
      const chance = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
      const nodes = [1_000, 2_000].map((at) => ({ twin: new Twin(), said: own(at) }))
      for (let ms = 3_000; ms < 3_000 + 60 * 60_000; ms += 30_000) {
        for (const [from, to] of [
          [nodes[0], nodes[1]],
          [nodes[1], nodes[0]],
        ] as const) {
          if (from === undefined || to === undefined || from.twin.givesWay(ms) || chance() < 0.3) continue
          from.said.seq++
          if (to.twin.saw({ ...from.said, publishedAtMs: ms }, to.said, ms) === 'override')
            Object.assign(to.said, { incarnation: from.said.incarnation + 1, seq: 0 })
        }
      }
      const end = 3_000 + 60 * 60_000
      expect(
        nodes.map(({ twin }) => twin.givesWay(end)),
        `seed ${seed}`,
      ).toEqual([false, true])
    }
  })

  it('has the younger one speak until the older one has heard of it, or had the time to', () => {
    const unheard = new Twin()
    for (const seq of [5, 6]) unheard.saw(word(1_000, 1_000, seq, 2_100), own(2_000), 0)
    expect([unheard.isSilent(0), unheard.isSilent(TWIN_LAST_WORDS_MS)]).toEqual([false, true])
    const heard = new Twin()
    heard.saw(word(1_000, 2_001, 1, 2_100), own(2_000), 0)
    expect(heard.isSilent(0)).toBe(true)
  })

  it('is forgotten when the other one is gone', () => {
    const twin = new Twin()
    for (const seq of [5, 6]) twin.saw(word(1_000, 1_000, seq, 2_100), own(2_000), 0)
    expect(twin.givesWay(TWIN_FORGOTTEN_MS - 1)).toBe(true)
    expect(twin.givesWay(TWIN_FORGOTTEN_MS)).toBe(false)
  })
})
