import { describe, expect, it } from 'vitest'
import { WAKE_MS } from '../../../src/membership/limits.ts'
import { Waker } from '../../../src/node/waker.ts'

/** A clock that is moved by hand, and a kernel that says what it is told to. */
class World {
  nowMs = 0
  readonly sleeper = {
    isAtWork: true,
    dueMs: Number.POSITIVE_INFINITY,
    restsUntilMs: (wokeMs: number): number => Math.max(this.sleeper.dueMs, wokeMs + WAKE_MS),
  }
  /** When it was woken, and when that was meant to be. */
  readonly wakes: (readonly [number, number])[] = []
  armed = 0
  #timers: { atMs: number; run: () => void }[] = []
  readonly waker = new Waker({
    clock: {
      now: () => ({ wallMs: 0, monoMs: this.nowMs }),
      after: (ms, run) => {
        const timer = { atMs: this.nowMs + ms, run }
        this.#timers.push(timer)
        this.armed++
        return () => (this.#timers = this.#timers.filter((each) => each !== timer))
      },
    },
    sleeper: this.sleeper,
    wake: (plannedMs) => this.wakes.push([this.nowMs, plannedMs]),
  })

  get timers(): number {
    return this.#timers.length
  }

  advance(ms: number): void {
    const endMs = this.nowMs + ms
    for (;;) {
      const [next] = this.#timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)
      if (next === undefined) break
      this.#timers = this.#timers.filter((each) => each !== next)
      this.nowMs = next.atMs
      next.run()
    }
    this.nowMs = endMs
  }
}

describe('the waker', () => {
  it('wakes every WAKE_MS while there is work, and tells when it meant to', () => {
    const world = new World()
    world.waker.start()
    world.advance(1_000)
    expect(world.wakes).toEqual([
      [0, 0],
      [251, 250],
      [502, 501],
      [753, 752],
    ])
  })

  it('sleeps until something is due where there is none', () => {
    const world = new World()
    Object.assign(world.sleeper, { isAtWork: false, dueMs: 900.25 })
    world.waker.start()
    world.advance(900)
    expect(world.wakes.length).toBe(1)
    world.advance(10)
    expect(world.wakes[1]).toEqual([902, 900.25])
  })

  it('is at work WAKE_MS after what ends a rest, however often that happens', () => {
    const world = new World()
    Object.assign(world.sleeper, { isAtWork: false, dueMs: 1_000 })
    world.waker.start()
    world.advance(600)
    world.sleeper.isAtWork = true
    for (let turn = 0; turn < 100; turn++) {
      world.waker.happened(true)
      world.advance(2)
    }
    expect(world.wakes.length).toBe(1)
    world.advance(100)
    expect(world.wakes[1]).toEqual([851, 850])
    expect(world.armed, 'no timer is moved while it is at work').toBe(3)
  })

  it('is not put off by work that comes and goes', () => {
    const world = new World()
    world.waker.start()
    for (let ms = 0; ms < 5_000; ms += 100) {
      world.sleeper.isAtWork = false
      world.waker.happened(true)
      world.sleeper.isAtWork = true
      world.waker.happened(false)
      world.advance(100)
    }
    expect(world.wakes.length).toBeGreaterThan(18)
    for (const [at, plannedMs] of world.wakes) expect(at - plannedMs).toBeLessThan(10)
  })

  it('rests again when an answer ends the work, and only then', () => {
    const world = new World()
    world.waker.start()
    Object.assign(world.sleeper, { isAtWork: false, dueMs: 1_000 })
    world.advance(10)
    world.waker.happened(false)
    expect(world.armed).toBe(1)
    world.waker.happened(true)
    world.advance(980)
    expect(world.wakes.length).toBe(1)
    world.advance(20)
    expect(world.wakes[1]).toEqual([1_001, 1_000])
  })

  it('is woken earlier when what is due changes', () => {
    const world = new World()
    Object.assign(world.sleeper, { isAtWork: false, dueMs: 1_000 })
    world.waker.start()
    world.advance(100)
    world.sleeper.dueMs = 400
    world.waker.happened(false)
    world.advance(400)
    expect(world.wakes[1]).toEqual([401, 400])
  })

  it('has one timer at most, and none once it is stopped, from within a wake too', () => {
    const world = new World()
    world.waker.start()
    for (let turn = 0; turn < 50; turn++) {
      world.sleeper.isAtWork = turn % 3 === 0
      world.sleeper.dueMs = world.nowMs + WAKE_MS + turn
      world.waker.happened(turn % 2 === 0)
      expect(world.timers).toBe(1)
      world.advance(37)
    }
    world.waker.stop()
    expect(world.timers).toBe(0)
    world.waker.happened(true)
    expect(world.timers).toBe(0)
  })
})
