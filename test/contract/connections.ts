/**
 * What every Connections adapter owes. Plain functions with assertions, so that a process with patched clocks can run
 * them too.
 */
import assert from 'node:assert/strict'
import { asNetAddress, type NetAddress, type PeerId } from '../../src/domain/ids.ts'
import type { Connections, Direction } from '../../src/ports/connections.ts'

/** One node, what its listener was told, and whom its gatekeeper refuses. */
export interface ConnectionsMember {
  readonly self: PeerId
  readonly connections: Connections
  readonly connects: readonly PeerId[]
  readonly disconnects: readonly PeerId[]
  readonly connected: ReadonlyMap<PeerId, { readonly address: NetAddress; readonly direction: Direction }>
  readonly bannedPeers: Set<PeerId>
}

export interface ConnectionsWorld {
  member(name: string): Promise<ConnectionsMember>
  until(condition: () => boolean, what: string): Promise<void>
}

export interface ConnectionsCase {
  readonly name: string
  run(world: ConnectionsWorld): Promise<void>
}

const addressOf = (member: ConnectionsMember): NetAddress => member.connections.addresses()[0] as NetAddress

async function two(world: ConnectionsWorld): Promise<[ConnectionsMember, ConnectionsMember]> {
  return [await world.member('a'), await world.member('b')]
}

export const CONNECTIONS_CASES: readonly ConnectionsCase[] = [
  {
    name: 'connects, and says to both who it is and which way',
    async run(world) {
      const [a, b] = await two(world)
      assert.deepEqual(await a.connections.dial(addressOf(b), 'operator'), { kind: 'connected', peer: b.self })
      await world.until(() => a.connected.has(b.self) && b.connected.has(a.self), 'both')
      assert.equal(a.connected.get(b.self)?.direction, 'outbound')
      assert.equal(b.connected.get(a.self)?.direction, 'inbound')
      assert((a.connections.rttMs(b.self) ?? -1) >= 0)
      assert.equal(a.connections.rttMs(a.self), null)
    },
  },
  {
    name: 'disconnects, and says so to both once',
    async run(world) {
      const [a, b] = await two(world)
      await a.connections.dial(addressOf(b), 'operator')
      await world.until(() => b.connected.has(a.self), 'both')
      await a.connections.disconnect(b.self)
      await world.until(() => a.disconnects.length === 1 && b.disconnects.length === 1, 'the end')
      await a.connections.disconnect(b.self)
      assert.deepEqual(a.disconnects, [b.self])
      assert.equal(a.connections.rttMs(b.self), null)
    },
  },
  {
    name: 'is one peer to the other when both dial at once',
    async run(world) {
      const [a, b] = await two(world)
      await Promise.all([a.connections.dial(addressOf(b), 'operator'), b.connections.dial(addressOf(a), 'operator')])
      await world.until(() => a.connected.has(b.self) && b.connected.has(a.self), 'both')
      await a.connections.disconnect(b.self)
      await world.until(() => a.disconnects.length === 1 && b.disconnects.length === 1, 'the end')
      assert.deepEqual([a.connects, b.connects], [[b.self], [a.self]])
    },
  },
  {
    name: 'refuses a banned peer in both directions until it is pardoned',
    async run(world) {
      const [a, b] = await two(world)
      a.bannedPeers.add(b.self)
      assert.equal((await b.connections.dial(addressOf(a), 'operator')).kind, 'failed')
      assert.equal((await a.connections.dial(addressOf(b), 'operator')).kind, 'failed')
      assert.deepEqual(a.connects, [])
      a.bannedPeers.delete(b.self)
      assert.equal((await b.connections.dial(addressOf(a), 'operator')).kind, 'connected')
    },
  },
  {
    name: 'fails to dial somebody else than the address names',
    async run(world) {
      const [a, b] = await two(world)
      const c = await world.member('c')
      const wrong = asNetAddress(addressOf(b).replace(b.self, c.self))
      assert.equal((await a.connections.dial(wrong, 'operator')).kind, 'failed')
      assert.deepEqual(a.connects, [])
    },
  },
]
