import { describe, expect, it } from 'vitest'
import { RATED_CLIENTS_MAX } from '../../../../src/adapters/http/limits.ts'
import { RateGuard } from '../../../../src/adapters/http/rate-guard.ts'

const admitted = (guard: RateGuard, ip: string, nowMs: number, count: number): number =>
  Array.from({ length: count }, () => guard.admits(ip, nowMs)).filter(Boolean).length

describe('the rate of a client', () => {
  it('is a burst and then a steady flow', () => {
    const guard = new RateGuard({ perSecond: 50, burst: 100 })
    expect(admitted(guard, '192.0.2.1', 0, 150)).toBe(100)
    expect(admitted(guard, '192.0.2.1', 1_000, 150)).toBe(50)
    expect(admitted(guard, '192.0.2.1', 1_020, 150)).toBe(1)
    expect(admitted(guard, '192.0.2.1', 60_000, 150)).toBe(100)
  })

  it('is the client’s own, and for IPv6 its network’s', () => {
    const guard = new RateGuard({ perSecond: 1, burst: 1 })
    expect(guard.admits('192.0.2.1', 0)).toBe(true)
    expect(guard.admits('192.0.2.2', 0)).toBe(true)
    // The same IPv4 client on a dual-stack socket.
    expect(guard.admits('::ffff:192.0.2.1', 0)).toBe(false)
    expect(guard.admits('2001:db8:1:2::1', 0)).toBe(true)
    expect(guard.admits('2001:db8:1:2:ffff:1:2:3', 0)).toBe(false)
    expect(guard.admits('2001:db8:1:3::1', 0)).toBe(true)
    expect(guard.admits('::1', 0)).toBe(true)
    expect(guard.admits('::2', 0)).toBe(false)
  })

  it('is remembered for a bounded number of clients', () => {
    const guard = new RateGuard({ perSecond: 1, burst: 1 })
    for (let client = 0; client < 3 * RATED_CLIENTS_MAX; client++)
      expect(guard.admits(`10.0.${client >> 8}.${client & 255}`, 0)).toBe(true)
    // The newest are still known.
    const last = 3 * RATED_CLIENTS_MAX - 1
    expect(guard.admits(`10.0.${last >> 8}.${last & 255}`, 0)).toBe(false)
    expect(guard.admits('10.0.0.0', 0)).toBe(true)
  })
})
