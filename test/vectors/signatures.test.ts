/**
 * Three implementations of one rule over public vectors and crafted ones: each must give the written answer, and all
 * must agree. The public vectors are carried here (public/README.md). The edge cases of ZIP-215 are looked at where
 * they lie beside the repository; those that matter to our rule are made in this file.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { hashes, verify as nobleVerify } from '@noble/ed25519'
import sodium from 'sodium-native'
import { describe, expect, it } from 'vitest'
import { createLibsodiumVerifier } from '../../src/adapters/crypto/libsodium-verifier.ts'
import { createNobleVerifier } from '../../src/adapters/crypto/noble-verifier.ts'
import { createNodeCryptoVerifier } from '../../src/adapters/crypto/node-crypto-verifier.ts'
import { concatBytes, fromHex, toHex, utf8 } from '../../src/lib/bytes.ts'
import { createPrng } from '../../src/lib/prng.ts'
import { sha256 } from '../../src/lib/hash.ts'
import type { SignatureCheck, SignatureVerifier } from '../../src/ports/signature-verifier.ts'
import {
  craft,
  craftCofactorless,
  finish,
  littleEndian,
  NON_CANONICAL_OTHERS,
  NON_CANONICAL_SMALL_ORDER,
  SMALL_ORDER_ENCODINGS,
  withScalarPlusL,
} from '../../src/conform/torsion.ts'
import { drawn } from '../toolkit/api/depth.ts'

const FOLDER = new URL('public/', import.meta.url)
const EDGE_CASES = new URL('../../../shared/vectors/zip215.json', import.meta.url)

hashes.sha512 = (message) => createHash('sha512').update(message).digest()

interface Vector extends SignatureCheck {
  readonly name: string
  readonly expected: boolean
}

const libsodium = createLibsodiumVerifier(sodium)
const nodeCrypto = createNodeCryptoVerifier()
const noble = createNobleVerifier()
const all: readonly SignatureVerifier[] = [libsodium, nodeCrypto, noble]

/** Of the accepted ones that many are shown to the lenient rules, which hold wherever the strict one does. */
const LENIENT_EVERY = drawn(8, 1)
const totals = { compared: 0, accepted: 0, disagreements: 0 }

/** Asks all three about every vector, adds to the totals, and returns what differs from the written answers. */
function compare(vectors: readonly Vector[]): { accepted: number; wrong: string[] } {
  let accepted = 0
  const wrong: string[] = []
  for (const vector of vectors) {
    const answers = all.map((verifier) => verifier.verify(vector))
    totals.compared++
    if (new Set(answers).size > 1) totals.disagreements++
    if (answers[0] === true) {
      accepted++
      totals.accepted++
      // What the strict rule accepts, the lenient rules of other clients accept too.
      const { signature, message, publicKey } = vector
      const isShown = totals.accepted % LENIENT_EVERY === 0
      if (isShown && !nobleVerify(signature, message, publicKey, { zip215: true }))
        wrong.push(`${vector.name}: not ZIP-215`)
      if (isShown && !nobleVerify(signature, message, publicKey, { zip215: false }))
        wrong.push(`${vector.name}: not RFC 8032`)
    }
    if (answers.some((answer) => answer !== vector.expected)) {
      wrong.push(`${vector.name}: expected ${vector.expected}, got ${answers.join(' ')}`)
    }
  }
  return { accepted, wrong }
}

