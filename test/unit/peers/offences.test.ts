import { describe, expect, test } from 'vitest'
import { asPeerId } from '../../../src/domain/ids.ts'
import { addressGroup, ipOf, isSharedLoopback } from '../../../src/lib/address-group.ts'
import { BAN_MS, BANS_MAX, INVALID_BUDGET, INVALID_WINDOW_MS, UNPAID_BUDGET } from '../../../src/peers/limits.ts'
import { Offences } from '../../../src/peers/offences.ts'

const peer = asPeerId('p')

describe('offences', () => {
  test('ten invalid objects within an hour ban; nine an hour never do', () => {
    const strict = new Offences({ sparesLoopback: false })
    const kinds = Array.from(
      { length: INVALID_BUDGET },
      (_, i) => strict.count(peer, '10.0.0.1', 'invalid', 'x', i, 0).kind,
    )
    expect(kinds.at(-1)).toBe('ban')
    expect(kinds.slice(0, -1)).not.toContain('ban')
    const slow = new Offences({ sparesLoopback: false })
    const step = INVALID_WINDOW_MS / (INVALID_BUDGET - 1) + 1
    for (let i = 0; i < 100; i++) expect(slow.count(peer, '10.0.0.1', 'invalid', 'x', i * step, 0).kind).toBe('counted')
  })

  test('a reconnect does not help: counts are by identity', () => {
    const offences = new Offences({ sparesLoopback: false })
    for (let i = 0; i < INVALID_BUDGET - 1; i++) offences.count(peer, `10.0.0.${i}`, 'invalid', 'x', i, 0)
    expect(offences.count(peer, null, 'invalid', 'x', 100, 0).kind).toBe('ban')
  })

  test('more than fifty unpaid objects within ten seconds disconnect, without a ban', () => {
    const offences = new Offences({ sparesLoopback: false })
    for (let i = 0; i < UNPAID_BUDGET; i++) expect(offences.count(peer, null, 'unpaid', 'x', i, 0).kind).toBe('counted')
    expect(offences.count(peer, null, 'unpaid', 'x', 60, 0).kind).toBe('disconnect')
    expect(offences.admitsPeer(peer, 0)).toBe(true)
  })

  test('a ban ends when it is due and is handed out for deletion', () => {
    const offences = new Offences({ sparesLoopback: false })
    for (let i = 0; i < INVALID_BUDGET; i++) offences.count(peer, '10.0.0.1', 'invalid', 'x', i, 1_000)
    expect(offences.admitsPeer(peer, 1_000 + BAN_MS - 1)).toBe(false)
    expect(offences.expire(1_000 + BAN_MS)).toEqual([`peer:${peer}`])
    expect(offences.admitsPeer(peer, 1_000 + BAN_MS)).toBe(true)
  })

  test('an IPv6 customer is banned with the /64', () => {
    const offences = new Offences({ sparesLoopback: true })
    for (let id = 0; id < 3; id++) {
      for (let i = 0; i < INVALID_BUDGET; i++)
        offences.count(asPeerId(`p${id}`), `2001:db8::${id}`, 'invalid', 'x', i, 0)
    }
    expect(offences.admitsAddress('2001:db8:0:0:ffff::1', 0)).toBe(false)
    expect(offences.admitsAddress('2001:db8:0:1::1', 0)).toBe(true)
  })

  test('a clock that was wrong when a ban was written cannot make it last longer than a ban', () => {
    const offences = new Offences({ sparesLoopback: false })
    offences.restore([{ subject: `peer:${peer}`, untilWallMs: 1e15, reason: 'x' }], 0)
    expect(offences.admitsPeer(peer, BAN_MS)).toBe(true)
  })

  test('bounded under a flood of identities', () => {
    const offences = new Offences({ sparesLoopback: false })
    for (let id = 0; id < BANS_MAX + 50; id++) {
      for (let i = 0; i < INVALID_BUDGET; i++)
        offences.count(asPeerId(`p${id}`), `10.${id >> 8}.${id & 255}.1`, 'invalid', 'x', i, 0)
    }
    offences.invariants()
    expect(offences.bans()).toHaveLength(BANS_MAX)
  })
})

describe('addresses', () => {
  test.each([
    ['/ip4/1.2.3.4/tcp/5/p2p/x', '1.2.3.4'],
    ['/ip6/::1/tcp/5', '::1'],
    ['/dns4/example.org/tcp/1', null],
  ])('%s', (address, ip) => {
    expect(ipOf(address)).toBe(ip)
  })

  test('groups', () => {
    expect(addressGroup('1.2.3.4')).toBe('1.2.3.4')
    expect(addressGroup('::ffff:1.2.3.4')).toBe('1.2.3.4')
    expect(addressGroup('2001:DB8::1')).toBe(addressGroup('2001:db8:0:0:1:2:3:4'))
    expect(isSharedLoopback('127.0.0.1')).toBe(true)
    expect(isSharedLoopback('127.66.0.1')).toBe(false)
  })
})
