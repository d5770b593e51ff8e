/** What becomes of those who cost too much (A43 to A46). */
import { expect, it } from 'vitest'
import { BANNED_PEERS_PER_ADDRESS, WORK_BAN_MS } from '../../../src/peers/limits.ts'
import { KernelWorld, peer } from '../../toolkit/kernel/kernel-world.ts'

const banned = (world: KernelWorld): string[] =>
  world.facts.flatMap((fact) => (fact.kind === 'subject-banned' ? [fact.subject] : []))

it('bans a peer that cost too much, for a while, and writes that down', () => {
  const world = new KernelWorld()
  const greedy = world.connect('greedy')
  world.post({ kind: 'overworked', subject: { kind: 'peer', name: greedy }, what: 'empty-rpcs', ip: '10.0.0.1' })
  expect(banned(world)).toEqual(['peer:greedy'])
  expect(world.effects).toContainEqual({ kind: 'disconnect', peer: greedy, reason: 'banned: overwork-empty-rpcs' })
  expect(world.effects.some((effect) => effect.kind === 'write')).toBe(true)
  const now = () => ({ wallMs: world.wallMs, monoMs: world.monoMs })
  expect(world.kernel.admitsPeer(greedy, now())).toBe(false)
  world.advance(WORK_BAN_MS)
  expect(world.kernel.admitsPeer(greedy, now())).toBe(true)
})

it('bans their address after three, and every peer of an address that did so together', () => {
  const world = new KernelWorld()
  for (let n = 0; n < BANNED_PEERS_PER_ADDRESS; n++) {
    const one = world.connect(`one of ${n}`, '10.0.0.9')
    world.post({ kind: 'overworked', subject: { kind: 'peer', name: one }, what: 'work', ip: '10.0.0.9' })
  }
  expect(banned(world)).toContain('address:10.0.0.9')
  const other = world.connect('other', '10.0.0.7')
  world.post({ kind: 'overworked', subject: { kind: 'address', name: '10.0.0.7' }, what: 'work', ip: null })
  expect(world.effects).toContainEqual({ kind: 'disconnect', peer: other, reason: 'address 10.0.0.7 is banned' })
  expect(world.kernel.admitsAddress('10.0.0.7', { wallMs: world.wallMs, monoMs: world.monoMs })).toBe(false)
})

it('never shortens the ban of a forger', () => {
  const world = new KernelWorld()
  const forger = world.connect('forger')
  for (let n = 0; n < 10; n++) world.post({ kind: 'malformed-received', from: forger, what: 'rpc' })
  world.post({ kind: 'overworked', subject: { kind: 'peer', name: forger }, what: 'pings', ip: null })
  world.advance(WORK_BAN_MS)
  expect(world.kernel.admitsPeer(peer('forger'), { wallMs: world.wallMs, monoMs: world.monoMs })).toBe(false)
})

it('spares the address that all nodes of a development network share', () => {
  const world = new KernelWorld({ profile: 'dev' })
  world.post({ kind: 'overworked', subject: { kind: 'address', name: '127.0.0.1' }, what: 'work', ip: null })
  expect(banned(world)).toEqual([])
})
