import { describe, expect, it } from 'vitest'
import { COUNTED_MAX, COUNTED_MS, LATES_MIN, REST_MS } from '../../../../src/adapters/libp2p/route-limits.ts'
import { Routes } from '../../../../src/adapters/libp2p/routes.ts'
import { asMessageId, asPeerId, type MessageId } from '../../../../src/domain/ids.ts'
import { createPrng } from '../../../../src/lib/prng.ts'

const peer = (name: string | number) => asPeerId(`peer-${name}`)
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(peer) as [
  ReturnType<typeof peer>,
  ReturnType<typeof peer>,
  ReturnType<typeof peer>,
  ReturnType<typeof peer>,
]
let made = 0
const fresh = (): MessageId => asMessageId(String(made++).padStart(64, '0'))

/** Hands a new message of `source` to `target`, who says that it was late. */
function late(routes: Routes, source = a, target = b, nowMs = 0): void {
  const id = fresh()
  routes.arrived(id, source, nowMs)
  routes.carries(source, target, nowMs)
  routes.late(id, target, nowMs)
}

describe('the receiver of copies', () => {
  it('calls the third copy useless, never the first two, whoever repeats himself', () => {
    const routes = new Routes()
    const id = fresh()
    routes.arrived(id, a, 0)
    expect([a, b, a, b, c, d].map((from) => routes.copied(id, from, 1))).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
    ])
  })

  it('says nothing of messages that it no longer counts, or never saw', () => {
    const routes = new Routes()
    const id = fresh()
    routes.arrived(id, a, 0)
    routes.copied(id, b, 1)
    expect(routes.copied(id, c, COUNTED_MS)).toBe(false)
    expect(routes.copied(fresh(), c, 0)).toBe(false)
  })
})

describe('a route', () => {
  it('rests when what it carried was mostly late, for its pair alone', () => {
    const routes = new Routes()
    for (let count = 1; count < LATES_MIN; count++) late(routes)
    expect(routes.carries(a, b, 0)).toBe(true)
    late(routes)
    expect(routes.carries(a, b, 0)).toBe(false)
    expect(routes.carries(c, b, 0)).toBe(true)
    expect(routes.carries(a, c, 0)).toBe(true)
    expect(routes.resting(0)).toBe(1)
  })

  it('goes on when it is the fastest one for some', () => {
    const routes = new Routes()
    for (let round = 0; round < 200; round++) {
      routes.carries(a, b, 0)
      late(routes)
      routes.invariants()
    }
    expect(routes.carries(a, b, 0)).toBe(true)
  })

  it('is tried again after a while', () => {
    const routes = new Routes()
    for (let count = 0; count < LATES_MIN; count++) late(routes)
    expect(routes.carries(a, b, REST_MS - 1)).toBe(false)
    expect(routes.carries(a, b, REST_MS)).toBe(true)
  })

  it('opens with all others to a target that asks for a message', () => {
    const routes = new Routes()
    for (let count = 0; count < LATES_MIN; count++) {
      late(routes, a, b)
      late(routes, c, b)
      late(routes, a, d)
    }
    expect(routes.resting(0)).toBe(3)
    routes.missed(b)
    expect(routes.carries(a, b, 0) && routes.carries(c, b, 0)).toBe(true)
    expect(routes.carries(a, d, 0)).toBe(false)
  })

  it('is forgotten with either end', () => {
    const routes = new Routes()
    for (let count = 0; count < LATES_MIN; count++) late(routes)
    routes.forget(a)
    expect(routes.carries(a, b, 0)).toBe(true)
    for (let count = 0; count < LATES_MIN; count++) late(routes)
    routes.forget(b)
    expect(routes.carries(a, b, 0)).toBe(true)
  })
})

describe('a liar', () => {
  it('closes no route but those to himself, whatever he names and however often', () => {
    const routes = new Routes()
    const ids = Array.from({ length: COUNTED_MAX }, fresh)
    for (const id of ids) {
      routes.arrived(id, a, 0)
      for (const target of [b, c, d]) routes.carries(a, target, 0)
      // Of his own, of unknown ones, twice.
      for (const named of [id, id, fresh()]) routes.late(named, d, 0)
    }
    expect(routes.carries(a, d, 0)).toBe(false)
    expect(routes.carries(a, b, 0) && routes.carries(a, c, 0)).toBe(true)
    expect(routes.resting(0)).toBe(1)
  })

  it('cannot say of what he brought himself that it was late', () => {
    const routes = new Routes()
    const id = fresh()
    routes.arrived(id, a, 0)
    for (let count = 0; count < 100; count++) routes.late(id, a, 0)
    expect(routes.resting(0)).toBe(0)
  })
})

describe('whatever happens', () => {
  it.each([1, 2, 3])('the invariants hold (seed %i)', (seed) => {
    const random = createPrng(seed)
    const routes = new Routes()
    const ids = Array.from({ length: 50 }, fresh)
    const anyone = () => peer(random.below(12))
    const any = (): MessageId => ids[random.below(ids.length)] ?? fresh()
    for (let step = 0; step < 20_000; step++) {
      const nowMs = step * 5
      const chosen = random.below(100)
      if (chosen < 25) routes.arrived(any(), anyone(), nowMs)
      else if (chosen < 50) routes.copied(any(), anyone(), nowMs)
      else if (chosen < 96) routes.late(any(), anyone(), nowMs)
      else if (chosen < 98) routes.missed(anyone())
      else routes.forget(anyone())
      const [source, target] = [anyone(), anyone()]
      if (source !== target) routes.carries(source, target, nowMs)
      if (step % 100 === 0) routes.invariants()
    }
    routes.invariants()
  })
})
