import { describe, expect, it } from 'vitest'
import { addressGroup, ipOf } from '../../../src/lib/address-group.ts'

describe('what counts as one address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1:2:3:4', 'fe80:0:0:0::/64'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
  ])('%s is of %s', (ip, group) => {
    expect(addressGroup(ip)).toBe(group)
  })
})

it('finds the address in a multiaddr, where there is one', () => {
  expect(ipOf('/ip4/192.0.2.7/tcp/1')).toBe('192.0.2.7')
  expect(ipOf('/ip6/2001:db8::7/tcp/1')).toBe('2001:db8::7')
  expect(ipOf('/ip6/::ffff:192.0.2.7/tcp/1')).toBe('192.0.2.7')
  expect(ipOf('/ip6/::ffff:c000:207/tcp/1')).toBe('192.0.2.7')
  expect(ipOf('/dns4/example.org/tcp/1')).toBeNull()
})
