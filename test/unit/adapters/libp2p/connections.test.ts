import type { Connection, Libp2p } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { DialPermits } from '../../../../src/adapters/libp2p/dial-targets.ts'
import { DialTurns } from '../../../../src/adapters/libp2p/dial-turns.ts'
import { createConnections } from '../../../../src/adapters/libp2p/connections.ts'
import { asPeerId } from '../../../../src/domain/ids.ts'

/** A libp2p node of which only the events are there, and its connections, whose ends the test decides. */
class Host extends EventTarget {
  readonly peerId = { toString: () => 'self' }
  readonly peerStore = { delete: () => Promise.resolve() }

  connect(peer: string): { readonly closing: () => boolean; readonly closed: () => void } {
    let finish: (() => void) | null = null
    const connection = {
      remotePeer: { toString: () => peer },
      remoteAddr: multiaddr('/ip4/127.0.0.1/tcp/1'),
      direction: 'inbound',
      status: 'open',
      close: () => new Promise<void>((resolve) => (finish = resolve)),
    } as unknown as Connection
    this.dispatchEvent(new CustomEvent('connection:open', { detail: connection }))
    return {
      closing: () => finish !== null,
      closed: () => {
        this.dispatchEvent(new CustomEvent('connection:close', { detail: connection }))
        finish?.()
      },
    }
  }
}

test('a peer that comes back while it is being disconnected is sent away again, and gone only then', () => {
  const told: string[] = []
  const host = new Host()
  const connections = createConnections({
    node: host as unknown as Libp2p,
    listener: {
      onConnect: () => told.push('connect'),
      onDisconnect: () => told.push('disconnect'),
      onOverwork: () => undefined,
      onIdentify: () => undefined,
    },
    ping: () => Promise.resolve(1),
    onGone: () => told.push('gone'),
    onLeaving: () => told.push('leaving'),
    isDeaf: () => false,
    targets: (address) => Promise.resolve({ kind: 'found', targets: [address] }),
    permits: new DialPermits(),
    turns: new DialTurns(),
    onOpening: () => undefined,
    work: { enter: () => null, resume: () => undefined, current: () => null, spentElsewhere: () => undefined },
  })
  const first = host.connect('friend')
  void connections.disconnect(asPeerId('friend'))
  const second = host.connect('friend')
  expect(second.closing()).toBe(true)
  first.closed()
  expect(told).toEqual(['connect', 'leaving'])
  second.closed()
  expect(told).toEqual(['connect', 'leaving', 'gone', 'disconnect'])
  const third = host.connect('friend')
  expect(third.closing()).toBe(false)
  expect(told.at(-1)).toBe('connect')
})
