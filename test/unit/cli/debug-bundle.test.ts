import { expect, it } from 'vitest'
import { withoutOthers } from '../../../src/cli/debug-bundle.ts'

const OWN = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'
const OTHER = '12D3KooWNivHpccLpsLvCtKS1WPZ7TQ8kLsHzengzKVmUpap2pZ6'

it('what may be given away has no address, name or identity of others, and keeps its own', () => {
  const own = [OWN, `/ip4/192.0.2.7/tcp/4601/p2p/${OWN}`]
  const text = withoutOthers(
    [
      `/ip4/192.0.2.7/tcp/4601/p2p/${OWN}`,
      `/ip4/203.0.113.9/tcp/4601/p2p/${OTHER}`,
      `/ip6/2001:db8::17/tcp/4601 /dns4/relay.example/tcp/1 [fe80::1]:4600`,
      `refused 203.0.113.9:55123 again, 198.51.100.3 too`,
      `token ${'ab'.repeat(32)}`,
      '2026-12-01T10:11:12.123Z hearsay/0.1.0 1:2 5.12.8',
    ].join('\n'),
    own,
  )
  expect(text.split('\n')).toEqual([
    `/ip4/192.0.2.7/tcp/4601/p2p/${OWN}`,
    // One subject keeps one name, so that lines about it can be read together.
    '/ip4/address-3/tcp/4601/p2p/peer-1',
    expect.stringMatching(/^\/ip6\/address-\d\/tcp\/4601 \/dns4\/name\/tcp\/1 \[address-\d\]:4600$/),
    'refused address-3:55123 again, address-4 too',
    'token id-2',
    '2026-12-01T10:11:12.123Z hearsay/0.1.0 1:2 5.12.8',
  ])
  expect(text).not.toMatch(/203\.0|198\.51|2001:db8|relay\.example|NivHpcc|abab/)
})
