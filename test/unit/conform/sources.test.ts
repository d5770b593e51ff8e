import { describe, expect, it } from 'vitest'
import { Sources, sourcesFor } from '../../../src/conform/sources.ts'
import { asNetAddress } from '../../../src/domain/ids.ts'
import { networkGroup } from '../../../src/lib/address-group.ts'

describe('the addresses of played nodes', () => {
  it('are each in a network of their own, other than that of the peer, where it is on this machine', () => {
    const sources = sourcesFor(asNetAddress('/ip4/127.0.0.1/tcp/4601'))
    expect(sources.length).toBeGreaterThan(250)
    const networks = new Set(sources.map(networkGroup))
    expect(networks.size).toBe(sources.length)
    expect(networks).not.toContain(networkGroup('127.0.0.1'))
  })

  it('are the choice of the machine where the peer is elsewhere', () => {
    for (const address of ['/ip4/192.0.2.7/tcp/4601', '/ip6/::1/tcp/4601', '/ip4/127.66.0.1/tcp/4601'])
      expect(sourcesFor(asNetAddress(address)), address).toEqual([])
  })

  it('are given in turn, and none where there are none', () => {
    const sources = new Sources(['a', 'b'])
    expect([sources.next(), sources.next(), sources.next()]).toEqual(['a', 'b', 'a'])
    expect(new Sources([]).next()).toBeUndefined()
  })
})
