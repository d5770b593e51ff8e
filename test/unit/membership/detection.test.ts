import { describe, expect, it } from 'vitest'
import type { PeerId } from '../../../src/domain/ids.ts'
import { MembershipWorld, type MemberNode } from '../../../src/lab/membership-world.ts'
import { drawn } from '../../toolkit/api/depth.ts'

const N = 50
const DEGREE = 8

function warm(seed: number, count = N): MembershipWorld {
  const world = new MembershipWorld(count, DEGREE, seed)
  world.run(20_000)
  for (const node of world.nodes) expect(world.seenAs(node.peer, 'alive'), `seed ${seed}`).toBe(count - 1)
  return world
}

/** How long after now until all that run see the node in the state; at most `limitMs`, in steps of 50 ms. */
function timeUntil(world: MembershipWorld, peer: PeerId, state: 'dead' | 'alive' | 'left', limitMs: number): number {
  const startMs = world.nowMs
  const node = world.byPeer.get(peer) as MemberNode
  const others = (): number => world.running() - (node.state === 'running' ? 1 : 0)
  while (world.seenAs(peer, state) < others()) {
    if (world.nowMs - startMs > limitMs) return Number.POSITIVE_INFINITY
    world.run(50)
  }
  return world.nowMs - startMs
}

function check(world: MembershipWorld): void {
  for (const node of world.nodes) if (node.state === 'running') node.membership.invariants()
}

/** Nodes of the large network; `CROWD=1000` is the long form (CONTRIBUTING.md). */
const CROWD = Number(process.env.CROWD ?? 200)

describe('a network of 50 nodes', () => {
  it('sees a killed process dead everywhere within 12 s, and alive within 5 s of its restart', () => {
    const took: number[] = []
    for (let seed = 0; seed < drawn(4, 10); seed++) {
      const world = warm(seed)
      const victim = world.pick()
      world.kill(victim)
      const deadMs = timeUntil(world, victim.peer, 'dead', 20_000)
      took.push(deadMs)
      expect(deadMs, `seed ${seed}`).toBeLessThanOrEqual(12_000)
      check(world)
      world.run(2_000)
      world.restart(victim)
      expect(timeUntil(world, victim.peer, 'alive', 10_000), `seed ${seed}`).toBeLessThanOrEqual(5_000)
      world.run(1_000)
      const digests = new Set(world.nodes.map((node) => node.membership.digest()))
      expect(digests.size, `seed ${seed}`).toBe(1)
      check(world)
    }
    console.log(`dead everywhere after ${Math.min(...took)} to ${Math.max(...took)} ms`)
  })

  it('sees a hung process, whose sockets stay open, dead within 15 s', () => {
    for (let seed = 20; seed < drawn(22, 25); seed++) {
      const world = warm(seed)
      const victim = world.pick()
      world.pause(victim, null)
      expect(timeUntil(world, victim.peer, 'dead', 30_000), `seed ${seed}`).toBeLessThanOrEqual(15_000)
    }
  })

  it('marks nobody dead for standing still for 3 s, in 100 tries', () => {
    const world = warm(30)
    for (let attempt = 0; attempt < 100; attempt++) {
      world.pause(world.pick(), 3_000)
      world.run(8_000)
    }
    expect(world.changes.filter(({ to }) => to === 'dead')).toEqual([])
    expect(world.changes.filter(({ to }) => to === 'suspect').length).toBeGreaterThan(0)
    world.run(10_000)
    expect(new Set(world.nodes.map((node) => node.membership.digest())).size).toBe(1)
    check(world)
  })

  it('sees a leaving node as left within 2 s, and suspects nobody', () => {
    for (let seed = 40; seed < 45; seed++) {
      const world = warm(seed)
      const victim = world.pick()
      const before = world.changes.length
      world.leave(victim)
      expect(timeUntil(world, victim.peer, 'left', 5_000), `seed ${seed}`).toBeLessThanOrEqual(2_000)
      world.run(20_000)
      expect(world.changes.slice(before).filter(({ to }) => to !== 'left')).toEqual([])
    }
  })

  it('lets no liar kill: one, two or three that accuse everybody all the time', { timeout: 30_000 }, () => {
    for (const liars of [1, 2, 3]) {
      const world = warm(50 + liars)
      const before = world.changes.length
      for (let second = 0; second < 30; second++) {
        for (const liar of world.nodes.slice(0, liars))
          for (const target of world.nodes) if (target !== liar) world.lie(liar, target)
        world.run(1_000)
      }
      const changes = world.changes.slice(before)
      const dead = changes.filter(({ to }) => to === 'dead').length
      const suspect = changes.filter(({ to }) => to === 'suspect').length
      console.log(
        `${liars} liars: ${suspect} suspicions and ${dead} dead marks on live nodes, over ${N} views and 30 s`,
      )
      if (liars === 1) expect(changes.filter(({ to }) => to === 'dead' || to === 'unreachable')).toEqual([])
      world.run(45_000)
      expect(new Set(world.nodes.map((node) => node.membership.digest())).size).toBe(1)
      check(world)
    }
  })

  it('holds with a tenth of all messages lost', () => {
    const world = warm(60)
    world.loss = 0.1
    world.run(120_000)
    expect(world.changes.filter(({ to }) => to === 'dead')).toEqual([])
    const victim = world.pick()
    world.kill(victim)
    // Who missed the victim's last record can believe its accusers only when repair has brought that.
    expect(timeUntil(world, victim.peer, 'dead', 60_000)).toBeLessThanOrEqual(45_000)
  })
})

