import { describe, expect, it } from 'vitest'
import { asPeerId, type PeerId } from '../../src/domain/ids.ts'
import { itemKey, type ItemKey } from '../../src/domain/item-key.ts'
import { createPrng } from '../../src/lib/prng.ts'
import { HELD_OUT_PER_PEER_MAX, IN_FLIGHT_PER_PEER_MAX, REASK_MS, WANTED_MAX } from '../../src/sync/limits.ts'
import { Wanted, type Fetch } from '../../src/sync/wanted.ts'

const PEERS = Array.from({ length: 12 }, (_, index) => asPeerId(`peer-${index}`))
const KEYS = Array.from({ length: 16 }, (_, index) => itemKey(index, 'ab'.repeat(32)))

function numbers(): () => number {
  let last = 0
  return () => ++last
}

/** Flat arrays, no indexes: for each peer and key a state, as the rules say it. */
class NaiveWanted {
  readonly connected = new Set<PeerId>()
  readonly state = new Map<string, 'candidate' | 'failed' | 'asked'>()
  readonly askedMs = new Map<string, number>()
  /** The request under way for a key: an older one for the same key no longer counts. */
  readonly fetchOf = new Map<ItemKey, number>()
  readonly done = new Set<ItemKey>()

  peersOf(key: ItemKey, state?: string): PeerId[] {
    return PEERS.filter((peer) => {
      const found = this.state.get(`${peer} ${key}`)
      return found !== undefined && (state === undefined || found === state)
    })
  }
  forget(key: ItemKey): void {
    for (const peer of PEERS) this.state.delete(`${peer} ${key}`)
    this.fetchOf.delete(key)
  }
  held(peer: PeerId, key: ItemKey): void {
    if (!this.connected.has(peer) || this.done.has(key) || this.state.has(`${peer} ${key}`)) return
    if (this.peersOf(key).length >= 8) return
    this.state.set(`${peer} ${key}`, 'candidate')
  }
  fail(peer: PeerId, key: ItemKey, fetch: number): void {
    if (this.fetchOf.get(key) !== fetch) return
    if (this.state.get(`${peer} ${key}`) === 'asked') this.state.set(`${peer} ${key}`, 'failed')
    if (this.peersOf(key, 'candidate').length + this.peersOf(key, 'asked').length === 0) this.forget(key)
  }
  disconnected(peer: PeerId): void {
    this.connected.delete(peer)
    for (const key of KEYS) {
      if (!this.state.delete(`${peer} ${key}`)) continue
      if (this.peersOf(key, 'candidate').length + this.peersOf(key, 'asked').length === 0) this.forget(key)
    }
  }
}

