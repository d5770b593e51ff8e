import { describe, expect, it } from 'vitest'
import { asNetAddress, asPeerId, type PeerId } from '../../../src/domain/ids.ts'
import { ipOf } from '../../../src/lib/address-group.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { addressKind } from '../../../src/membership/address.ts'
import { GossipAlarm } from '../../../src/membership/alarm.ts'
import { Discovery } from '../../../src/membership/discovery.ts'
import { ADDRESS_BOOK_MAX, ADDRESS_GROUP_MAX, ADDRESS_TELLER_MAX } from '../../../src/membership/limits.ts'
import { LocalHealth } from '../../../src/membership/local-health.ts'
import { Pace } from '../../../src/membership/pace.ts'
import { Phi } from '../../../src/membership/phi.ts'
import { Probing, type ProbeDecision } from '../../../src/membership/probing.ts'
import { viewDigest } from '../../../src/membership/view.ts'

const peer = (index: number): PeerId => asPeerId(`peer-${index}`)

describe('the pace of records', () => {
  it('is a record a minute where nothing changes, with a spread', () => {
    for (const [chance, dueMs] of [
      [0, 54_000],
      [0.5, 60_000],
      [1, 66_000],
    ] as const) {
      const pace = new Pace(() => chance)
      expect(pace.isDue(0)).toBe(true)
      pace.published(0, 20)
      expect(pace.isDue(dueMs - 1)).toBe(false)
      expect(pace.isDue(dueMs)).toBe(true)
    }
  })

  it('is slower the more nodes there are, so that all of them together say four a second, and has an end', () => {
    for (const [members, dueMs] of [
      [1, 60_000],
      [240, 60_000],
      [480, 120_000],
      [100_000, 240_000],
    ] as const) {
      const pace = new Pace(() => 0.5)
      pace.published(0, members)
      expect(pace.dueMs, `${members} members`).toBe(dueMs)
    }
  })

  it('of a network that has stood for long is anywhere between two records', () => {
    for (const [chance, dueMs] of [
      [0, 1_000_000 + 54_000],
      [0.5, 1_000_000 - 30_000 + 60_000],
    ] as const) {
      const pace = new Pace(() => chance)
      pace.stood(1_000_000, 20)
      expect(pace.dueMs).toBe(dueMs)
    }
  })

  it('is quickened by changes, each kind with its own distance', () => {
    const pace = new Pace(() => 0.5)
    for (const [change, gapMs] of [
      ['head', 5_000],
      ['tags', 1_000],
      ['refute', 500],
      ['leave', 0],
    ] as const) {
      pace.published(100_000, 20)
      pace.changed(change, 100_000, 20)
      if (gapMs > 0) expect(pace.isDue(100_000 + gapMs - 1), change).toBe(false)
      expect(pace.isDue(100_000 + gapMs), change).toBe(true)
    }
  })

  it('lets a whole network tell four heads a second, however many its nodes are', () => {
    const pace = new Pace(() => 0.5)
    for (const [members, gapMs] of [
      [20, 5_000],
      [100, 25_000],
      [900, 225_000],
    ] as const) {
      pace.published(0, members)
      pace.changed('head', 1_000, members)
      expect(pace.dueMs, `${members} members`).toBe(gapMs)
    }
  })

  it('lets a whole network tell twenty changes of neighbours a second', () => {
    const pace = new Pace(() => 0.5)
    for (const [members, dueMs] of [
      [20, 2_000],
      [200, 10_000],
    ] as const) {
      pace.published(0, 20)
      pace.changed('neighbours', 1_000, members)
      expect(pace.dueMs, `${members} members`).toBe(dueMs)
    }
  })

  it('gathers neighbours, which come together', () => {
    const pace = new Pace(() => 0.5)
    pace.published(0, 20)
    pace.changed('neighbours', 10_000, 20)
    pace.changed('neighbours', 10_900, 20)
    expect(pace.isDue(10_999)).toBe(false)
    expect(pace.isDue(11_000)).toBe(true)
    pace.published(11_000, 20)
    expect(pace.isDue(12_000)).toBe(false)
  })
})

describe('φ', () => {
  it('is 8 at 18.4 times the usual interval, as in Cassandra', () => {
    const phi = new Phi(1_000, 0)
    for (let ms = 1_000; ms <= 100_000; ms += 1_000) phi.heard(ms)
    expect(phi.at(100_000)).toBe(0)
    expect(phi.at(118_420)).toBeCloseTo(8, 1)
  })
})