describe('signatures: three implementations, one rule', () => {
  it('Wycheproof: exactly the 88 valid ones of 151', () => {
    const vectors = wycheproof()
    const { accepted, wrong } = compare(vectors)
    process.stdout.write(`wycheproof: ${vectors.length} compared, accepted ${accepted}\n`)
    expect(wrong).toEqual([])
    expect([vectors.length, accepted]).toEqual([151, 88])
  })

  if (existsSync(EDGE_CASES))
    it('ZIP-215 edge cases: none of 196', () => {
      const vectors = zip215()
      const { accepted, wrong } = compare(vectors)
      process.stdout.write(`zip215: ${vectors.length} compared, accepted ${accepted}\n`)
      expect(wrong).toEqual([])
      expect([vectors.length, accepted]).toEqual([196, 0])
    })

  it('RFC 8032 and its reference implementation: all of 1,024', { timeout: 60_000 }, () => {
    const vectors = rfc8032()
    const { accepted, wrong } = compare(vectors)
    process.stdout.write(`rfc8032: ${vectors.length} compared, accepted ${accepted}\n`)
    expect(wrong).toEqual([])
    expect([vectors.length, accepted]).toEqual([1_024, 1_024])
  })

  it('crafted: torsion in A and R, other encodings, S + n·L, r = 0, lengths', { timeout: 60_000 }, () => {
    const vectors = crafted()
    const { accepted, wrong } = compare(vectors)
    process.stdout.write(`crafted: ${vectors.length} compared, accepted ${accepted}\n`)
    expect(wrong).toEqual([])
    expect(accepted).toBe(vectors.filter(({ expected }) => expected).length)
    expect(vectors.length).toBeGreaterThan(1_000)
  })

  it('random bit flips in key, R, S and message: none accepted', { timeout: 60_000 }, () => {
    const seed = Number(process.env.HEARSAY_SEED ?? 8_032)
    const count = Number(process.env.HEARSAY_MUTATIONS ?? 20_000)
    const figures = mutate(seed, count)
    process.stdout.write(
      `mutations: seed ${seed}, ${figures.map(({ name, tried, accepted }) => `${name} ${tried} tried ${accepted.length} accepted`).join(', ')}\n`,
    )
    for (const { accepted } of figures) expect(accepted).toEqual([])
  })

  it('no two implementations ever disagreed', () => {
    process.stdout.write(
      `signature vectors: ${totals.compared.toLocaleString('en-US')} compared, ${totals.disagreements} disagreements, ` +
        `accepted ${totals.accepted.toLocaleString('en-US')}\n`,
    )
    expect(totals.disagreements).toBe(0)
  })
})

function read(file: string): string {
  return readFileSync(new URL(file, FOLDER), 'utf8')
}

function hex(text: string): Uint8Array {
  const bytes = fromHex(text)
  if (bytes === null) throw new Error(`not hex: ${text}`)
  return bytes
}

function wycheproof(): Vector[] {
  interface File {
    testGroups: {
      publicKey: { pk: string }
      tests: { tcId: number; msg: string; sig: string; result: string }[]
    }[]
  }
  const file = JSON.parse(read('wycheproof-ed25519.json')) as File
  return file.testGroups.flatMap(({ publicKey, tests }) =>
    tests.map(({ tcId, msg, sig, result }) => ({
      name: `wycheproof ${tcId}`,
      publicKey: hex(publicKey.pk),
      message: hex(msg),
      signature: hex(sig),
      expected: result === 'valid',
    })),
  )
}

function zip215(): Vector[] {
  const cases = JSON.parse(readFileSync(EDGE_CASES, 'utf8')) as { vk_bytes: string; sig_bytes: string }[]
  return cases.map(({ vk_bytes, sig_bytes }, n) => ({
    name: `zip215 ${n}`,
    publicKey: hex(vk_bytes),
    message: utf8('Zcash'),
    signature: hex(sig_bytes),
    expected: false,
  }))
}

function rfc8032(): Vector[] {
  const lines = read('rfc8032-reference.txt')
    .split('\n')
    .filter((line) => line !== '')
  return lines.map((line, n) => {
    const [publicKey = '', message = '', signature = ''] = line.split(':')
    return {
      name: `rfc8032 ${n}`,
      publicKey: hex(publicKey),
      message: hex(message),
      signature: hex(signature),
      expected: true,
    }
  })
}

function scalar(name: string): bigint {
  return littleEndian(sha256(utf8(name))) % 2n ** 252n
}

