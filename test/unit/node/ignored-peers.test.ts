import { describe, expect, it } from 'vitest'
import { asPeerId } from '../../../src/domain/ids.ts'
import { problemView } from '../../../src/domain/problems.ts'
import { IgnoredPeers } from '../../../src/node/ignored-peers.ts'
import { IGNORED_PEERS_MAX, IGNORED_SHOWN_MS, IGNORED_TIMES } from '../../../src/node/limits.ts'

const [p0, p1, p2] = ['p0', 'p1', 'p2'].map(asPeerId) as [PeerIdOf, PeerIdOf, PeerIdOf]
type PeerIdOf = ReturnType<typeof asPeerId>

function ignore(peers: IgnoredPeers, peer: PeerIdOf, code: string, times: number, atMs = 0): void {
  for (let n = 0; n < times; n++) peers.ignored(peer, code, atMs)
}

function words(peers: IgnoredPeers): { message: string; cause: string } | null {
  const ignored = peers.lately(0)
  return ignored === null ? null : problemView({ code: 'peer-ignored', ...ignored })
}

describe('peers of whom everything is ignored', () => {
  it('are told after ten times of one reason, and not of several', () => {
    const peers = new IgnoredPeers()
    ignore(peers, p0, 'too-early', IGNORED_TIMES - 1)
    ignore(peers, p0, 'expired', IGNORED_TIMES - 1)
    expect(peers.lately(0)).toBeNull()
    ignore(peers, p0, 'too-early', 1)
    expect(peers.lately(0)).toEqual({
      peer: p0,
      reason: 'too-early',
      times: IGNORED_TIMES,
      why: 'clock-ahead',
      peers: 1,
      of: 1,
    })
  })

  it('are not those of whom something is taken, who left, or who stopped', () => {
    const peers = new IgnoredPeers()
    for (const peer of [p0, p1, p2]) ignore(peers, peer, 'expired', IGNORED_TIMES)
    peers.took(p0, 1)
    peers.left(p1)
    expect(peers.lately(IGNORED_SHOWN_MS - 1)).toMatchObject({ peer: p2, peers: 1, of: 2 })
    expect(peers.lately(IGNORED_SHOWN_MS)).toBeNull()
  })

  it('are not those whose transactions found no room here', () => {
    const peers = new IgnoredPeers()
    for (const code of ['pool-full', 'overloaded', 'sender-full', 'known']) ignore(peers, p0, code, 1_000)
    expect(peers.lately(0)).toBeNull()
  })

  it('have the fault themselves, unless most have it: then it is here', () => {
    const peers = new IgnoredPeers()
    ignore(peers, p0, 'too-early', 12)
    peers.took(p1, 0)
    peers.took(p2, 0)
    expect(words(peers)).toMatchObject({
      message: 'everything that p0 sent of late is ignored: too-early, 12 times',
      cause: 'its clock is ahead',
    })
    ignore(peers, p1, 'too-early', 10)
    expect(words(peers)?.message).toBe(
      'everything that 2 of 3 peers sent of late is ignored: too-early, 12 times of p0 alone',
    )
    expect(words(peers)?.cause).toContain('the clock of this node is behind')
  })

  it('are bounded', () => {
    const peers = new IgnoredPeers()
    for (let n = 0; n < IGNORED_PEERS_MAX + 10; n++) peers.ignored(asPeerId(`peer-${n}`), 'expired', 0)
    expect(peers.size).toBe(IGNORED_PEERS_MAX)
  })
})