describe('local health', () => {
  it('stretches times up to eight times and mutes from four on', () => {
    const health = new LocalHealth()
    for (let miss = 0; miss < 10; miss++) health.ackMissed()
    expect([health.score, health.stretch, health.isMute]).toEqual([7, 8, true])
    for (let ack = 0; ack < 4; ack++) health.acked()
    expect([health.score, health.isMute]).toEqual([3, false])
    health.loopDelayed(150)
    expect(health.score).toBe(3)
    for (let wake = 0; wake < 100; wake++) health.loopDelayed(250)
    expect([health.score, health.isMute]).toEqual([5, true])
    health.loopDelayed(150)
    expect(health.isMute).toBe(false)
  })
})

describe('the alarm', () => {
  it('is raised by ten times the usual and not before, and ends when it is calm', () => {
    const alarm = new GossipAlarm()
    const events: [number, string][] = []
    const at = (second: number, bytesPerSecond: number): void => {
      alarm.received(bytesPerSecond)
      const change = alarm.due(second * 1_000)
      if (change !== null) events.push([second, change.kind])
    }
    for (let second = 0; second < 300; second++) at(second, 10_000)
    expect(alarm.usual).toBeCloseTo(10_000, -3)
    for (let second = 300; second < 400; second++) at(second, 80_000)
    expect(events).toEqual([])
    for (let second = 400; second < 430; second++) at(second, 600_000)
    expect(events.map(([, kind]) => kind)).toEqual(['raised'])
    expect(events[0]?.[0]).toBeLessThanOrEqual(415)
    expect(alarm.isRaised).toBe(true)
    for (let second = 430; second < 450; second++) at(second, 10_000)
    expect(events.map(([, kind]) => kind)).toEqual(['raised', 'ended'])
  })

  it('is silent at the start and over little traffic', () => {
    const alarm = new GossipAlarm()
    for (let second = 0; second < 200; second++) {
      alarm.received(second < 20 ? 1_000_000 : second % 60 === 0 ? 15_000 : 0)
      expect(alarm.due(second * 1_000)).toBeNull()
    }
  })
})

describe('an address', () => {
  it.each([
    ['/ip4/8.8.8.8/tcp/4001', 'public', '8.8', true],
    ['/ip4/127.0.0.1/tcp/4001', 'loopback', '127.0', false],
    ['/ip4/127.66.3.1/tcp/4001', 'loopback', '127.66', true],
    ['/ip4/10.1.2.3/tcp/4001', 'private', '10.1', false],
    ['/ip6/2a00:1450::1/tcp/4001', 'public', '2a00:1450', true],
    ['/ip6/::ffff:10.0.0.1/tcp/4001', 'private', '10.0', false],
    ['/ip6/fd00::1/tcp/4001/p2p/x', 'private', 'fd00:0', false],
    ['/ip4/8.8.8.8/tcp/0', 'unusable', '', false],
    ['/ip4/8.8.8.8/udp/4001', 'unusable', '', false],
    ['/dns4/node.example.org/tcp/4001', 'unusable', '', false],
    ['/dns4/8.8.8.8/tcp/4001', 'unusable', '', false],
    ['/ip4/8.8.8.8/tcp/4001/ip4/127.0.0.1/tcp/1', 'unusable', '', false],
    ['/unix/tmp/socket', 'unusable', '', false],
    ['', 'unusable', '', false],
  ])('%s is %s, group %s', (address, reach, group, isOneOwner) => {
    expect(addressKind(address)).toEqual({ reach, group, isOneOwner })
  })
})

