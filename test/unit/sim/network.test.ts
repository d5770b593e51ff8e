import { describe, expect, it } from 'vitest'
import { createPrng } from '../../../src/lib/prng.ts'
import { Network, REFERENCE_LINKS, type LinkProfile } from '../../../src/sim/network.ts'
import { Scheduler, SimProcess } from '../../../src/sim/scheduler.ts'
import { Trace } from '../../../src/sim/trace.ts'

function world(links: Partial<LinkProfile> = {}, seed = 1) {
  const random = createPrng(seed)
  const scheduler = new Scheduler({ epochMs: 0, random })
  const network = new Network({
    scheduler,
    random: random.child('network'),
    links: { ...REFERENCE_LINKS, ...links },
    trace: new Trace(scheduler),
  })
  const station = (index: number) => network.createStation(index, new SimProcess(`${index}`, random.child(`${index}`)))
  const stations = [station(0), station(1), station(2)] as const
  const log: (readonly [number, string])[] = []
  const arrives = (what: string) => () => void log.push([scheduler.nowMs, what])
  return { scheduler, network, stations, log, arrives, channel: network.openChannel(stations[0], stations[1]) }
}

const fixed = { latencyMinMs: 50, latencyMaxMs: 50 }

describe('the simulated network', () => {
  it('gives each pair one delay, both ways, by the seed alone', () => {
    const { network } = world()
    const other = world().network
    const asked = [other.latencyMs(5, 4), other.latencyMs(1, 0)]
    expect(network.latencyMs(0, 1)).toBe(network.latencyMs(1, 0))
    expect([network.latencyMs(4, 5), network.latencyMs(0, 1)]).toEqual(asked)
    expect(world({}, 2).network.latencyMs(0, 1)).not.toBe(network.latencyMs(0, 1))
    const many = Array.from({ length: 500 }, (_, node) => network.latencyMs(0, node + 1))
    expect(Math.min(...many)).toBeGreaterThanOrEqual(20)
    expect(Math.max(...many)).toBeLessThan(120)
    const mean = many.reduce((sum, latency) => sum + latency, 0) / many.length
    expect(Math.abs(mean - 70)).toBeLessThan(5)
  })

  it('keeps the order of a channel under jitter and loss, and delays it only', async () => {
    const { scheduler, network, channel, log, arrives } = world({ ...fixed, jitterMs: 40, lossRate: 0.3 })
    for (let index = 0; index < 200; index++) network.send(channel, 10, arrives(String(index)))
    await scheduler.runUntil(1_000_000)
    expect(log.map(([, what]) => Number(what))).toEqual(Array.from({ length: 200 }, (_, index) => index))
    expect(log.every(([at]) => at >= 50)).toBe(true)
    // 0.3 + 0.09 + … of each frame.
    expect(network.totals.retransmissions).toBeGreaterThan(60)
    expect(network.totals.retransmissions).toBeLessThan(120)
  })

  it('sends bytes one after the other through uplink and downlink', async () => {
    const { scheduler, network, stations, log, arrives } = world({ ...fixed, bytesPerMs: 100 })
    const [a, b, c] = stations
    network.send(network.openChannel(a, b), 1_000, arrives('a to b'))
    // Waits for a's uplink.
    network.send(network.openChannel(a, c), 1_000, arrives('a to c'))
    // Reaches b's downlink at the same time as the first.
    network.send(network.openChannel(c, b), 1_000, arrives('c to b'))
    await scheduler.runUntil(1_000)
    expect(log).toEqual([
      [70, 'a to b'],
      [80, 'c to b'],
      [80, 'a to c'],
    ])
    expect([a.bytesSent, b.bytesReceived, c.bytesReceived]).toEqual([2_000, 2_000, 1_000])
  })

  it('holds what is under way over a cut until it heals, in order', async () => {
    const { scheduler, network, channel, log, arrives } = world(fixed)
    network.send(channel, 1, arrives('before'))
    await scheduler.runUntil(60)
    network.cut(0, 1)
    network.send(channel, 1, arrives('first'))
    network.send(channel, 1, arrives('second'))
    await scheduler.runUntil(200)
    network.heal()
    network.send(channel, 1, arrives('after'))
    await scheduler.runUntil(300)
    expect(log).toEqual([
      [50, 'before'],
      [200, 'first'],
      [200, 'second'],
      [250, 'after'],
    ])
  })

  it('delivers nothing over a closed channel', async () => {
    const { scheduler, network, channel, log, arrives } = world(fixed)
    network.send(channel, 1, arrives('late'))
    network.closeChannel(channel)
    await scheduler.runUntil(100)
    expect(log).toEqual([])
  })

  it('is divided by a partition into those in a group and the rest', () => {
    const { network } = world()
    network.partition([[0, 1], [2]])
    const reached = (pairs: readonly (readonly [number, number])[]) => pairs.map(([a, b]) => network.reaches(a, b))
    expect(
      reached([
        [0, 1],
        [0, 2],
        [2, 1],
        [3, 4],
        [3, 0],
      ]),
    ).toEqual([true, false, false, true, false])
    network.heal()
    expect(network.reaches(0, 2)).toBe(true)
  })

  it('loses messages whole at the rate that it is told', () => {
    const { network, stations } = world()
    const lost = (): number => Array.from({ length: 2_000 }, () => network.loses(stations[0])).filter(Boolean).length
    expect(lost()).toBe(0)
    network.messageLossRate = 0.3
    const found = lost()
    expect(found).toBeGreaterThan(500)
    expect(found).toBeLessThan(700)
    expect(network.totals.lostMessages).toBe(found)
  })
})