describe('small networks', () => {
  it('of two and of three nodes find a death by themselves', () => {
    for (const count of [2, 3]) {
      const world = warm(70 + count, count)
      const victim = world.pick()
      world.kill(victim)
      expect(timeUntil(world, victim.peer, 'dead', 30_000), `${count} nodes`).toBeLessThanOrEqual(12_000)
    }
  })
})

describe('a network of 200 nodes', () => {
  it(
    'first suspects a hung node within two periods on average, and agrees on the view',
    { timeout: CROWD * 600 },
    () => {
      const delays: number[] = []
      const hung = (12 * CROWD) / 200
      for (const seed of [80, 81, 82]) {
        const world = new MembershipWorld(CROWD, DEGREE, seed)
        world.run(10_000)
        const bytesBefore = world.bytes
        const victims = Array.from({ length: hung }, () => {
          world.run(400)
          let victim = world.pick()
          while (victim.state !== 'running') victim = world.pick()
          world.pause(victim, null)
          return { peer: victim.peer, atMs: world.nowMs }
        })
        world.run(8_000)
        const bytesPerSecond = Math.round((world.bytes - bytesBefore) / CROWD / ((hung * 400 + 8_000) / 1_000))
        for (const { peer, atMs } of victims) {
          const first = world.changes.find(
            (change) => change.peer === peer && change.to === 'suspect' && change.atMs >= atMs,
          )
          delays.push((first?.atMs ?? Number.POSITIVE_INFINITY) - atMs)
        }
        world.run(20_000)
        const digests = new Map<string, number>()
        for (const node of world.nodes) {
          if (node.state !== 'running') continue
          const digest = node.membership.digest()
          digests.set(digest, (digests.get(digest) ?? 0) + 1)
        }
        const agreement = Math.max(...digests.values()) / world.running()
        console.log(`seed ${seed}: ${bytesPerSecond} bytes a second a node, view agreement ${agreement}`)
        expect(agreement, `seed ${seed}`).toBeGreaterThanOrEqual(0.99)
      }
      const mean = delays.reduce((sum, ms) => sum + ms, 0) / delays.length
      console.log(`${CROWD} nodes: first suspicion after ${Math.round(mean)} ms on average, ${delays.length} hung`)
      expect(mean).toBeLessThanOrEqual(2_000)
    },
  )
})