describe('discovery', () => {
  const options = { self: peer(0), chance: () => 0.5 }
  const TELLER = 'neighbour'

  it('dials nothing private on an open network, everything on a development network, and names on none (A39)', () => {
    for (const isOpen of [true, false]) {
      const discovery = new Discovery({ ...options, isOpen })
      discovery.learnt(peer(1), ['/ip4/127.0.0.1/tcp/4001'], TELLER, 0)
      discovery.learnt(peer(2), ['/ip4/192.168.0.7/tcp/4001', '/ip4/9.9.9.9/tcp/4001'], TELLER, 0)
      discovery.learnt(peer(0), ['/ip4/9.9.9.9/tcp/4001'], TELLER, 0)
      discovery.learnt(peer(3), ['/dns4/example.org/tcp/4001', '/dns4/127.0.0.1/tcp/4001'], TELLER, 0)
      discovery.learnt(peer(4), ['/ip6/::ffff:7f00:1/tcp/4001', '/ip6/2002:7f00:1::/tcp/1'], TELLER, 0)
      const dialled = discovery.due(0).map(({ address }) => address)
      expect(dialled.sort()).toEqual(
        isOpen
          ? ['/ip4/9.9.9.9/tcp/4001/p2p/peer-2']
          : [
              '/ip4/127.0.0.1/tcp/4001/p2p/peer-1',
              '/ip4/127.0.0.1/tcp/4001/p2p/peer-4',
              '/ip4/192.168.0.7/tcp/4001/p2p/peer-2',
            ],
      )
    }
  })

  it('keeps the wanted outbound connections, one for each owner of addresses (A40)', () => {
    const discovery = new Discovery({ ...options, isOpen: true })
    for (let index = 1; index < 40; index++)
      discovery.learnt(peer(index), [`/ip4/9.${index < 30 ? 1 : index}.0.${index}/tcp/4001`], `teller-${index % 3}`, 0)
    const connected: PeerId[] = []
    for (let ms = 0; ms < 5_000; ms += 250) {
      const dials = discovery.due(ms)
      expect(dials.length).toBeLessThanOrEqual(4)
      for (const dial of dials) {
        connected.push(dial.peer)
        discovery.connected(dial.peer, ipOf(dial.address))
      }
    }
    expect(connected).toHaveLength(8)
    expect(connected.filter((each) => Number(each.slice(5)) < 30)).toHaveLength(1)
    discovery.disconnected(connected[0] as PeerId, 5_000)
    expect(discovery.due(5_250)).toHaveLength(1)
  })

  it('gives the listeners of one machine one place, though there be no others, whatever their records name first', () => {
    const discovery = new Discovery({ ...options, isOpen: true })
    for (let index = 1; index < 40; index++)
      discovery.learnt(peer(index), [`/ip4/20.${index}.0.1/tcp/1`, `/ip4/9.1.0.1/tcp/${index}`], TELLER, 0)
    const places = new Set<string>()
    for (let ms = 0; ms < 120_000; ms += 250)
      for (const { peer: dialled, address } of discovery.due(ms)) {
        // Nobody is at the first ones.
        if (address.startsWith('/ip4/20.')) discovery.dialFailed(dialled, ms)
        else {
          expect(discovery.isTaken(asNetAddress('/ip4/9.1.200.200/tcp/5'), peer(99))).toBe(true)
          expect(discovery.isTaken(asNetAddress('/ip4/9.1.200.200/tcp/5'), dialled)).toBe(false)
          places.add(address)
          discovery.connected(dialled, ipOf(address))
        }
      }
    expect(places.size).toBe(1)
  })

  it('dials no second listener of a machine while the first is on its way, nor beside one that was configured', () => {
    const discovery = new Discovery({ ...options, isOpen: true })
    for (let index = 1; index < 5; index++) discovery.learnt(peer(index), [`/ip4/9.1.0.${index}/tcp/1`], TELLER, 0)
    const [first, ...rest] = discovery.due(0)
    expect(rest).toEqual([])
    expect(discovery.due(1_000)).toEqual([])
    discovery.dialFailed(first?.peer as PeerId, 1_000)
    discovery.connected(peer(50), '9.1.7.7')
    expect(discovery.due(1_000)).toEqual([])
    discovery.disconnected(peer(50), 2_000)
    expect(discovery.due(2_000)).toHaveLength(1)
  })

  it('waits longer after each failure, tries the other addresses, and gives up on what never worked', () => {
    const discovery = new Discovery({ ...options, isOpen: true })
    discovery.learnt(peer(1), ['/ip4/9.9.9.9/tcp/1', '/ip4/9.9.8.8/tcp/2'], TELLER, 0)
    const dials: [number, string][] = []
    for (let ms = 0; ms < 60_000; ms += 250)
      for (const dial of discovery.due(ms)) {
        dials.push([ms, dial.address])
        discovery.dialFailed(dial.peer, ms)
      }
    expect(dials).toEqual([
      [0, '/ip4/9.9.9.9/tcp/1/p2p/peer-1'],
      [2_000, '/ip4/9.9.8.8/tcp/2/p2p/peer-1'],
      [6_000, '/ip4/9.9.9.9/tcp/1/p2p/peer-1'],
    ])
    expect(discovery.size).toBe(0)
  })

  it('gives one group a sixteenth of its book and one teller a quarter, over 10,000 random operations', () => {
    const seed = 8
    const random = createPrng(seed)
    const discovery = new Discovery({ self: peer(0), isOpen: true, chance: () => random.next() })
    for (let step = 0; step < 10_000; step++) {
      const each = peer(1 + random.below(3_000))
      switch (random.below(8)) {
        case 0:
          discovery.connected(each, random.below(2) === 0 ? `9.${random.below(60)}.0.1` : null)
          break
        case 1:
          discovery.disconnected(each, step * 10)
          break
        case 2:
          discovery.dialFailed(each, step * 10)
          break
        case 3:
          if (random.below(5) === 0) discovery.forget(each)
          break
        case 4:
          expect(discovery.due(step * 10, () => random.below(4) === 0).length).toBeLessThanOrEqual(4)
          break
        default: {
          const address = `/ip4/9.${random.below(random.below(2) === 0 ? 1 : 60)}.0.1/tcp/1`
          discovery.learnt(each, [address], `teller-${random.below(6)}`, step * 10)
        }
      }
      if (step % 10 === 0) discovery.invariants()
    }
    expect(discovery.size).toBeLessThanOrEqual(ADDRESS_BOOK_MAX)
    const crowd = new Discovery({ self: peer(0), isOpen: true, chance: () => 0.5 })
    for (let index = 1; index < 500; index++) crowd.learnt(peer(index), ['/ip4/9.9.0.1/tcp/1'], TELLER, 0)
    expect(crowd.size).toBe(ADDRESS_GROUP_MAX)
    for (let index = 1; index < 2_000; index++)
      crowd.learnt(peer(index), [`/ip4/${10 + (index % 50)}.${index % 250}.0.1/tcp/1`], 'liar', 0)
    expect(crowd.size).toBeLessThanOrEqual(ADDRESS_GROUP_MAX + ADDRESS_TELLER_MAX)
    // All four quarters taken: whoever told least still finds room for his.
    for (const teller of ['b', 'c', 'd'])
      for (let index = 0; index < 300; index++)
        crowd.learnt(asPeerId(`${teller}-${index}`), [`/ip4/${70 + (index % 50)}.${index % 250}.0.1/tcp/1`], teller, 0)
    crowd.learnt(peer(9_999), ['/ip4/99.9.0.1/tcp/1'], 'newcomer', 0)
    expect(crowd.addressOf(peer(9_999))).not.toBeNull()
    crowd.invariants()
  })
})

