import { describe, expect, it } from 'vitest'
import { mayDial, reachOf, type Reach } from '../../../src/lib/reach.ts'

describe('how far an address reaches', () => {
  it.each<[Reach, ...string[]]>([
    [
      'public',
      '8.8.8.8',
      '1.1.1.1',
      '172.15.0.1',
      '172.32.0.1',
      '100.63.0.1',
      '192.0.1.1',
      '2a00:1450::1',
      '2001:4860::1',
    ],
    ['private', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '100.127.0.1', '198.18.0.1'],
    ['private', 'fc00::1', 'fd12:3456::1', '::ffff:10.0.0.1', '::ffff:a00:1'],
    ['loopback', '127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:0:0:1'],
    ['link-local', '169.254.169.254', 'fe80::1', 'febf::1', '::ffff:169.254.169.254'],
    ['unusable', '0.0.0.0', '0.1.2.3', '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255', '192.88.99.1'],
    ['unusable', '::', 'ff02::1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:a00:1::', '::127.0.0.1', '4000::1'],
    [
      'unusable',
      '',
      'localhost',
      '127.1',
      '2130706433',
      '0x7f.0.0.1',
      '0177.0.0.1',
      '1.2.3.4.',
      '256.1.1.1',
      '1::2::3',
    ],
    ['unusable', 'fe80::1%eth0', '12345::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', ':1:2:3:4:5:6:7', '1.2.3.4::'],
  ])('%s: %s …', (reach, ...ips) => {
    for (const ip of ips) expect(reachOf(ip), ip).toBe(reach)
  })
})

it('lets a stranger name public addresses only, an operator what he likes, and his names no way into the machine (A39)', () => {
  const reaches: readonly Reach[] = ['public', 'private', 'link-local', 'loopback', 'unusable']
  const allowed = (namedBy: Parameters<typeof mayDial>[1], isOpen: boolean): readonly Reach[] =>
    reaches.filter((reach) => mayDial(reach, namedBy, isOpen))
  expect(allowed('stranger', true)).toEqual(['public'])
  expect(allowed('operators-name', true)).toEqual(['public', 'private'])
  expect(allowed('operator', true)).toEqual(reaches)
  expect(allowed('stranger', false)).toEqual(['public', 'private', 'link-local', 'loopback'])
})