describe('the tracker of wanted bodies', () => {
  it('does what flat arrays do, over 10,000 random operations, and ends empty', () => {
    const seed = 4_003
    const random = createPrng(seed)
    const wanted = new Wanted({ nextNumber: numbers(), chance: () => random.next() })
    const naive = new NaiveWanted()
    const open = new Map<number, Fetch>()
    // Few enough that a full list of holders, which only the real one resolves by replacing, is rare: it has a test of
    // its own.
    const peers = PEERS.slice(0, 8)
    let nowMs = 0
    for (let step = 0; step < 10_000; step++) {
      const note = `seed ${seed}, step ${step}`
      const peer = peers[random.below(peers.length)] as PeerId
      const key = KEYS[random.below(KEYS.length)] as ItemKey
      switch (random.below(12)) {
        case 0:
          wanted.connected(peer, random.below(2) === 0)
          naive.connected.add(peer)
          break
        case 1:
          if (random.below(4) > 0) break
          wanted.disconnected(peer)
          naive.disconnected(peer)
          for (const [number, fetch] of open) if (fetch.peer === peer) open.delete(number)
          break
        case 2:
        case 3:
        case 4:
          wanted.held(peer, key, nowMs)
          naive.held(peer, key)
          break
        case 5:
          nowMs += random.below(REASK_MS)
          break
        case 6:
          wanted.received(key)
          naive.forget(key)
          break
        case 7: {
          if (random.below(20) > 0) break
          wanted.done(key, nowMs)
          naive.forget(key)
          naive.done.add(key)
          break
        }
        case 8:
          wanted.undone(key)
          naive.done.delete(key)
          break
        case 9: {
          const [number, fetch] = [...open][random.below(Math.max(1, open.size))] ?? []
          if (number === undefined || fetch === undefined) break
          open.delete(number)
          const unanswered = fetch.keys.filter(() => random.below(3) === 0)
          if (random.below(2) === 0) wanted.failed(number)
          else {
            wanted.answered(number, unanswered)
            for (const late of unanswered)
              if (naive.fetchOf.get(late) === number) naive.state.set(`${fetch.peer} ${late}`, 'candidate')
          }
          for (const asked of fetch.keys) naive.fail(fetch.peer, asked, fetch.fetch)
          break
        }
        default: {
          const { fetches, late } = wanted.due(nowMs)
          const overdue = [...open].filter(
            ([, fetch]) => nowMs - (naive.askedMs.get(`${fetch.fetch}`) ?? 0) >= REASK_MS,
          )
          for (const [number, fetch] of overdue) {
            open.delete(number)
            for (const asked of fetch.keys) naive.fail(fetch.peer, asked, fetch.fetch)
          }
          expect(new Set(late).size, note).toBeLessThanOrEqual(new Set(overdue.map(([, fetch]) => fetch.peer)).size)
          const asked = new Set<ItemKey>()
          for (const fetch of fetches) {
            open.set(fetch.fetch, fetch)
            naive.askedMs.set(`${fetch.fetch}`, nowMs)
            for (const item of fetch.keys) {
              expect(asked.has(item), note).toBe(false)
              asked.add(item)
              expect(naive.state.get(`${fetch.peer} ${item}`), note).toBe('candidate')
              expect(naive.peersOf(item, 'asked'), note).toEqual([])
              naive.state.set(`${fetch.peer} ${item}`, 'asked')
              naive.fetchOf.set(item, fetch.fetch)
            }
          }
          // Whatever could be asked for is asked for.
          for (const item of KEYS)
            if (naive.peersOf(item, 'candidate').length > 0)
              expect(naive.peersOf(item, 'asked').length, `${note}, ${item}`).toBe(1)
        }
      }
      wanted.invariants()
      for (const item of KEYS) expect(wanted.wants(item), `${note}, ${item}`).toBe(naive.peersOf(item).length > 0)
    }
    for (const peer of PEERS) wanted.disconnected(peer)
    wanted.invariants()
    expect(wanted.count).toBe(0)
  })

  it('asks another peer 2 s after the first, whatever the first repeats, and at least three in all', () => {
    const wanted = new Wanted({ nextNumber: numbers(), chance: () => 0.5 })
    const key = KEYS[0] as ItemKey
    const [liar, second, third] = PEERS as [PeerId, PeerId, PeerId]
    for (const peer of [liar, second, third]) {
      wanted.connected(peer, peer === liar)
      wanted.held(peer, key, 0)
    }
    const asked: [number, PeerId][] = []
    for (let ms = 0; ms <= 7_000; ms += 250) {
      for (let again = 0; again < 40; again++) expect(wanted.held(liar, key, ms)).toBe(ms === 6_250 && again === 0)
      for (const fetch of wanted.due(ms).fetches) asked.push([ms, fetch.peer])
    }
    // When all three have failed it is forgotten; that the liar brings it up again then is a new beginning.
    expect(asked.map(([ms]) => ms)).toEqual([0, 2_000, 4_000, 6_250])
    expect(new Set(asked.map(([, peer]) => peer)).size).toBe(3)
    expect(asked[0]?.[1]).toBe(liar)
  })

  it('owes nobody more than a hundred, and lets a newcomer take the place of one that failed', () => {
    const wanted = new Wanted({ nextNumber: numbers(), chance: () => 0.5 })
    const [peer] = PEERS as [PeerId]
    wanted.connected(peer, true)
    for (let index = 0; index < 250; index++) wanted.held(peer, itemKey(index, 'cd'.repeat(32)), 0)
    const first = wanted.due(0).fetches
    expect(first.map(({ keys }) => keys.length)).toEqual([IN_FLIGHT_PER_PEER_MAX])
    expect(wanted.due(1).fetches).toEqual([])
    for (const key of first[0]?.keys ?? []) wanted.received(key)
    expect(wanted.due(2).fetches[0]?.keys.length).toBe(IN_FLIGHT_PER_PEER_MAX)

    const key = KEYS[3] as ItemKey
    const crowd = new Wanted({ nextNumber: numbers(), chance: () => 0.5 })
    for (const each of PEERS) crowd.connected(each, true)
    for (const each of PEERS.slice(0, 8)) expect(crowd.held(each, key, 0)).toBe(true)
    const honest = PEERS[11] as PeerId
    expect(crowd.held(honest, key, 0)).toBe(false)
    crowd.failed(crowd.due(0).fetches[0]?.fetch ?? 0)
    expect(crowd.held(honest, key, 0)).toBe(true)
    crowd.invariants()
  })

  it('gives an honest peer its share of a full list, however many invent keys', () => {
    const wanted = new Wanted({ nextNumber: numbers(), chance: () => 0.5 })
    const [honest, ...liars] = PEERS.slice(0, 5) as [PeerId, ...PeerId[]]
    for (const peer of [honest, ...liars]) wanted.connected(peer, false)
    let key = 0
    const next = (): ItemKey => itemKey(++key, 'cd'.repeat(32))
    for (const liar of liars) for (let index = 0; index < HELD_OUT_PER_PEER_MAX; index++) wanted.held(liar, next(), 0)
    expect(wanted.count).toBe(WANTED_MAX)
    const offered = Array.from({ length: 8_000 }, next)
    const taken = offered.filter((each) => wanted.held(honest, each, 0)).length
    expect(taken).toBeGreaterThan(WANTED_MAX / 5 - 10)
    // The liars can't take it back: what they add comes out of the largest share, which is one of theirs.
    for (let round = 0; round < 2_000; round++) for (const liar of liars) wanted.held(liar, next(), 0)
    expect(offered.filter((each) => wanted.wants(each)).length).toBeGreaterThan(WANTED_MAX / 5 - 10)
    expect(wanted.count).toBe(WANTED_MAX)
    wanted.invariants()
  })

  it('gives up what one peer invented before what others hold too', () => {
    const wanted = new Wanted({ nextNumber: numbers(), chance: () => 0.5 })
    const peers = PEERS.slice(0, 6) as [PeerId, ...PeerId[]]
    for (const peer of peers) wanted.connected(peer, false)
    const [liar, one, other, ...rest] = peers
    const shared = Array.from({ length: 10 }, (_, index) => itemKey(index, 'aa'.repeat(32)))
    for (const key of shared) for (const peer of [liar, one]) wanted.held(peer as PeerId, key, 0)
    let key = 100
    for (const peer of [liar, one, ...rest])
      for (let index = 0; index < (peer === liar ? 9_990 : 9_000); index++)
        wanted.held(peer as PeerId, itemKey(++key, 'cd'.repeat(32)), 0)
    expect(wanted.count).toBe(WANTED_MAX)
    for (let index = 0; index < 100; index++)
      expect(wanted.held(other as PeerId, itemKey(++key, 'ef'.repeat(32)), 0)).toBe(true)
    for (const each of shared) expect(wanted.wants(each)).toBe(true)
    wanted.invariants()
  })

  it('does not want again what it is done with, until it is told so', () => {
    const wanted = new Wanted({ nextNumber: numbers(), chance: () => 0.5 })
    const [peer] = PEERS as [PeerId]
    const [first, second] = KEYS as [ItemKey, ItemKey]
    wanted.connected(peer, true)
    for (const key of [first, second]) wanted.done(key, 0)
    wanted.undone(first)
    expect([first, second].map((key) => wanted.held(peer, key, 1))).toEqual([true, false])
    wanted.allUndone()
    expect(wanted.held(peer, second, 1)).toBe(true)
  })
})
