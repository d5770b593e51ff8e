/** Whoever holds out a transaction and then sends something else must not keep it from us (attacks A12 and A23). */
import { expect, it } from 'vitest'
import { encodeHello } from '../../../src/domain/codec/hello-codec.ts'
import {
  decodeObjectsRequest,
  encodeObjectsAnswer,
  type ObjectsRequest,
} from '../../../src/domain/codec/objects-codec.ts'
import { encodeReconcileRequest } from '../../../src/domain/codec/reconcile-codec.ts'
import { decodeTransaction } from '../../../src/domain/codec/transaction-codec.ts'
import { asBlockHash, type PeerId } from '../../../src/domain/ids.ts'
import type { ItemKey } from '../../../src/domain/item-key.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { keyOf } from '../../../src/kernel/transactions/pool-set.ts'
import { REASK_MS } from '../../../src/sync/limits.ts'
import { KernelWorld } from '../../toolkit/kernel/kernel-world.ts'
import { signedTransaction, T0, TEST_NETWORK } from '../../toolkit/objects/transactions.ts'

const NETWORK = networkIdOf(TEST_NETWORK)

class World extends KernelWorld {
  #request = 1_000_000

  /** A peer that has greeted and says that it holds these. */
  holder(name: string, keys: readonly ItemKey[]): PeerId {
    const peer = this.connect(name, `10.0.${name.length}.${name.charCodeAt(0)}`)
    const hello = {
      version: 1,
      networkId: NETWORK,
      headHeight: 0n,
      headHash: asBlockHash(NETWORK),
      settledHeight: 0n,
      mempoolCount: 1n,
      mempoolFingerprint: '0'.repeat(64),
      name,
    }
    this.ask(peer, 'hello', encodeHello(hello))
    this.holdsOut(peer, keys)
    return peer
  }

  holdsOut(peer: PeerId, keys: readonly ItemKey[]): void {
    this.ask(peer, 'reconcile', encodeReconcileRequest({ kind: 'offer', set: 'transactions', keys }))
  }

  ask(from: PeerId, protocol: 'hello' | 'reconcile', bytes: Uint8Array): void {
    this.post({ kind: 'request-received', request: ++this.#request, protocol, from, bytes })
  }

  /** Whom the node asked for bodies, in order. */
  asked(): { readonly peer: PeerId; readonly request: number; readonly what: ObjectsRequest }[] {
    return this.effects.flatMap((effect) => {
      if (effect.kind !== 'ask' || effect.protocol !== 'objects') return []
      const what = decodeObjectsRequest(effect.bytes)
      return what?.kind === 'transactions-by-key' ? [{ peer: effect.peer, request: effect.request, what }] : []
    })
  }

  answer(request: number, objects: readonly (Uint8Array | null)[]): void {
    this.post({ kind: 'answer-received', request, frames: [encodeObjectsAnswer(objects)], elapsedMs: 1 })
  }
}

function keyOfBytes(bytes: Uint8Array): ItemKey {
  const decoded = decodeTransaction(bytes, signingPrefix('hearsay/tx/1', NETWORK))
  if (!decoded.ok) throw new Error(decoded.code)
  return keyOf(decoded.value)
}

function forgedCopy(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  copy[10] = (copy[10] ?? 0) ^ 1
  return copy
}

const old = (sender: number, nonce = 0): Uint8Array => signedTransaction(sender, nonce, { createdAtMs: T0 - 60_000 })

it('asks the next holder at once when the body that came was forged, and keeps nothing against the honest one', () => {
  const world = new World()
  const honest = old(1)
  world.holder('liar', [keyOfBytes(honest)])
  const [first] = world.asked()
  world.holder('truthful', [keyOfBytes(honest)])
  if (first === undefined) throw new Error('nobody was asked')
  world.answer(first.request, [forgedCopy(honest)])
  expect(world.asked().map(({ peer }) => peer)).toEqual(['liar', 'truthful'])
  world.answer(world.asked()[1]?.request ?? 0, [honest])
  expect(world.kernel.machines.transactions.pool.count).toBe(1)
  expect(world.facts).toContainEqual(expect.objectContaining({ kind: 'offence-counted', peer: 'liar' }))
})

it('wants it again from whoever comes later when its only holder forged it', () => {
  const world = new World()
  const honest = old(1)
  world.holder('liar', [keyOfBytes(honest)])
  world.answer(world.asked()[0]?.request ?? 0, [forgedCopy(honest)])
  world.holder('truthful', [keyOfBytes(honest)])
  expect(world.asked().map(({ peer }) => peer)).toEqual(['liar', 'truthful'])
})

it('gets what stands behind a forged body in one answer from the next holder', () => {
  const world = new World()
  const bodies = [1, 2, 3].map((sender) => old(sender)).sort((a, b) => (keyOfBytes(a) < keyOfBytes(b) ? -1 : 1))
  const keys = bodies.map(keyOfBytes)
  world.holder('liar', keys)
  world.holder('truthful', keys)
  const [first] = world.asked()
  world.answer(first?.request ?? 0, [bodies[0] ?? null, forgedCopy(bodies[1] ?? new Uint8Array()), bodies[2] ?? null])
  const [, second] = world.asked()
  expect(second?.peer).toBe('truthful')
  world.answer(second?.request ?? 0, [bodies[1] ?? null, bodies[2] ?? null])
  expect(world.kernel.machines.transactions.pool.count).toBe(3)
})

it('counts another valid object under the name as a lie, stores nothing of it, and asks the next holder (A23)', () => {
  const world = new World()
  const honest = old(1)
  world.holder('liar', [keyOfBytes(honest)])
  world.holder('truthful', [keyOfBytes(honest)])
  world.answer(world.asked()[0]?.request ?? 0, [old(2)])
  expect(world.asked().map(({ peer }) => peer)).toEqual(['liar', 'truthful'])
  expect(world.kernel.machines.transactions.pool.count).toBe(0)
  expect(world.facts).toContainEqual(
    expect.objectContaining({ kind: 'offence-counted', peer: 'liar', code: 'object-mismatch' }),
  )
})

it('asks the next holder for what an answer leaves out that had room for it', () => {
  const world = new World()
  const bodies = [1, 2, 3].map((sender) => old(sender)).sort((a, b) => (keyOfBytes(a) < keyOfBytes(b) ? -1 : 1))
  const keys = bodies.map(keyOfBytes)
  world.holder('liar', keys)
  world.holder('truthful', keys)
  world.answer(world.asked()[0]?.request ?? 0, [bodies[0] ?? null])
  expect(world.asked().map(({ peer }) => peer)).toEqual(['liar', 'truthful'])
  world.answer(world.asked()[1]?.request ?? 0, [bodies[1] ?? null, bodies[2] ?? null])
  expect(world.kernel.machines.transactions.pool.count).toBe(3)
})

it('asks three more holders, one every two seconds, however often the silent one says that it has it (A12)', () => {
  const world = new World()
  const key = keyOfBytes(old(1))
  const names = ['one', 'two', 'three', 'four']
  for (const name of names) world.holder(name, [key])
  const times: number[] = []
  for (let ms = 0; ms <= 3 * REASK_MS + 500; ms += 250) {
    while (times.length < world.asked().length) times.push(ms)
    const silent = world.asked().at(-1)?.peer
    if (silent !== undefined) for (let i = 0; i < 40; i++) world.holdsOut(silent, [key])
    world.advance(250)
  }
  expect(new Set(world.asked().map(({ peer }) => peer))).toEqual(new Set(names))
  for (const [index, ms] of times.entries()) expect(ms).toBeLessThanOrEqual(index * REASK_MS + 250)
})
