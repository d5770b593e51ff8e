import type { MultiaddrConnection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { DialPermits } from '../../../../src/adapters/libp2p/dial-targets.ts'
import { createGater } from '../../../../src/adapters/libp2p/gater.ts'
import { SOCKETS_PER_ADDRESS_MAX } from '../../../../src/adapters/libp2p/limits.ts'
import { asNetAddress } from '../../../../src/domain/ids.ts'

const everybody = { admitsAddress: () => true, admitsPeer: () => true }

const SOMEBODY = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'

/** What the gater sees of a socket: where it comes from, and its end. */
class Socket extends EventTarget {
  readonly remoteAddr: ReturnType<typeof multiaddr>

  constructor(ip: string) {
    super()
    this.remoteAddr = multiaddr(`/ip${ip.includes(':') ? 6 : 4}/${ip}/tcp/1`)
  }

  end(): void {
    this.dispatchEvent(new Event('close'))
  }
}

test('an address has a few sockets, an IPv6 /64 as many, and a place is free again when one closes (A26, L9)', async () => {
  const gater = createGater(everybody, 'node', new DialPermits())
  const denies = (socket: Socket): unknown => gater.denyInboundConnection?.(socket as unknown as MultiaddrConnection)
  for (const ips of [['10.0.0.1'], ['2001:db8::1', '2001:db8::2']]) {
    const sockets = Array.from({ length: SOCKETS_PER_ADDRESS_MAX }, (_, i) => new Socket(ips[i % ips.length] ?? ''))
    for (const socket of sockets) expect(await denies(socket)).toBe(false)
    expect(await denies(new Socket(ips[0] ?? ''))).toBe(true)
    expect(await denies(new Socket('10.9.9.9'))).toBe(false)
    sockets[0]?.end()
    expect(await denies(new Socket(ips[0] ?? ''))).toBe(false)
    expect(await denies(new Socket(ips[0] ?? ''))).toBe(true)
  }
})

test('the address that all nodes of a local testnet share is not counted there', async () => {
  const local = (): MultiaddrConnection => new Socket('127.0.0.1') as unknown as MultiaddrConnection
  const dev = createGater(everybody, 'dev', new DialPermits())
  for (let i = 0; i <= SOCKETS_PER_ADDRESS_MAX; i++) expect(await dev.denyInboundConnection?.(local())).toBe(false)
})

test('lets libp2p dial what the node is dialling and nothing else, wherever it has the address from (A29, A39)', async () => {
  const permits = new DialPermits()
  const gater = createGater(everybody, 'node', permits)
  const denies = (address: string): unknown => gater.denyDialMultiaddr?.(multiaddr(address))
  const close = permits.open([asNetAddress('/ip4/192.0.2.7/tcp/4001')])
  expect(await denies(`/ip4/192.0.2.7/tcp/4001/p2p/${SOMEBODY}`)).toBe(false)
  for (const other of ['/ip4/192.0.2.7/tcp/4002', '/ip4/127.0.0.1/tcp/4001', '/dns4/example.org/tcp/4001'])
    expect(await denies(other), other).toBe(true)
  close()
  expect(await denies('/ip4/192.0.2.7/tcp/4001')).toBe(true)
})
