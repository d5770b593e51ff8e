import { expect, it } from 'vitest'
import { endpointOf, multiaddrOf, splitIdentity, splitWeb } from '../../../src/lib/endpoint.ts'

it.each([
  ['/ip4/192.0.2.7/tcp/1', { kind: 'ip', ip: '192.0.2.7', port: 1 }],
  ['/ip4/192.0.2.7/tcp/65535/p2p/12D3', { kind: 'ip', ip: '192.0.2.7', port: 65_535 }],
  ['/ip6/2001:DB8:0:0::7/tcp/9', { kind: 'ip', ip: '2001:db8::7', port: 9 }],
  ['/ip6/::ffff:192.0.2.7/tcp/9', { kind: 'ip', ip: '192.0.2.7', port: 9 }],
  ['/dns/example.org/tcp/9', { kind: 'name', name: 'example.org', family: 0, port: 9 }],
  ['/dns4/example.org/tcp/9', { kind: 'name', name: 'example.org', family: 4, port: 9 }],
  ['/dns6/node_1.local/tcp/9/p2p/x', { kind: 'name', name: 'node_1.local', family: 6, port: 9 }],
  ['/ip4/192.0.2.7/tcp/0', null],
  ['/ip4/192.0.2.7/tcp/65536', null],
  ['/ip4/192.0.2.7/tcp/01', null],
  ['/ip4/::1/tcp/1', null],
  ['/ip6/192.0.2.7/tcp/1', null],
  ['/ip4/192.0.2.7/udp/1', null],
  ['/ip4/192.0.2.7/tcp/1/ws', null],
  ['/ip4/192.0.2.7/tcp/1/p2p/x/p2p-circuit', null],
  ['/dnsaddr/example.org/tcp/1', null],
  ['/dns4/exa mple/tcp/1', null],
  ['x/ip4/192.0.2.7/tcp/1', null],
])('%s', (address, endpoint) => {
  expect(endpointOf(address)).toEqual(endpoint)
})

it('writes what it reads, and tells the place from who is expected there', () => {
  for (const address of ['/ip4/192.0.2.7/tcp/1', '/ip6/2001:db8::7/tcp/1', '/ip6/::1/tcp/1', '/ip6/1::/tcp/1']) {
    const endpoint = endpointOf(address)
    expect(endpoint?.kind === 'ip' && multiaddrOf(endpoint.ip, endpoint.port)).toBe(address)
  }
  expect(splitIdentity('/ip4/192.0.2.7/tcp/1/p2p/x')).toEqual({ place: '/ip4/192.0.2.7/tcp/1', identity: 'x' })
  expect(splitIdentity('/ip4/192.0.2.7/tcp/1')).toEqual({ place: '/ip4/192.0.2.7/tcp/1', identity: null })
})

it('tells WebSockets from TCP alone, whoever is expected there', () => {
  expect(splitWeb('/ip4/192.0.2.7/tcp/1/ws/p2p/x')).toEqual({ plain: '/ip4/192.0.2.7/tcp/1/p2p/x', isWeb: true })
  expect(splitWeb('/dns4/a.example/tcp/1/ws')).toEqual({ plain: '/dns4/a.example/tcp/1', isWeb: true })
  for (const address of ['/ip4/192.0.2.7/tcp/1/p2p/x', '/ip4/192.0.2.7/tcp/1/tls/ws', '/ip4/192.0.2.7/tcp/1/ws/ws'])
    expect(splitWeb(address)).toEqual({ plain: address, isWeb: false })
})
