import { expect, test } from 'vitest'
import { asNetAddress, asPeerId, type PeerId } from '../../../src/domain/ids.ts'
import { networkGroup } from '../../../src/lib/address-group.ts'
import { chooseAnchors } from '../../../src/peers/anchors.ts'
import { chooseEviction } from '../../../src/peers/eviction.ts'
import { ANCHOR_FAILURES_MAX, ANCHORS_MAX, USEFUL_KEPT_MAX } from '../../../src/peers/limits.ts'
import { PeerTable } from '../../../src/peers/peer-table.ts'
import { Redial } from '../../../src/peers/redial.ts'
import { KernelWorld } from '../../toolkit/kernel/kernel-world.ts'

const address = (ip: string, port = 1): ReturnType<typeof asNetAddress> => asNetAddress(`/ip4/${ip}/tcp/${port}`)

/** Ten addresses of one network with four idle identities each, and honest peers elsewhere. */
function crowd(): { table: PeerTable; sybils: Set<PeerId> } {
  const table = new PeerTable()
  const sybils = new Set<PeerId>()
  for (let i = 0; i < 40; i++) {
    const peer = asPeerId(`sybil-${i}`)
    sybils.add(peer)
    table.connected(peer, address(`127.66.0.${1 + (i % 10)}`), 'inbound', i)
  }
  return { table, sybils }
}

test('fifty newcomers push out idle identities of one network, never one another, never whom we dialled (A27)', () => {
  const { table, sybils } = crowd()
  for (let i = 0; i < 4; i++) table.connected(asPeerId(`ours-${i}`), address(`10.0.${i}.1`), 'outbound', 0)
  for (let i = 0; i < 30; i++) {
    const newcomer = asPeerId(`honest-${i}`)
    table.connected(newcomer, address(`10.${i}.0.1`), 'inbound', 1_000 + i)
    const evicted = chooseEviction(table.all(), newcomer, 1_000 + i)
    expect(evicted !== null && sybils.has(evicted), `eviction ${i}: ${evicted}`).toBe(true)
    if (evicted !== null) table.disconnected(evicted)
  }
})

test('useful peers stay while there are others, and nobody goes where all are ours', () => {
  const table = new PeerTable()
  for (let i = 0; i < USEFUL_KEPT_MAX; i++) {
    const peer = asPeerId(`useful-${i}`)
    table.connected(peer, address('127.66.0.1'), 'inbound', 100 + i)
    table.useful(peer, 5_000)
  }
  expect(chooseEviction(table.all(), null, 6_000)).toBe(null)
  table.connected(asPeerId('idle'), address('10.9.9.9'), 'inbound', 0)
  expect(chooseEviction(table.all(), null, 6_000)).toBe('idle')
  expect(chooseEviction(table.all(), asPeerId('idle'), 6_000)).toBe(null)
  // What was useful an hour ago protects nobody.
  expect(chooseEviction(table.all(), asPeerId('idle'), 3_600_000)).toMatch(/^useful-/)
})

test('whom we dialled never goes, be there nobody else', () => {
  const table = new PeerTable()
  for (let i = 0; i < 5; i++) table.connected(asPeerId(`ours-${i}`), address('127.66.0.1', i), 'outbound', i)
  expect(chooseEviction(table.all(), null, 1_000)).toBe(null)
})

test('an IPv4 network is a /16, an IPv6 one a /32', () => {
  expect(networkGroup('10.1.2.3')).toBe('10.1')
  expect(networkGroup('2001:db8:1:2::3')).toBe('2001:db8')
  expect(networkGroup('::ffff:10.1.2.3')).toBe('10.1')
})

test('the best outbound peers are the anchors, and are dialled before all others after a restart', () => {
  const table = new PeerTable()
  for (let i = 0; i < 6; i++) {
    const entry = table.connected(asPeerId(`p${i}`), address(`10.0.0.${i}`), i === 5 ? 'inbound' : 'outbound', i)
    entry.greeted = i !== 4
    for (let n = 0; n < i; n++) table.useful(entry.peer, 1)
  }
  const anchors = chooseAnchors(table.all())
  expect(anchors).toEqual([3, 2, 1, 0].map((i) => address(`10.0.0.${i}`)))
  expect(anchors.length).toBeLessThanOrEqual(ANCHORS_MAX)

  const configured = [address('10.1.1.1'), asNetAddress('/ip4/10.0.0.2/tcp/1/p2p/known')]
  const redial = new Redial({ addresses: configured, longestMs: 1_000, chance: () => 0 })
  redial.prefer(anchors)
  expect(redial.due(0)).toEqual([anchors[0], configured[1], anchors[2], anchors[3], configured[0]])
  // An anchor that nobody configured is given up; what is configured never is.
  let nowMs = 0
  for (let i = 0; i <= ANCHOR_FAILURES_MAX; i++) {
    for (const each of [...anchors, ...configured]) redial.failed(each, nowMs)
    nowMs += 10_000
    redial.due(nowMs)
  }
  expect(redial.sizes()[0]?.size).toBe(2)
})

test('a node that is full disconnects an idle inbound peer for each newcomer, and a quarter when memory is short', () => {
  const world = new KernelWorld({ connectionsMax: 20 })
  const evicted = (): number => world.facts.filter(({ kind }) => kind === 'peer-evicted').length
  for (let i = 0; i < 18; i++) world.connect(`sybil-${i}`, `127.66.0.${i}`)
  expect(evicted()).toBe(0)
  world.connect('honest', '10.0.0.1')
  expect(evicted()).toBe(1)
  expect(world.kernel.machines.peers.table.size).toBe(18)
  expect(world.kernel.machines.peers.table.get(asPeerId('honest'))).toBeDefined()
  world.post({ kind: 'memory-pressed' })
  expect(evicted()).toBe(1 + 5)
})

test('anchors are written once they change and read back at the next start', () => {
  const world = new KernelWorld()
  const first = address('10.0.0.1')
  world.post({ kind: 'peer-connected', peer: asPeerId('a'), address: first, direction: 'outbound' })
  const entry = world.kernel.machines.peers.table.get(asPeerId('a'))
  if (entry !== undefined) entry.greeted = true
  world.advance(10_000)
  world.advance(10_000)
  const written = world.effects.flatMap((effect) => (effect.kind === 'write' ? effect.writes : []))
  const anchors = written.filter(({ space }) => space === 'peers')
  expect(anchors).toHaveLength(1)
  const [record] = anchors
  const next = new KernelWorld()
  if (record?.kind === 'put') next.post({ kind: 'anchors-restored', records: [[record.key, record.value]] })
  next.post({ kind: 'anchors-restored', records: [['anchors', Uint8Array.of(1, 2)]] })
  next.advance(1)
  expect(next.effects.find(({ kind }) => kind === 'dial')).toEqual({
    kind: 'dial',
    address: first,
    namedBy: 'stranger',
  })
})
