/** What a peer can bring about by going away: nothing that it could not have by staying. */
import { expect, it } from 'vitest'
import { encodeHello } from '../../../src/domain/codec/hello-codec.ts'
import { decodeProbeAnswer, encodeProbeRequest } from '../../../src/domain/codec/probe-codec.ts'
import { encodeRecord, encodeRecordBody, encodeRecordMessage } from '../../../src/domain/codec/record-codec.ts'
import {
  asBlockHash,
  asMessageId,
  asNetAddress,
  asPeerId,
  type NetAddress,
  type PeerId,
} from '../../../src/domain/ids.ts'
import { peerIdOfKey } from '../../../src/domain/record.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import type { Effect } from '../../../src/kernel/shared/effect.ts'
import { concatBytes } from '../../../src/lib/bytes.ts'
import { sign } from '../../../src/wallet/keys.ts'
import { KernelWorld } from '../../toolkit/kernel/kernel-world.ts'
import { keysOf, T0, TEST_NETWORK } from '../../toolkit/objects/transactions.ts'

const NETWORK = networkIdOf(TEST_NETWORK)
const HEAD = { height: 0, hash: asBlockHash(NETWORK) }
const HELLO = encodeHello({
  version: 1,
  networkId: NETWORK,
  headHeight: 0n,
  headHash: HEAD.hash,
  settledHeight: 0n,
  mempoolCount: 0n,
  mempoolFingerprint: '0'.repeat(64),
  name: 'a',
})

class World extends KernelWorld {
  #request = 1_000_000

  peerOf(index: number): PeerId {
    return peerIdOfKey(keysOf(index).publicKey)
  }

  addressOf(index: number) {
    return asNetAddress(`/ip4/6.6.6.6/tcp/${4_000 + index}`)
  }

  /** The effects that this brings about. */
  during(work: () => void): readonly Effect[] {
    const before = this.effects.length
    work()
    return this.effects.slice(before)
  }

  /** Connects, greets, and tells in a record where it listens. */
  join(index: number, seq = 1): void {
    const peer = this.peerOf(index)
    this.post({ kind: 'peer-connected', peer, address: this.addressOf(index), direction: 'inbound' })
    this.ask(peer, 'hello', HELLO)
    this.tell(index, index, seq)
  }

  /** One of them tells where another one listens. */
  tell(from: number, index: number, seq = 1): void {
    const { secret, publicKey } = keysOf(index)
    const body = encodeRecordBody({
      key: publicKey,
      incarnation: T0 - 5,
      seq,
      startedAtMs: T0 - 5,
      publishedAtMs: this.wallMs - 1,
      name: 'a',
      agentVersion: 'a',
      head: HEAD,
      settledHeight: 0,
      mempoolCount: 0,
      addresses: [this.addressOf(index)],
      tags: [],
      neighbours: [],
      isLeaving: false,
    })
    const signature = sign(secret, concatBytes(signingPrefix('hearsay/record/1', NETWORK), body))
    const bytes = encodeRecordMessage('record', encodeRecord(body, signature))
    const messageId = asMessageId(`${index}-${seq}`.padStart(64, '0'))
    this.post({ kind: 'gossip-received', topic: 'records', bytes, from: this.peerOf(from), messageId, waitedMs: 0 })
  }

  /** The dials of the next so many ms. */
  dials(ms: number): Extract<Effect, { kind: 'dial' }>[] {
    const found: Extract<Effect, { kind: 'dial' }>[] = []
    for (let passed = 0; passed < ms; passed += 250)
      found.push(...this.during(() => this.advance(250)).filter((effect) => effect.kind === 'dial'))
    return found
  }

  /** A dial came about: it reached whom its address names. */
  reach({ address }: { readonly address: NetAddress }): PeerId {
    const peer = asPeerId(address.split('/p2p/')[1] ?? '')
    this.post({ kind: 'peer-connected', peer, address, direction: 'outbound' })
    this.post({ kind: 'dial-finished', address, peer })
    return peer
  }