describe('the view digest', () => {
  it('depends on who is in which state and boot, and on nothing else', () => {
    const rows = [
      { peer: peer(1), incarnation: 5, state: 'alive' },
      { peer: peer(2), incarnation: 6, state: 'dead' },
    ] as const
    const digest = viewDigest(rows)
    expect(viewDigest([...rows].reverse())).toBe(digest)
    expect(viewDigest([...rows, { peer: peer(3), incarnation: 1, state: 'unknown' }])).toBe(digest)
    expect(viewDigest([rows[0], { ...rows[1], state: 'alive' }])).not.toBe(digest)
    expect(viewDigest([rows[0], { ...rows[1], incarnation: 7 }])).not.toBe(digest)
  })
})

describe('probing', () => {
  function start(helpers: readonly PeerId[] = []): Probing {
    let last = 0
    const probing = new Probing({
      nextNumber: () => ++last,
      chance: () => 0,
      world: { helpersFor: () => helpers, stretch: () => 1 },
    })
    return probing
  }
  const kinds = (decisions: readonly ProbeDecision[]): string[] => decisions.map(({ kind }) => kind)

  it('pings one neighbour each second, round robin', () => {
    const probing = start()
    for (const index of [1, 2, 3]) probing.connected(peer(index))
    const pinged: PeerId[] = []
    for (let ms = 0; ms < 6_000; ms += 250)
      for (const decision of probing.due(ms)) {
        if (decision.kind !== 'ping') continue
        pinged.push(decision.peer)
        probing.acked(decision.probe, 3)
      }
    expect(pinged).toHaveLength(6)
    expect(pinged.slice(0, 3).sort()).toEqual([peer(1), peer(2), peer(3)])
    expect(pinged.slice(3)).toEqual(pinged.slice(0, 3))
    expect(probing.rttMs(peer(1))).toBe(3)
  })

  it('asks helpers after half the time, and believes the first ack', () => {
    const probing = start([peer(2), peer(3)])
    for (const index of [1, 2, 3]) probing.connected(peer(index))
    const [ping] = probing.check(peer(1), 0)
    const asked = probing.due(250).filter((decision) => decision.kind === 'ask-help')
    expect(asked).toMatchObject([
      { kind: 'ask-help', helper: peer(2), target: peer(1), patienceMs: 250 },
      { kind: 'ask-help', helper: peer(3), target: peer(1), patienceMs: 250 },
    ])
    const [first] = asked
    if (first === undefined || ping?.kind !== 'ping') throw new Error('help is asked')
    expect(probing.acked(first.probe, 9)).toEqual([
      { kind: 'observed', what: 'ack-missed' },
      { kind: 'reached', target: peer(1), isDirect: false },
    ])
    expect(probing.acked(ping.probe, 600)).toEqual([])
    probing.invariants()
  })

  it('is done when the time is over and a helper could not reach it either', () => {
    const probing = start([peer(2)])
    for (const index of [1, 2]) probing.connected(peer(index))
    probing.check(peer(1), 0)
    const [help] = probing.due(250).filter(({ kind }) => kind === 'ask-help')
    if (help?.kind !== 'ask-help') throw new Error('help is asked')
    expect(probing.denied(help.probe, 'nack', 300)).toEqual([])
    expect(kinds(probing.due(499)).filter((kind) => kind === 'unreached')).toEqual([])
    expect(probing.due(500)).toContainEqual({ kind: 'unreached', target: peer(1) })
  })

  it('pings again where nobody can help, and dials who is gone without goodbye', () => {
    const probing = start()
    probing.connected(peer(1))
    probing.check(peer(1), 0)
    probing.due(0)
    expect(probing.due(250)).toMatchObject([{ kind: 'ping', peer: peer(1) }])
    expect(probing.due(749)).toEqual([])
    expect(probing.due(750)).toEqual([
      { kind: 'observed', what: 'ack-missed' },
      { kind: 'unreached', target: peer(1) },
    ])
    expect(probing.disconnected(peer(1), true, true, 800)).toEqual([{ kind: 'dial', target: peer(1), keeps: true }])
    expect(probing.dialFailed(peer(1))).toEqual([{ kind: 'unreached', target: peer(1) }])
    expect(probing.disconnected(peer(1), true, true, 900)).toEqual([])
  })

  it('only looks whether somebody lives whom it had not dialled', () => {
    const probing = start()
    probing.connected(peer(1))
    expect(probing.disconnected(peer(1), true, false, 0)).toEqual([{ kind: 'dial', target: peer(1), keeps: false }])
    expect(probing.dialReached(peer(1))).toEqual([{ kind: 'reached', target: peer(1), isDirect: true }])
    expect(probing.dialReached(peer(1))).toEqual([])
  })

  it('says that a question for help is over when its asker is gone', () => {
    const probing = start()
    for (const index of [1, 2]) probing.connected(peer(index))
    probing.helpAsked(7, peer(2), peer(1), 2_000, 0)
    expect(probing.disconnected(peer(2), false, false, 100)).toEqual([
      { kind: 'answer-help', help: 7, answer: 'stranger' },
    ])
    expect(probing.due(5_000).filter(({ kind }) => kind === 'answer-help')).toEqual([])
  })

  it('takes a new connection for an answer', () => {
    const probing = start()
    probing.connected(peer(1))
    probing.disconnected(peer(1), true, true, 0)
    expect(probing.connected(peer(1))).toEqual([{ kind: 'reached', target: peer(1), isDirect: true }])
  })

  it('helps others, within bounds, and answers each of them once', () => {
    const probing = start()
    for (const index of [1, 2]) probing.connected(peer(index))
    const answers: ProbeDecision[] = []
    const collect = (decisions: readonly ProbeDecision[]): ProbeDecision[] => {
      answers.push(...decisions.filter(({ kind }) => kind === 'answer-help'))
      return decisions.filter(({ kind }) => kind !== 'answer-help')
    }
    collect(probing.helpAsked(1, peer(2), peer(9), 300, 0))
    const pings = [2, 3, 4, 5, 6].flatMap((help) => collect(probing.helpAsked(help, peer(2), peer(1), 300, 0)))
    expect(pings).toHaveLength(4)
    const [first, second] = pings
    if (first?.kind !== 'ping' || second?.kind !== 'ping') throw new Error('a help is a ping')
    collect(probing.acked(first.probe, 4))
    collect(probing.failed(second.probe, true, 10))
    collect(probing.due(300))
    collect(probing.due(600))
    probing.invariants()
    expect(answers).toEqual([
      { kind: 'answer-help', help: 1, answer: 'stranger' },
      { kind: 'answer-help', help: 6, answer: 'stranger' },
      { kind: 'answer-help', help: 2, answer: 'ack' },
      { kind: 'answer-help', help: 3, answer: 'nack' },
      { kind: 'answer-help', help: 4, answer: 'nack' },
      { kind: 'answer-help', help: 5, answer: 'nack' },
    ])
  })
})
