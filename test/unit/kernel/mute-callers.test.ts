/** Whoever dials us says who it is, or goes. */
import { expect, it } from 'vitest'
import { encodeHello } from '../../../src/domain/codec/hello-codec.ts'
import { asBlockHash, asNetAddress, asPeerId, type PeerId } from '../../../src/domain/ids.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { HELLO_DUE_MS } from '../../../src/peers/limits.ts'
import { KernelWorld } from '../../toolkit/kernel/kernel-world.ts'
import { TEST_NETWORK } from '../../toolkit/objects/transactions.ts'

const NETWORK = networkIdOf(TEST_NETWORK)
const [mute, greeting] = [asPeerId('mute'), asPeerId('greeting')]
const HELLO = encodeHello({
  version: 1,
  networkId: NETWORK,
  headHeight: 0n,
  headHash: asBlockHash(NETWORK),
  settledHeight: 0n,
  mempoolCount: 0n,
  mempoolFingerprint: '0'.repeat(64),
  name: 'greeting',
})

function left(world: KernelWorld): readonly PeerId[] {
  return world.effects.flatMap((effect) => (effect.kind === 'disconnect' ? [effect.peer] : []))
}

it('leaves who dialled and has not said hello in time, once, and nobody else', () => {
  const world = new KernelWorld()
  for (const [at, peer] of [mute, greeting].entries())
    world.post({
      kind: 'peer-connected',
      peer,
      address: asNetAddress(`/ip4/6.6.6.${1 + at}/tcp/4000`),
      direction: 'inbound',
    })
  world.post({ kind: 'request-received', request: 1, protocol: 'hello', from: greeting, bytes: HELLO })
  world.advance(HELLO_DUE_MS - 1)
  expect(left(world)).toEqual([])
  world.advance(1)
  world.advance(1_000)
  expect(left(world)).toEqual([mute])
})

it('asks for the hello of a peer that it dialled while that dialled it, once; else both would wait for the other', () => {
  const world = new KernelWorld()
  const address = asNetAddress('/ip4/6.6.6.3/tcp/4000')
  const hellos = (): number =>
    world.effects.filter(({ kind, ...ask }) => kind === 'ask' && 'protocol' in ask && ask.protocol === 'hello').length
  world.post({ kind: 'peer-connected', peer: greeting, address, direction: 'inbound' })
  expect(hellos()).toBe(0)
  world.post({ kind: 'dial-finished', address, peer: greeting })
  world.post({ kind: 'dial-finished', address, peer: greeting })
  expect(hellos()).toBe(1)
  const asked = world.effects.find((effect) => effect.kind === 'ask')
  if (asked?.kind !== 'ask') throw new Error('nobody was asked')
  world.post({ kind: 'answer-received', request: asked.request, frames: [HELLO], elapsedMs: 1 })
  world.advance(HELLO_DUE_MS)
  world.advance(1_000)
  expect(left(world)).toEqual([])
  // Whoever has greeted is not asked again.
  world.post({ kind: 'dial-finished', address, peer: greeting })
  expect(hellos()).toBe(1)
})