  ask(from: PeerId, protocol: 'hello' | 'probe', bytes: Uint8Array): number {
    this.post({ kind: 'request-received', request: ++this.#request, protocol, from, bytes })
    return this.#request
  }

  leave(index: number): void {
    this.post({ kind: 'peer-disconnected', peer: this.peerOf(index) })
  }
}

const ping = (nonce: bigint): Uint8Array =>
  encodeProbeRequest({
    kind: 'ping',
    nonce,
    isSuspected: false,
    status: { incarnation: 1, seq: 1, head: HEAD },
  })

it('answers pings however many have asked it for help and gone', () => {
  const world = new World()
  world.join(1)
  for (let index = 2; index < 70; index++) {
    world.join(index)
    for (let nonce = 0; nonce < 4; nonce++) {
      const targetKey = keysOf(1).publicKey
      const help = encodeProbeRequest({ kind: 'help', nonce: BigInt(4 * index + nonce), targetKey, patienceMs: 2_000 })
      world.ask(world.peerOf(index), 'probe', help)
    }
    world.leave(index)
    world.advance(200)
  }
  expect(world.kernel.machines.members.helps.size).toBe(0)
  world.join(500)
  const [reply] = world
    .during(() => world.ask(world.peerOf(500), 'probe', ping(2n ** 64n - 1n)))
    .filter((effect) => effect.kind === 'reply')
  const answer = reply?.kind === 'reply' ? reply.frames?.[0] : undefined
  expect(answer && decodeProbeAnswer(answer)).toMatchObject({ kind: 'ack', nonce: 2n ** 64n - 1n })
})

it('keeps no connection to somebody because he hung up: it looks whether he lives, and hangs up too', () => {
  const world = new World({ discovers: true })
  for (let index = 1; index <= 20; index++) {
    world.join(index)
    const dialled = world.during(() => world.leave(index)).flatMap((effect) => (effect.kind === 'dial' ? [effect] : []))
    for (const { address } of dialled) {
      const peer = world.peerOf(index)
      world.post({ kind: 'peer-connected', peer, address, direction: 'outbound' })
      const after = world.during(() => world.post({ kind: 'dial-finished', address, peer }))
      expect(after).toContainEqual(expect.objectContaining({ kind: 'disconnect', peer }))
      world.post({ kind: 'peer-disconnected', peer })
    }
    expect(dialled.length, `peer ${index}`).toBeLessThanOrEqual(1)
    expect(world.kernel.machines.members.membership.stateOf(world.peerOf(index))).toBe('alive')
    world.advance(250)
  }
  expect(world.effects.some(({ kind }) => kind === 'dial')).toBe(true)
  expect([...world.kernel.machines.peers.table.all()].filter(({ direction }) => direction === 'outbound')).toEqual([])
})

it('keeps the connection of somebody who came back while it looked for him', () => {
  const world = new World({ discovers: true })
  world.join(1)
  const [dial] = world.during(() => world.leave(1)).filter((effect) => effect.kind === 'dial')
  if (dial?.kind !== 'dial') throw new Error('nobody was dialled')
  world.join(1, 2)
  const peer = world.peerOf(1)
  const after = world.during(() => world.post({ kind: 'dial-finished', address: dial.address, peer }))
  expect(after.filter(({ kind }) => kind === 'disconnect')).toEqual([])
  expect(world.kernel.machines.members.membership.stateOf(peer)).toBe('alive')
})

it('suspects nobody whom it has evicted itself', () => {
  const world = new World({ connectionsMax: 20, discovers: true })
  for (let index = 1; index <= 40; index++) world.join(index)
  const evicted = world.facts.flatMap((fact) => (fact.kind === 'peer-evicted' ? [fact.peer] : []))
  expect(evicted.length).toBeGreaterThan(10)
  const after = world.during(() => {
    for (const peer of evicted) world.post({ kind: 'peer-disconnected', peer })
  })
  expect(after.filter(({ kind }) => kind === 'dial')).toEqual([])
  const suspected = world.facts.filter((fact) => fact.kind === 'member-changed' && fact.to === 'suspect')
  expect(suspected).toEqual([])
})

it('gives the silent listeners of one machine one place, and that not for ever', () => {
  const world = new World({ discovers: true })
  world.join(1)
  for (let index = 2; index < 8; index++) world.tell(1, index)
  const [first, ...more] = world.dials(1_000)
  expect(first).toBeDefined()
  expect(more).toEqual([])
  if (first === undefined) return
  const silent = world.reach(first)
  const hellos = (): number[] =>
    world.effects.flatMap((each) => (each.kind === 'ask' && each.peer === silent ? [each.request] : []))
  const leaves = (): boolean => world.effects.some((each) => each.kind === 'disconnect' && each.peer === silent)
  for (let tries = 1; !leaves(); tries++) {
    expect(tries).toBeLessThan(6)
    expect(hellos()).toHaveLength(tries)
    // As long as an answer may take.
    expect(world.dials(5_000)).toEqual([])
    world.post({ kind: 'request-failed', request: hellos().at(-1) ?? 0, reason: 'deadline' })
  }
  world.post({ kind: 'peer-disconnected', peer: silent })
  const [next] = world.dials(1_000)
  expect(next?.address.endsWith(silent)).toBe(false)
})

it('keeps one place for one machine when a look for a lost one and a dial cross', () => {
  const world = new World({ discovers: true })
  world.join(1)
  for (let index = 2; index < 5; index++) world.tell(1, index)
  const [first] = world.dials(1_000)
  if (first === undefined) throw new Error('nobody was dialled')
  const lost = world.reach(first)
  world.post({ kind: 'answer-received', request: lastHello(world, lost), frames: [HELLO], elapsedMs: 1 })
  const looks = world.during(() => world.post({ kind: 'peer-disconnected', peer: lost }))
  const look = looks.find((effect) => effect.kind === 'dial')
  if (look?.kind !== 'dial') throw new Error('nobody was looked for')
  const others = world.dials(1_000)
  const dialled = [look, ...others].map((dial) => world.reach(dial))
  const left = new Set(world.effects.flatMap((each) => (each.kind === 'disconnect' ? [each.peer] : [])))
  expect(dialled.filter((peer) => !left.has(peer))).toHaveLength(1)
})

function lastHello(world: World, peer: PeerId): number {
  return world.effects.flatMap((each) => (each.kind === 'ask' && each.peer === peer ? [each.request] : [])).at(-1) ?? 0
}
