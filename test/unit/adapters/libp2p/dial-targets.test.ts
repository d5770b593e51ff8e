import { expect, test } from 'vitest'
import { DialPermits, dialTargets, type Resolver } from '../../../../src/adapters/libp2p/dial-targets.ts'
import { DIAL_TARGETS_MAX } from '../../../../src/adapters/libp2p/limits.ts'
import { asNetAddress } from '../../../../src/domain/ids.ts'

/** A resolver that says this, and what it was asked. */
function says(ips: readonly string[], texts: readonly string[] = []): { resolver: Resolver; asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    resolver: {
      addresses: (name, family) => (asked.push(`${name} ${family}`), Promise.resolve(ips)),
      texts: (name) => (asked.push(name), Promise.resolve(texts)),
    },
  }
}

async function targetsOf(
  address: string,
  namedBy: 'operator' | 'stranger',
  ips: readonly string[],
  { isOpen = true, texts = [] as readonly string[] } = {},
) {
  const found = await dialTargets(asNetAddress(address), namedBy, { isOpen, resolver: says(ips, texts).resolver })
  return found.kind === 'found' ? found.targets : `${found.failure.kind}: ${found.failure.detail}`
}

test('a name is resolved once, and every answer is judged (A39)', async () => {
  const ips = ['127.0.0.1', '9.9.9.9', '::ffff:127.0.0.1', '169.254.169.254', '10.0.0.7', '2002:7f00:1::']
  const { resolver, asked } = says(ips)
  const found = await dialTargets(asNetAddress('/dns4/seed.example/tcp/7/p2p/x'), 'operator', {
    isOpen: true,
    resolver,
  })
  expect(found).toEqual({ kind: 'found', targets: ['/ip4/9.9.9.9/tcp/7/p2p/x', '/ip4/10.0.0.7/tcp/7/p2p/x'] })
  expect(asked).toEqual(['seed.example 4'])
  expect(await targetsOf('/dns/seed.example/tcp/7', 'operator', ['127.0.0.1', '::1'])).toBe(
    'inside: /dns/seed.example/tcp/7 leads to 127.0.0.1, loopback; ::1, loopback',
  )
  const many = Array.from({ length: 50 }, (_, i) => `9.9.9.${i}`)
  expect(await targetsOf('/dns/seed.example/tcp/7', 'operator', many)).toHaveLength(DIAL_TARGETS_MAX)
})

test('what an operator writes himself he means, and development networks live on loopback', async () => {
  expect(await targetsOf('/ip4/127.0.0.1/tcp/7', 'operator', [])).toEqual(['/ip4/127.0.0.1/tcp/7'])
  expect(await targetsOf('/ip4/10.0.0.1/tcp/7/ipfs/x/', 'operator', [])).toEqual(['/ip4/10.0.0.1/tcp/7/p2p/x'])
  expect(await targetsOf('/dns4/localhost/tcp/7', 'operator', ['127.0.0.1'])).toEqual(['/ip4/127.0.0.1/tcp/7'])
  expect(await targetsOf('/dns4/node-0/tcp/7', 'operator', ['127.0.0.1'], { isOpen: false })).toEqual([
    '/ip4/127.0.0.1/tcp/7',
  ])
})

test('what stands in the texts of a name is judged as what the name leads to', async () => {
  const texts = [
    'other=1',
    'dnsaddr=/ip4/9.9.9.9/tcp/7/p2p/a',
    'dnsaddr=/ip4/127.0.0.1/tcp/7/p2p/b',
    'dnsaddr=/dns/c/tcp/7/p2p/c',
  ]
  expect(await targetsOf('/dnsaddr/seed.example', 'operator', [], { texts })).toEqual(['/ip4/9.9.9.9/tcp/7/p2p/a'])
  expect(await targetsOf('/dnsaddr/seed.example/p2p/b', 'operator', [], { texts })).toMatch(/^inside: \/ip4\/127/)
  expect(await targetsOf('/dnsaddr/seed.example/p2p/c', 'operator', ['::1', '8.8.8.8'], { texts })).toEqual([
    '/ip4/8.8.8.8/tcp/7/p2p/c',
  ])
  expect(await targetsOf('/dnsaddr/seed.example/p2p/d', 'operator', [], { texts })).toMatch(/^no-such-name: /)
  expect(await targetsOf('/dnsaddr/seed.example', 'stranger', [], { texts })).toMatch(/^inside: /)
})

test('a stranger names public IP addresses only', async () => {
  const { asked, resolver } = says(['9.9.9.9'])
  const rules = { isOpen: true, resolver }
  for (const address of ['/dns4/example.org/tcp/7', '/dns4/9.9.9.9/tcp/7', '/ip4/127.0.0.1/tcp/7', '/ip6/::1/tcp/7'])
    expect(await dialTargets(asNetAddress(address), 'stranger', rules), address).toMatchObject({ kind: 'refused' })
  expect(asked).toEqual([])
  expect(await targetsOf('/ip4/9.9.9.9/tcp/7', 'stranger', [])).toEqual(['/ip4/9.9.9.9/tcp/7'])
})

test('what cannot be read or resolved is refused with a reason', async () => {
  expect(await targetsOf('/unix/tmp/socket', 'operator', [])).toMatch(
    /^other: \/unix\/tmp\/socket is not what a node dials/,
  )
  const fails = () => Promise.reject(new Error('getaddrinfo ENOTFOUND nowhere'))
  const resolver = { addresses: fails, texts: fails }
  expect(await dialTargets(asNetAddress('/dns/nowhere/tcp/1'), 'operator', { isOpen: true, resolver })).toEqual({
    kind: 'refused',
    failure: { kind: 'no-such-name', detail: 'getaddrinfo ENOTFOUND nowhere' },
  })
})

test('only what is being dialled is permitted, in whatever spelling, until it is over', () => {
  const permits = new DialPermits()
  const target = asNetAddress('/ip6/::ffff:192.0.2.7/tcp/7/p2p/x')
  expect(permits.allows(target)).toBe(false)
  const [first, second] = [permits.open([target]), permits.open([target])]
  first()
  expect(permits.allows('/ip4/192.0.2.7/tcp/7')).toBe(true)
  expect(permits.allows('/ip4/192.0.2.7/tcp/8')).toBe(false)
  expect(permits.allows('/dns4/192.0.2.7/tcp/7')).toBe(false)
  second()
  expect(permits.allows('/ip4/192.0.2.7/tcp/7')).toBe(false)
})
