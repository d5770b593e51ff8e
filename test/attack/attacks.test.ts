/** Attacks on a real node over real connections, each with the figure that it must show (A1, A3, A4, A5, A17, A33 of the threat list). */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodeBatch } from '../../src/domain/codec/transaction-codec.ts'
import { networkIdOf } from '../../src/domain/params.ts'
import { topicName } from '../../src/domain/protocols.ts'
import { signingPrefix } from '../../src/domain/signing.ts'
import { createPrng } from '../../src/lib/prng.ts'
import type { Node } from '../../src/node/compose.ts'
import { Hostile } from '../support/hostile.ts'
import { keysOf, signedTransaction } from '../support/kernel-world.ts'
import { addressOf, LIVE_NETWORK, startNode } from '../support/nodes.ts'
import { signatureVariant, withFlippedSignBit, withScalarPlusOrder } from '../support/signature-variants.ts'
import { until } from '../support/until.ts'

let victim: Node
let neighbour: Node
const hostiles: Hostile[] = []

beforeEach(async () => {
  victim = await startNode({ name: 'victim' })
  neighbour = await startNode({ name: 'neighbour', bootstrap: [addressOf(victim)] })
  await until(() => neighbour.control.status().mesh === 1 && victim.control.status().mesh === 1, 'the two are meshed')
})

afterEach(async () => {
  await Promise.all(hostiles.splice(0).map((hostile) => hostile.stop()))
  await Promise.all([victim.stop(), neighbour.stop()])
})

async function hostile(name: string, ip = '127.66.0.1'): Promise<Hostile> {
  const made = await Hostile.create({ name, ip, network: LIVE_NETWORK })
  hostiles.push(made)
  return made
}

const transaction = (sender: number, nonce = 0, more = {}): Uint8Array =>
  signedTransaction(sender, nonce, { network: LIVE_NETWORK, createdAtMs: Date.now(), ...more })

const checks = (): number => victim.control.status().verifier.verifications
const poolOf = (node: Node): number => node.control.status().mempool.count

/** A transaction from an honest user crosses to the neighbour: the node still does its work. */
async function honestTrafficPasses(sender: number): Promise<void> {
  const before = poolOf(neighbour)
  const [result] = await victim.control.submit([transaction(sender)])
  expect(result?.kind).toBe('accepted')
  await until(() => poolOf(neighbour) > before, 'honest traffic passes')
}

test('A1: a flood of invalid signatures costs ten checks, its sender is cut within a second and refused for good', async () => {
  const attacker = await hostile('a1')
  expect(await attacker.connect(addressOf(victim))).toBe(true)
  const seed = 1
  console.log(`seed ${seed}`)
  const prng = createPrng(seed)
  const forged = Array.from({ length: 10_000 }, () => {
    const bytes = transaction(prng.below(8)).slice()
    bytes.set(prng.bytes(16), 8)
    return encodeBatch([bytes])
  })
  const started = performance.now()
  for (let i = 0; i < 10; i++) await attacker.messages('transactions', forged.slice(i * 1_000, (i + 1) * 1_000))
  await until(() => !attacker.connected, 'the attacker is cut')
  const cutMs = performance.now() - started
  expect(checks()).toBeLessThanOrEqual(10 + 64)

  let refused = 0
  for (let i = 0; i < 20; i++) {
    const again = await hostile('a1')
    const connected = await again.connect(addressOf(victim))
    if (!connected) refused++
    else await until(() => !again.connected, 'the banned peer is cut').then(() => refused++)
  }
  expect(refused).toBe(20)

  let admitted = 0
  for (let id = 0; id < 20; id++) {
    const sybil = await hostile(`a1-sybil-${id}`)
    if (!(await sybil.connect(addressOf(victim)))) continue
    admitted++
    await sybil.messages('transactions', forged.slice(id * 20, id * 20 + 20))
    await until(() => !sybil.connected, 'the sybil is cut')
  }
  console.log(
    `A1: cut after ${Math.round(cutMs)} ms, ${checks()} signature checks, ${refused}/20 reconnects refused, ${admitted}/20 new identities got in`,
  )
  // The first identity and two more are banned; then the address is.
  expect(admitted).toBe(2)
  expect(checks()).toBeLessThanOrEqual(300)
  expect(poolOf(victim) + poolOf(neighbour)).toBe(0)
  await honestTrafficPasses(20)
})

test('A3: a thousand valid signatures of one body are one transaction', async () => {
  const attacker = await hostile('a3')
  await attacker.connect(addressOf(victim))
  const { secret, publicKey } = keysOf(3)
  const first = transaction(3)
  const body = first.subarray(68)
  const prefix = signingPrefix('hearsay/tx/1', networkIdOf(LIVE_NETWORK))
  const variants = Array.from({ length: 1_000 }, (_, i) => signatureVariant(secret, publicKey, prefix, body, i))
  for (let at = 0; at < 1_000; at += 100) {
    await attacker.messages(
      'transactions',
      variants.slice(at, at + 100).map((bytes) => encodeBatch([bytes])),
    )
  }
  await until(() => poolOf(neighbour) === 1, 'one of them is relayed')
  const judged = (): number => victim.control.mempool({ limit: 10 }).count
  await honestTrafficPasses(21)
  expect(judged()).toBe(2)
  expect(poolOf(neighbour)).toBe(2)
  expect(checks()).toBeLessThanOrEqual(3)
  expect(victim.control.peers().peers.find((entry) => entry.peerId === attacker.peerId)?.offences).toBe(0)
})

