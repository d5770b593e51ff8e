import type { Connection } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { GossipLinks } from '../../../../src/adapters/libp2p/gossip-links.ts'
import {
  DEAF_ENDS,
  MUTE_GRACE_MS,
  MUTE_GRACE_MS_MAX,
  MUTE_LOOK_MS,
  MUTE_MEMORY_MS,
  STREAMS_OF_CONNECTION_MAX,
} from '../../../../src/adapters/libp2p/limits.ts'
import { asPeerId } from '../../../../src/domain/ids.ts'

const PEER = asPeerId('peer')

interface FakeStream extends Record<string, unknown> {
  status: string
  remoteWriteStatus: string
}

function stream(direction: 'inbound' | 'outbound'): FakeStream {
  const open = { status: 'open', readStatus: 'readable', writeStatus: 'writable' }
  const remote = { remoteReadStatus: 'readable', remoteWriteStatus: 'writable' }
  const made: FakeStream = { protocol: '/meshsub/1.2.0', direction, ...open, ...remote }
  made['abort'] = () => (made.status = 'aborted')
  return made
}

/** One peer whose connection carries what `streams` says at each look, until it is cut. */
function stage() {
  let nowMs = 0
  let spoken = 0
  const cuts: number[] = []
  const deaf: number[] = []
  let connection = { status: 'open', streams: [] as FakeStream[] }
  const links = new GossipLinks({
    sentLarge: (each) => (each as unknown as FakeStream)['sentLarge'] === true,
    speak: () => {
      spoken++
      opens?.()
    },
    onMute: () => cuts.push(nowMs),
    onDeaf: () => deaf.push(nowMs),
  })
  let opens: (() => void) | null = null
  return {
    cuts,
    deaf,
    spoken: () => spoken,
    isDeaf: () => links.isDeaf(PEER, nowMs),
    carries: (...now: FakeStream[]) => (connection.streams = now),
    /** What becomes of the connection when a stream is opened on it. */
    onSpeak: (then: () => void) => (opens = then),
    /** Another connection takes the place of the one that was. */
    reconnects: () => (connection = { status: 'open', streams: [] }),
    /** Nothing of this process runs meanwhile. */
    standsStill: (forMs: number) => void (nowMs += forMs),
    look(forMs: number): void {
      const endMs = nowMs + forMs
      for (; nowMs < endMs; nowMs += MUTE_LOOK_MS) links.check([[PEER, [connection as unknown as Connection]]], nowMs)
    },
  }
}

/** A peer that ends each stream of ours, at the latest when a look has seen it. */
function stageThatEnds(end: (stream: FakeStream) => void) {
  const at = stage()
  let ours = stream('outbound')
  const open = (): void => {
    ours = stream('outbound')
    at.carries(stream('inbound'), ours)
  }
  at.onSpeak(open)
  open()
  return {
    ...at,
    /** The first look finds it so. */
    endAtOnce(how: Partial<FakeStream>): void {
      Object.assign(ours, how)
      at.look(MUTE_LOOK_MS)
    },
    /** It stands for a second before it is ended; then comes the look that sees it. */
    endOne(): void {
      at.look(2 * MUTE_LOOK_MS)
      end(ours)
      at.look(MUTE_LOOK_MS)
    },
  }
}

/** The ways in which a peer ends a stream of ours that was whole. */
const ENDS: readonly (readonly [string, (ours: FakeStream) => void])[] = [
  ['resets it', (ours) => (ours.status = 'reset')],
  ['closes its own half of it', (ours) => (ours.remoteWriteStatus = 'closed')],
]

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

  it('has its whole grace although this process stood still meanwhile', () => {
    const at = stage()
    at.look(2 * MUTE_LOOK_MS)
    at.standsStill(MUTE_GRACE_MS)
    at.look(MUTE_GRACE_MS - 2 * MUTE_LOOK_MS)
    expect(at.cuts).toEqual([])
    at.look(2 * MUTE_LOOK_MS)
    expect(at.cuts).toEqual([2 * MUTE_GRACE_MS])
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

  it('that we gave up ourselves ends the connection at once', () => {
    const at = stage()
    const ours = stream('outbound')
    at.carries(stream('inbound'), ours)
    at.look(MUTE_LOOK_MS)
    ours.status = 'aborted'
    at.carries(stream('inbound'))
    at.look(MUTE_LOOK_MS)
    expect([at.cuts, at.isDeaf()]).toEqual([[MUTE_LOOK_MS], false])
  })

  it('that went with its connection is nobody’s fault', () => {
    const at = stage()
    for (let round = 0; round < 2 * DEAF_ENDS; round++) {
      at.carries(stream('inbound'), stream('outbound'))
      at.look(2 * MUTE_LOOK_MS)
      at.reconnects()
    }
    at.carries(stream('inbound'), stream('outbound'))
    at.look(MUTE_LOOK_MS)
    expect([at.isDeaf(), at.cuts]).toEqual([false, []])
  })

  it.each(ENDS)('is opened again where the peer %s, and the peer is deaf at the third time', (_, end) => {
    const at = stageThatEnds(end)
    at.endOne()
    expect([at.spoken(), at.isDeaf()]).toEqual([1, false])
    at.endOne()
    expect([at.spoken(), at.isDeaf()]).toEqual([2, false])
    at.endOne()
    expect([at.spoken(), at.isDeaf(), at.deaf.length]).toEqual([3, true, 1])
  })

  it.each(ENDS)('with a deaf peer that %s is left alone at last, and tried again when that is forgotten', (_, end) => {
    const at = stageThatEnds(end)
    for (let count = 0; count < STREAMS_OF_CONNECTION_MAX; count++) at.endOne()
    at.look(10 * MUTE_GRACE_MS)
    expect([at.spoken(), at.isDeaf(), at.cuts]).toEqual([STREAMS_OF_CONNECTION_MAX - 1, true, []])
    at.look(MUTE_MEMORY_MS)
    expect([at.spoken(), at.isDeaf(), at.cuts]).toEqual([STREAMS_OF_CONNECTION_MAX, false, []])
  })

  it('stays where the peer closes the half that it does not use from the start', () => {
    const at = stage()
    const ours = stream('outbound')
    at.carries(stream('inbound'), ours)
    // The first look may come before the other side has got to it.
    at.look(MUTE_LOOK_MS)
    ours.remoteWriteStatus = 'closed'
    at.look(10 * MUTE_LOOK_MS)
    expect([at.spoken(), at.isDeaf(), ours.status]).toEqual([0, false, 'open'])
  })

  it('has ended where the peer closes its half after something large, however early', () => {
    const at = stageThatEnds((ours) => (ours.remoteWriteStatus = 'closed'))
    for (let count = 1; count <= DEAF_ENDS; count++) {
      at.endAtOnce({ sentLarge: true, remoteWriteStatus: 'closed' })
      expect([at.spoken(), at.isDeaf()]).toEqual([count, count === DEAF_ENDS])
    }
  })

  it('is waited for longer after each cut of the same peer, up to a bound', () => {
    const at = stage()
    at.look(10 * MUTE_GRACE_MS_MAX)
    const waits = at.cuts.slice(1).map((cut, index) => cut - (at.cuts[index] ?? 0) - MUTE_LOOK_MS)
    expect(waits.slice(0, 4)).toEqual([2, 4, 8, 16].map((times) => times * MUTE_GRACE_MS))
    expect(Math.max(...waits)).toBe(MUTE_GRACE_MS_MAX)
  })
})
