import { expect, it } from 'vitest'
import { asPeerId, type PeerId } from '../../../src/domain/ids.ts'
import { FairTurns } from '../../../src/node/fair-turns.ts'

const [a, b, c] = [asPeerId('a'), asPeerId('b'), asPeerId('c')]

/** Who has the next turns, each at its own cost. */
function rounds(turns: FairTurns, count: number, cost: (peer: PeerId) => number): Map<PeerId, number> {
  const had = new Map<PeerId, number>()
  for (let turn = 0; turn < count; turn++) {
    const peer = turns.next(cost)
    if (peer === undefined) break
    turns.took(peer, cost(peer))
    had.set(peer, (had.get(peer) ?? 0) + 1)
  }
  return had
}

it('gives all that wait the same, whatever a turn of theirs costs', () => {
  const turns = new FairTurns()
  for (const peer of [a, b]) turns.enter(peer)
  const had = rounds(turns, 110, (peer) => (peer === a ? 10 : 1))
  expect([had.get(a), had.get(b)]).toEqual([10, 100])
})

it('lets nobody save up, and nobody get rid of what he has had', () => {
  const turns = new FairTurns()
  for (const peer of [a, b]) turns.enter(peer)
  rounds(turns, 200, () => 1)
  // It comes late: the others' hundred turns are not its due.
  turns.enter(c)
  expect(rounds(turns, 30, () => 1).get(c)).toBeLessThanOrEqual(11)
  // After each turn it has nothing waiting for a moment.
  let turnsOfC = 0
  let turnsOfA = 0
  for (let turn = 0; turn < 100; turn++) {
    const costOf = (one: PeerId): number => (one === c ? 50 : 1)
    const peer = turns.next(costOf) as PeerId
    turns.took(peer, costOf(peer))
    if (peer === a) turnsOfA++
    if (peer !== c) continue
    turnsOfC++
    turns.leave(c)
    turns.enter(c)
  }
  expect(turnsOfC).toBeLessThanOrEqual(3)
  expect(turnsOfA).toBeGreaterThan(40)
})

it('forgets all when nobody waits', () => {
  const turns = new FairTurns()
  turns.enter(a)
  turns.took(a, 1_000)
  turns.leave(a)
  expect(turns.next(() => 1)).toBeUndefined()
  for (const peer of [a, b]) turns.enter(peer)
  expect(rounds(turns, 2, () => 1)).toEqual(
    new Map([
      [a, 1],
      [b, 1],
    ]),
  )
})

it('lets no crowd of new names overtake who waits', () => {
  const turns = new FairTurns()
  turns.enter(a)
  let turnsOfA = 0
  for (let turn = 0; turn < 200; turn++) {
    const fresh = asPeerId(`fresh ${turn}`)
    turns.enter(fresh)
    const peer = turns.next(() => 1) as PeerId
    turns.took(peer, 1)
    if (peer === a) turnsOfA++
    else turns.leave(peer)
  }
  // Each turn of it leaves one more name waiting: by the hundredth turn they are a dozen, and it has its share.
  expect(turnsOfA).toBeGreaterThan(15)
})

it('a large message of each of many waits behind small ones', () => {
  const turns = new FairTurns()
  const many = Array.from({ length: 20 }, (_, number) => asPeerId(`large ${number}`))
  for (const peer of [...many, a]) turns.enter(peer)
  const costOf = (peer: PeerId): number => (peer === a ? 1 : 1_000)
  for (let turn = 0; turn < 100; turn++) {
    const peer = turns.next(costOf) as PeerId
    expect(peer).toBe(a)
    turns.took(peer, costOf(peer))
  }
})
