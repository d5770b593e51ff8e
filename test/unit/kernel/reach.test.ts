/** Peers that ask to be dialled back: where they are dialled, how often, and what they are told. */
import { describe, expect, it } from 'vitest'
import { createSigner } from '../../../src/adapters/crypto/signer.ts'
import { encodeHello } from '../../../src/domain/codec/hello-codec.ts'
import { REACH_REQUEST } from '../../../src/domain/codec/reach-codec.ts'
import type { DialFailureKind } from '../../../src/domain/dial.ts'
import { asMessageId, asNetAddress, type PeerId } from '../../../src/domain/ids.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { peerIdOfKey } from '../../../src/domain/record.ts'
import { DIAL_BACK_GAP_MS, DIAL_BACKS_MAX } from '../../../src/peers/limits.ts'
import { recordOf } from '../../toolkit/hostile/records.ts'
import { KernelWorld } from '../../toolkit/kernel/kernel-world.ts'
import { keysOf, TEST_NETWORK } from '../../toolkit/objects/transactions.ts'

const peerOf = (number: number): PeerId => peerIdOfKey(keysOf(number).publicKey)

class World extends KernelWorld {
  #number = 0

  constructor() {
    super()
    // Records are of now.
    this.wallMs = Date.now()
  }

  /** A peer connects from `ip`, greets, and says where it listens. */
  comes(number: number, ip: string, addresses: readonly string[] | null, greets = true): PeerId {
    const who = peerOf(number)
    this.post({ kind: 'peer-connected', peer: who, address: asNetAddress(`/ip4/${ip}/tcp/9`), direction: 'inbound' })
    const { announced } = this.kernel.machines.shared
    const hello = encodeHello({
      version: 1,
      networkId: networkIdOf(TEST_NETWORK),
      headHeight: 0n,
      headHash: announced.hash,
      settledHeight: 0n,
      mempoolCount: 0n,
      mempoolFingerprint: this.kernel.machines.transactions.pool.fingerprint(),
      name: 'asker',
    })
    if (greets)
      this.post({ kind: 'request-received', request: 1_000 + number, protocol: 'hello', from: who, bytes: hello })
    if (addresses !== null) {
      const bytes = recordOf(TEST_NETWORK, createSigner(keysOf(number).secret), addresses)
      const messageId = asMessageId((++this.#number).toString(16).padStart(64, '0'))
      this.post({ kind: 'gossip-received', topic: 'records', bytes, from: who, messageId, waitedMs: 0 })
    }
    return who
  }

  /** Where the peer is dialled, or what it is told at once. */
  asks(
    who: PeerId,
    bytes = REACH_REQUEST,
  ): { readonly request: number; readonly dialled?: string; readonly told?: unknown } {
    const before = this.effects.length
    const request = ++this.#number
    this.post({ kind: 'request-received', request, protocol: 'reach', from: who, bytes })
    for (const effect of this.effects.slice(before)) {
      if (effect.kind === 'dial-back') return { request, dialled: effect.address }
      if (effect.kind === 'reply')
        return { request, told: effect.frames === null ? null : [...(effect.frames[0] ?? [])] }
    }
    return { request }
  }

  /** What the peer is told when the dial is over. */
  ends(request: number, failure: DialFailureKind | null): unknown {
    const before = this.effects.length
    this.post({ kind: 'dialled-back', request, failure })
    return this.effects
      .slice(before)
      .flatMap((effect) => (effect.kind === 'reply' ? [...(effect.frames?.[0] ?? [])] : []))
  }
}

const [UNKNOWN, BUSY] = [[2], [3]]

describe('a peer that asks to be dialled back', () => {
  it('is dialled where it is seen, at the port of its record, and told what came of it', () => {
    const world = new World()
    const who = world.comes(1, '192.0.2.1', ['/ip4/10.0.0.1/tcp/7001', '/ip4/192.0.2.1/tcp/7002'])
    const { request, dialled } = world.asks(who)
    expect(dialled).toBe(`/ip4/192.0.2.1/tcp/7002/p2p/${who}`)
    expect(world.ends(request, null)).toEqual([0])
    // Once is enough: nobody waits any more.
    expect(world.ends(request, null)).toEqual([])
    const other = world.comes(2, '192.0.2.2', ['/ip4/10.0.0.1/tcp/7001'])
    const second = world.asks(other)
    expect(second.dialled).toBe(`/ip4/192.0.2.2/tcp/7001/p2p/${other}`)
    expect(world.ends(second.request, 'no-answer')).toEqual([1, 1])
    expect(world.asks(world.comes(3, '192.0.2.3', ['/ip4/192.0.2.3/tcp/1']), REACH_REQUEST).dialled).toBeDefined()
  })

  it('is told nothing of our own troubles', () => {
    const world = new World()
    const { request } = world.asks(world.comes(1, '192.0.2.1', ['/ip4/192.0.2.1/tcp/7']))
    expect(world.ends(request, 'no-files')).toEqual([1, 6])
  })

  it('is not dialled without a record, a port in it or a hello, and whatever it names', () => {
    const world = new World()
    expect(world.asks(world.comes(1, '192.0.2.1', null)).told).toEqual(UNKNOWN)
    expect(world.asks(world.comes(2, '192.0.2.2', [])).told).toEqual(UNKNOWN)
    expect(world.asks(world.comes(3, '192.0.2.3', ['/ip4/192.0.2.3/tcp/7'], false)).told).toEqual(UNKNOWN)
    expect(world.asks(world.comes(4, '192.0.2.4', ['/dns4/node.example/tcp/7'])).told).toEqual(UNKNOWN)
    const asker = world.comes(5, '192.0.2.5', ['/ip4/192.0.2.5/tcp/7'])
    expect(world.asks(asker, Uint8Array.of(0, 10, 0, 0, 1, 0, 22)).told).toBeNull()
    expect(world.facts.filter(({ kind }) => kind === 'offence-counted')).toHaveLength(1)
  })

  it('is dialled once in a while', () => {
    const world = new World()
    const who = world.comes(1, '192.0.2.1', ['/ip4/192.0.2.1/tcp/7'])
    world.ends(world.asks(who).request, null)
    world.monoMs += DIAL_BACK_GAP_MS - 1
    expect(world.asks(who).told).toEqual(BUSY)
    world.monoMs += 1
    expect(world.asks(who).dialled).toBeDefined()
  })

  it('is one of few at once', () => {
    const world = new World()
    const askers = Array.from({ length: DIAL_BACKS_MAX + 1 }, (_, index) =>
      world.comes(index, `192.0.${index}.1`, [`/ip4/192.0.${index}.1/tcp/7`]),
    )
    const asked = askers.map((who) => world.asks(who))
    expect(asked.map(({ dialled }) => dialled !== undefined)).toEqual([true, true, true, true, false])
    expect(asked.at(-1)?.told).toEqual(BUSY)
    world.ends(asked[0]?.request ?? 0, 'refused')
    expect(world.asks(askers.at(-1) as PeerId).dialled).toBeDefined()
  })
})