function crafted(): Vector[] {
  const a = scalar('vectors/key')
  const r = scalar('vectors/nonce')
  const message = utf8('crafted')
  const vectors: Vector[] = []
  const add = (name: string, expected: boolean, { publicKey, message: text, signature }: SignatureCheck) =>
    vectors.push({ name, expected, publicKey, message: text, signature })

  // A = a·B + i·T, R = r·B + j·T: any message (the cofactored equation holds), then one for which the cofactorless one
  // holds too.
  const small = [...SMALL_ORDER_ENCODINGS, ...NON_CANONICAL_SMALL_ORDER]
  for (let i = 0; i < 8; i++) {
    for (let j = 0; j < 8; j++) {
      for (let n = 0; n < 12; n++) {
        add(`A+${i}T, R+${j}T, message ${n}`, i === 0 && j === 0, craft({ a, i, r, j, message: utf8(`crafted ${n}`) }))
      }
      const cofactorless = craftCofactorless({ a, i, r, j })
      if (cofactorless !== null) add(`A+${i}T, R+${j}T, cofactorless`, i === 0 && j === 0, cofactorless)
    }
  }
  const honest = craft({ a, r, message })
  const honestR = honest.signature.subarray(0, 32)
  const encodings = [...small, ...NON_CANONICAL_OTHERS]
  for (const { name, bytes } of encodings) {
    add(`A: ${name}`, false, finish({ publicKey: bytes, encodedR: honestR, a: 0n, r, message }))
    add(`R: ${name}`, false, finish({ publicKey: honest.publicKey, encodedR: bytes, a, r: 0n, message }))
    add(`R: ${name}, r ≠ 0`, false, finish({ publicKey: honest.publicKey, encodedR: bytes, a, r, message }))
  }
  for (const key of small) {
    for (const nonce of small) {
      add(
        `A: ${key.name}, R: ${nonce.name}`,
        false,
        finish({ publicKey: key.bytes, encodedR: nonce.bytes, a: 0n, r: 0n, message }),
      )
    }
  }
  for (let times = 1n; times < 16n; times++) {
    const signature = withScalarPlusL(honest.signature, times)
    if (signature !== null) add(`S + ${times}·L`, false, { ...honest, signature })
  }
  for (let bits = 1; bits < 16; bits++) {
    const signature = honest.signature.slice()
    signature[63] = (signature[63] ?? 0) ^ (bits << 4)
    add(`S with top bits ${bits}`, false, { ...honest, signature })
  }
  add('r = 0', false, craft({ a, r: 0n, message }))
  // S = 0 is in range, but nobody can make a valid signature with it: R and k would have to be chosen from one another.
  add('S = 0', false, { ...honest, signature: concatBytes(honestR, new Uint8Array(32)) })
  for (const length of [0, 1, 31, 32, 33, 63, 65, 128]) {
    add(`signature of ${length} bytes`, false, { ...honest, signature: resized(honest.signature, length) })
    if (length !== 32) add(`key of ${length} bytes`, false, { ...honest, publicKey: resized(honest.publicKey, length) })
  }
  for (let n = 0; n < 24; n++) {
    add(`honest ${n}`, true, craft({ a: a + BigInt(n), r: r + BigInt(n), message: sha256(Uint8Array.of(n)) }))
  }
  return vectors
}

function resized(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length)
  out.set(bytes.subarray(0, length))
  return out
}

/**
 * Honest signatures with one to three bits flipped in one of the four parts. libsodium tries them all, the slower ones
 * every 10th and every 100th.
 */
function mutate(seed: number, count: number): { name: string; tried: number; accepted: string[] }[] {
  const random = createPrng(seed)
  const honest = Array.from({ length: 16 }, (_, n) =>
    craft({
      a: scalar(`mutate/key ${n}`),
      r: scalar(`mutate/nonce ${n}`),
      message: random.bytes(1 + random.below(200)),
    }),
  )
  const figures = [
    { verifier: libsodium, every: 1, tried: 0, accepted: [] as string[] },
    { verifier: nodeCrypto, every: 10, tried: 0, accepted: [] as string[] },
    { verifier: noble, every: 100, tried: 0, accepted: [] as string[] },
  ]
  for (let n = 0; n < count; n++) {
    const base = honest[random.below(honest.length)] as SignatureCheck
    const check = {
      publicKey: base.publicKey.slice(),
      message: base.message.slice(),
      signature: base.signature.slice(),
    }
    const part = [check.publicKey, check.signature.subarray(0, 32), check.signature.subarray(32), check.message][
      random.below(4)
    ] as Uint8Array
    const bits = new Set<number>()
    const flips = 1 + random.below(3)
    while (bits.size < flips) bits.add(random.below(part.byteLength * 8))
    for (const bit of bits) part[bit >> 3] = (part[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    for (const figure of figures) {
      if (n % figure.every !== 0) continue
      figure.tried++
      if (figure.verifier.verify(check)) figure.accepted.push(`mutation ${n}: ${toHex(check.signature)}`)
    }
  }
  return figures.map(({ verifier, tried, accepted }) => ({ name: verifier.name, tried, accepted }))
}