test('A4: no third party makes a second valid form of a transaction', async () => {
  const prng = createPrng(4)
  console.log('seed 4')
  const good = Array.from({ length: 20 }, (_, i) => transaction(i))
  const forms: ((bytes: Uint8Array) => Uint8Array | null)[] = [
    withScalarPlusOrder,
    withFlippedSignBit,
    (bytes) => new Uint8Array([...bytes, 0]),
    (bytes) => bytes.subarray(0, bytes.byteLength - 1),
    (bytes) => flip(bytes, 67, 0x80),
    (bytes) => flip(bytes, 0, 1),
    (bytes) => flip(bytes, 68 + 96, 4),
    (bytes) => flip(bytes, 4 + prng.below(64), 1 << prng.below(8)),
    (bytes) => flip(bytes, 68 + 40 + prng.below(32), 1 << prng.below(8)),
  ]
  let tried = 0
  for (const [index, form] of forms.entries()) {
    const attacker = await hostile(`a4-${index}`, `127.66.1.${index + 1}`)
    expect(await attacker.connect(addressOf(victim))).toBe(true)
    // Nine are below the budget, so that each of them is judged for itself.
    const mutated = good.slice(0, 9).flatMap((bytes) => form(bytes) ?? [])
    tried += mutated.length
    await attacker.messages(
      'transactions',
      mutated.map((bytes) => encodeBatch([bytes])),
    )
    const offences = (): number =>
      victim.control.peers().peers.find((entry) => entry.peerId === attacker.peerId)?.offences ?? 99
    await until(() => offences() >= mutated.length, `form ${index} is refused`)
  }
  expect(poolOf(victim)).toBe(0)
  console.log(`A4: ${tried} altered forms, 0 accepted`)
  for (const bytes of good) expect((await victim.control.submit([bytes]))[0]?.kind).toBe('accepted')
})

function flip(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ mask
  return copy
}

test('A5: the bytes of a transaction on the wrong topic do not stop it on the right one', async () => {
  const attacker = await hostile('a5')
  await attacker.connect(addressOf(victim))
  const batch = encodeBatch([transaction(5)])
  await attacker.messages('blocks', [batch])
  await attacker.messages('transactions', [batch])
  await until(() => poolOf(victim) === 1 && poolOf(neighbour) === 1, 'it arrives all the same')
})

test('A17: a hundred thousand subscriptions, and topics named like prototype fields, leave nothing behind', async () => {
  const attacker = await hostile('a17')
  await attacker.connect(addressOf(victim))
  const before = process.memoryUsage().heapUsed
  const own = topicName(networkIdOf(LIVE_NETWORK), 'transactions')
  await attacker.rpc({ subscriptions: [{ subscribe: true, topic: own }] })
  for (let at = 0; at < 100_000; at += 100) {
    const subscriptions = Array.from({ length: 100 }, (_, i) => ({ subscribe: true, topic: `/evil/${at + i}` }))
    await attacker.rpc({ subscriptions })
  }
  for (const topic of ['__proto__', 'constructor', 'toString']) {
    await attacker.rpc({ subscriptions: [{ subscribe: true, topic }], messages: [{ topic, data: Uint8Array.of(1) }] })
  }
  await honestTrafficPasses(22)
  expect(Object.keys(Object.prototype)).toEqual([])
  const polluted: Record<string, unknown> = {}
  const inherited: string[] = []
  for (const key in polluted) inherited.push(key)
  expect(inherited).toEqual([])
  expect(victim.control.mesh().topics.every(({ subscribers }) => subscribers.length <= 2)).toBe(true)
  const growth = process.memoryUsage().heapUsed - before
  console.log(`A17: heap grew by ${Math.round(growth / 1024)} KiB`)
})

test('A33: what rides along in a mixed batch is not handed on, the fresh ones are, and no honest node is charged', async () => {
  const attacker = await hostile('a33')
  await attacker.connect(addressOf(victim))
  const known = transaction(0)
  await victim.control.submit([known])
  await until(() => poolOf(neighbour) === 1, 'the first is known everywhere')
  const broken = flip(known, 10, 1)
  const fresh: Uint8Array[] = []
  for (let i = 0; i < 40; i++) {
    const one = transaction(1 + i)
    fresh.push(one)
    const unpaid = transaction(50, 0, { fee: 0n, amount: BigInt(i) })
    await attacker.messages('transactions', [encodeBatch([broken, one, unpaid])])
  }
  await until(() => poolOf(neighbour) === 41, 'the fresh ones arrive')
  expect(poolOf(victim)).toBe(41)
  const chargedAtNeighbour = neighbour.control.peers().peers.map(({ offences }) => offences)
  expect(chargedAtNeighbour).toEqual([0])
})
