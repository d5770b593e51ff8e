import { describe, expect, it } from 'vitest'
import { announceFault, dialAddressFault, listenAddressFault } from '../../../src/domain/dial-address.ts'

const PEER = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'

describe('an address to dial', () => {
  it.each([
    '/ip4/192.0.2.7/tcp/4601',
    `/ip4/192.0.2.7/tcp/4601/p2p/${PEER}`,
    `/ip6/2001:db8::7/tcp/4601/p2p/${PEER}`,
    '/ip6/::1/tcp/1',
    '/dns4/node.example/tcp/4601',
    '/dns/localhost/tcp/65535',
    `/dns6/a.b.example/tcp/4601/p2p/${PEER}/`,
    '/dnsaddr/bootstrap.example',
    `/dnsaddr/bootstrap.example/p2p/${PEER}`,
    '/ip4/192.0.2.7/tcp/4601/ws',
    `/dns4/node.example/tcp/4601/ws/p2p/${PEER}`,
  ])('%s can work', (address) => {
    expect(dialAddressFault(address)).toBe(null)
  })

  it.each([
    ['localhost:4601', '/dns4/localhost/tcp/4601'],
    ['192.0.2.7:4601', '/ip4/192.0.2.7/tcp/4601'],
    ['[2001:db8::7]:4601', '/ip6/2001:db8::7/tcp/4601'],
    ['node.example', 'is written like'],
    ['', 'is written like'],
    ['/ip4/192.0.2.7', 'nodes listen on 4601'],
    ['/ip4/192.0.2.300/tcp/4601', 'is written like'],
    ['/ip6/nonsense/tcp/4601', 'is written like'],
    ['/ip4/192.0.2.7/tcp/0', "peer's own port"],
    ['/ip4/192.0.2.7/tcp/70000', '1 to 65535'],
    ['/ip4/0.0.0.0/tcp/4601', "peer's own address"],
    ['/ip6/::/tcp/4601', "peer's own address"],
    ['/ip4/192.0.2.7/udp/4601/quic-v1', 'is written like'],
    ['/ip4/192.0.2.7/tcp/4601/tls/ws', 'end it after the port'],
    ['/ip4/192.0.2.7/tcp/4601/ws/ws', 'is written like'],
    ['/ip4/192.0.2.7/tcp/4601/p2p/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG', '12D3Koo'],
    ['/ip4/192.0.2.7/tcp/4601/p2p', 'is written like'],
    [`/ip4/192.0.2.7/tcp/4601/p2p/${PEER}/p2p-circuit`, 'is written like'],
    ['/unix/tmp/socket', 'is written like'],
    ['/dns4/no name/tcp/4601', 'is written like'],
  ])('%s never can, and the hint says what was meant', (address, hint) => {
    const fault = dialAddressFault(address)
    expect(fault?.message).toContain('can never be used')
    expect(fault?.hint).toContain(hint)
    // A hint that shows the same address in its right form shows one that works.
    const shown = /^write it as (\S+)$/.exec(fault?.hint ?? '')?.[1]
    if (shown !== undefined) expect(dialAddressFault(shown)).toBe(null)
  })
})

describe('an address to listen on', () => {
  it.each(['/ip4/0.0.0.0/tcp/4601', '/ip4/127.0.0.1/tcp/0', '/ip6/::/tcp/4601', '/ip4/0.0.0.0/tcp/1/ws'])(
    '%s can work',
    (address) => {
      expect(listenAddressFault(address)).toBe(null)
    },
  )
  it.each([
    '0.0.0.0:4601',
    '/dns4/node.example/tcp/4601',
    '/ip4/0.0.0.0/udp/4601/quic-v1',
    '/ip4/0.0.0.0/tcp/4601/wss',
    '/ip4/0.0.0.0/tcp/4601/ws/p2p',
    '/ip4/0.0.0.0/tcp',
  ])('%s never can', (address) => {
    expect(listenAddressFault(address)).not.toBe(null)
  })
})

describe('an address to announce', () => {
  it('is one that others dial when a stranger tells them', () => {
    expect(announceFault('/ip4/8.8.8.8/tcp/4601', true)).toBe(null)
    expect(announceFault('/ip6/2606:4700::1/tcp/4601', true)).toBe(null)
    expect(announceFault('/ip4/10.0.0.7/tcp/4601', false)).toBe(null)
  })
  it.each([
    ['/ip4/10.0.0.7/tcp/4601', true, 'it is private'],
    ['/ip4/127.0.0.1/tcp/4601', true, 'it is loopback'],
    ['/ip4/0.0.0.0/tcp/4601', false, 'where a node listens'],
    ['/dns4/node.example/tcp/4601', false, 'others dial no name'],
    ['/ip4/10.0.0.7/tcp/4601/ws', false, 'over TCP'],
    ['10.0.0.7', false, 'no multiaddr'],
  ])('%s (open: %s) is not', (address, isOpen, why) => {
    expect(announceFault(address, isOpen)?.message).toContain(why)
  })
})
