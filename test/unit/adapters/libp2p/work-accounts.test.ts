/** Who goes when the event loop is late (A43 to A46). Time is a variable: ticks of 100 ms. */
import { describe, expect, it } from 'vitest'
import {
  HOLD_MS,
  LATE_MS,
  STRIKES_MAX,
  TICK_MS,
  WARM_UP_MS,
  WORK_ACCOUNTS_MAX,
  WORK_SHARE,
} from '../../../../src/adapters/libp2p/limits.ts'
import { WorkAccounts, type WorkAccount } from '../../../../src/adapters/libp2p/work-accounts.ts'

/** A node that has been up for a while. */
class Node {
  readonly work = new WorkAccounts()
  readonly held: string[] = []
  readonly shed: string[] = []
  readonly #heldUntil = new Map<string, number>()
  nowMs = 0

  constructor() {
    this.work.tick(0, 0, 0)
    this.nowMs = WARM_UP_MS
  }

  peer(name: string, group: string | null = null): WorkAccount {
    return this.work.of('peer', name, group, this.nowMs)
  }

  /** Some time in which each peer costs so many ms a second, unless it is held; and how late that makes the loop. */
  run(
    ms: number,
    perSecond: ReadonlyMap<WorkAccount, number>,
    options: { lateMs?: number; cpuShare?: number } = {},
  ): void {
    const { lateMs = 2 * LATE_MS, cpuShare = 1 } = options
    for (const end = this.nowMs + ms; this.nowMs < end;) {
      this.nowMs += TICK_MS
      for (const [account, rate] of perSecond) {
        if (this.shed.includes(account.subject.name)) continue
        if ((this.#heldUntil.get(account.subject.name) ?? 0) >= this.nowMs) continue
        const cost = (rate * TICK_MS) / 1_000
        this.work.charge(account, cost, this.nowMs)
        if (account.group !== null)
          this.work.charge(this.work.of('address', account.group, null, this.nowMs), cost, this.nowMs)
      }
      const { held, shed } = this.work.tick(this.nowMs, lateMs, cpuShare)
      for (const { name } of held) this.#heldUntil.set(name, this.nowMs + HOLD_MS)
      this.held.push(...held.map(({ name }) => name))
      this.shed.push(...shed.map(({ name }) => name))
    }
  }
}

const crowd = (node: Node, count: number, rate: number): Map<WorkAccount, number> =>
  new Map(Array.from({ length: count }, (_, i) => [node.peer(`attacker ${i}`, `10.0.${i}.1`), rate]))

describe('while the loop is late', () => {
  it('twelve peers that take it all are shed within five seconds, and those that cost little stay', () => {
    const node = new Node()
    const peers = crowd(node, 12, 75)
    for (let i = 0; i < 4; i++) peers.set(node.peer(`honest ${i}`, `10.1.${i}.1`), 10)
    node.run(5_000, peers)
    const left = 12 - node.shed.filter((name) => name.startsWith('attacker')).length
    // Those that may stay cost less than what all may cost.
    expect(left * 75).toBeLessThanOrEqual(1_000 * WORK_SHARE)
    expect(node.held.concat(node.shed).filter((name) => name.startsWith('honest'))).toEqual([])
  })

  it('one that takes half a core is held twice and then shed, also if it came back meanwhile', () => {
    const node = new Node()
    const peers = new Map([[node.peer('greedy', '10.0.0.1'), 500]])
    node.run(5_000, peers)
    expect(node.held.slice(0, STRIKES_MAX - 1)).toEqual(Array.from({ length: STRIKES_MAX - 1 }, () => 'greedy'))
    expect(node.shed).toContain('greedy')
    // Its account is the same one after a reconnection.
    expect(node.peer('greedy', '10.0.0.1')).toBe([...peers.keys()][0])
  })

  it('an address whose identities come and go is shed as a whole', () => {
    const node = new Node()
    for (let i = 0; i < 60 && node.shed.length === 0; i++)
      node.run(100, new Map([[node.peer(`identity ${i}`, '10.0.0.1'), 600]]))
    expect(node.shed).toEqual(['10.0.0.1'])
  })

  it('whoever dialled us goes before those that we dialled', () => {
    const node = new Node()
    const ours = node.peer('ours')
    ours.isOurs = true
    node.run(
      5_000,
      new Map([
        [ours, 250],
        [node.peer('theirs'), 250],
      ]),
    )
    expect(node.shed[0]).toBe('theirs')
    expect(node.shed).not.toContain('ours')
  })
})

describe('nobody goes', () => {
  it('while the loop is not late', () => {
    const node = new Node()
    node.run(10_000, crowd(node, 12, 75), { lateMs: LATE_MS })
    expect(node.held).toEqual([])
  })

  it('while the machine is busy with others: what they take is not the peers’ work', () => {
    const node = new Node()
    node.run(10_000, crowd(node, 12, 75), { lateMs: 500, cpuShare: 0.2 })
    expect(node.held).toEqual([])
  })

  it('while the process warms up', () => {
    const work = new WorkAccounts()
    const peer = work.of('peer', 'first', null, 0)
    for (let nowMs = 0; nowMs < WARM_UP_MS; nowMs += TICK_MS) {
      work.charge(peer, TICK_MS, nowMs)
      expect(work.tick(nowMs, 1_000, 1)).toEqual({ held: [], shed: [] })
    }
  })

  it('for giving what is accepted at full load, and for being sent what it asked for', () => {
    const node = new Node()
    const [giver, joiner] = [node.peer('giver'), node.peer('joiner')]
    for (let second = 0; second < 10; second++) {
      for (let n = 0; n < 500; n++) {
        node.work.gave(giver, 20_000, node.nowMs)
        node.work.accepted(20_000, node.nowMs)
      }
      node.work.served(joiner, 20_000_000, node.nowMs)
      node.run(
        1_000,
        new Map([
          [giver, 450],
          [joiner, 300],
        ]),
      )
    }
    expect(node.held).toEqual([])
  })
})

it('repeating what others gave earns no more than the traffic of the network', () => {
  const node = new Node()
  const repeater = node.peer('repeater')
  for (let n = 0; n < 10; n++) node.work.accepted(250, node.nowMs)
  for (let n = 0; n < 10_000; n++) node.work.gave(repeater, 250, node.nowMs)
  node.run(6_000, new Map([[repeater, 500]]))
  expect(node.shed).toContain('repeater')
})

it('stays within its bound, and an account in use comes back when others push it out', () => {
  const work = new WorkAccounts()
  const first = work.of('peer', 'first', null, 0)
  for (let n = 0; n < 2 * WORK_ACCOUNTS_MAX; n++) work.charge(work.of('peer', `peer ${n}`, null, 1), 5, 1)
  expect(work.sizes()).toEqual({ size: WORK_ACCOUNTS_MAX, capacity: WORK_ACCOUNTS_MAX })
  work.charge(first, 5, 1)
  expect(work.of('peer', 'first', null, 1)).toBe(first)
  expect(work.sizes().size).toBe(WORK_ACCOUNTS_MAX)
})
