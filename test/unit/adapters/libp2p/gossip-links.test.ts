import type { Connection, Stream } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { GossipLinks } from '../../../../src/adapters/libp2p/gossip-links.ts'
import { MUTE_GRACE_MS, MUTE_GRACE_MS_MAX, MUTE_LOOK_MS } from '../../../../src/adapters/libp2p/limits.ts'
import { asPeerId } from '../../../../src/domain/ids.ts'

const PEER = asPeerId('peer')

function stream(direction: 'inbound' | 'outbound'): Stream {
  const open = { status: 'open', readStatus: 'readable', writeStatus: 'writable' }
  const remote = { remoteReadStatus: 'readable', remoteWriteStatus: 'writable' }
  return { protocol: '/meshsub/1.2.0', direction, ...open, ...remote } as unknown as Stream
}

/** One peer whose connection carries what `streams` says at each look, until it is cut. */
function stage() {
  let nowMs = 0
  let spoken = 0
  const cuts: number[] = []
  let streams: Stream[] = []
  const links = new GossipLinks({ speak: () => spoken++, onMute: () => cuts.push(nowMs) })
  return {
    cuts,
    spoken: () => spoken,
    carries: (...now: Stream[]) => (streams = now),
    look(forMs: number): void {
      const endMs = nowMs + forMs
      for (; nowMs < endMs; nowMs += MUTE_LOOK_MS)
        links.check([[PEER, [{ status: 'open', streams } as Connection]]], nowMs)
    },
  }
}

describe('gossip on a connection', () => {
  it('is tried again from the second look on, and the connection cut after the grace', () => {
    const at = stage()
    at.look(MUTE_LOOK_MS)
    expect(at.spoken()).toBe(0)
    at.look(MUTE_LOOK_MS)
    expect(at.spoken()).toBe(1)
    at.look(MUTE_GRACE_MS)
    expect(at.cuts).toEqual([MUTE_GRACE_MS])
  })

  it('is left alone while it goes both ways', () => {
    const at = stage()
    at.carries(stream('inbound'), stream('outbound'))
    at.look(10 * MUTE_GRACE_MS)
    expect([at.spoken(), at.cuts]).toEqual([0, []])
  })

  it('that goes one way does not open a second stream that way', () => {
    const at = stage()
    at.carries(stream('outbound'))
    at.look(MUTE_GRACE_MS)
    expect(at.spoken()).toBe(0)
  })

  it('that we had and lost ends the connection at once', () => {
    const at = stage()
    at.carries(stream('inbound'), stream('outbound'))
    at.look(MUTE_LOOK_MS)
    at.carries(stream('inbound'))
    at.look(MUTE_LOOK_MS)
    expect(at.cuts).toEqual([MUTE_LOOK_MS])
  })

  it('is waited for longer after each cut of the same peer, up to a bound', () => {
    const at = stage()
    at.look(10 * MUTE_GRACE_MS_MAX)
    const waits = at.cuts.slice(1).map((cut, index) => cut - (at.cuts[index] ?? 0) - MUTE_LOOK_MS)
    expect(waits.slice(0, 4)).toEqual([2, 4, 8, 16].map((times) => times * MUTE_GRACE_MS))
    expect(Math.max(...waits)).toBe(MUTE_GRACE_MS_MAX)
  })
})
