/**
 * Whether implementations of the strict rule agree, from a seed: honest signatures, the same with a flipped bit, with
 * another's parts, with S + n·L, keys and R with small-order parts or in encodings that are not canonical, and noise.
 * Each is asked alone and in batches, on the loop and on other threads.
 */
import { createPrng, type Prng } from '../../../src/lib/prng.ts'
import type { SignatureCheck, SignatureVerifier } from '../../../src/ports/signature-verifier.ts'
import { sign } from '../../../src/wallet/keys.ts'
import {
  craft,
  craftCofactorless,
  NON_CANONICAL_OTHERS,
  NON_CANONICAL_SMALL_ORDER,
  SMALL_ORDER_ENCODINGS,
  withScalarPlusL,
} from '../../../src/conform/torsion.ts'
import { keysOf } from '../objects/transactions.ts'

export interface AgreementFigures {
  readonly checks: number
  readonly seed: number
  /** By whose side the others are held. */
  readonly names: readonly string[]
  readonly valid: number
  readonly disagreements: number
}

export interface AgreementOptions {
  readonly checks: number
  readonly seed: number
  /** The first one is asked everything. Each of the others one check in so many, and the batches with them. */
  readonly verifiers: readonly { readonly verifier: SignatureVerifier; readonly every: number }[]
  readonly onFault: (text: string) => void
  readonly onProgress: (checks: number) => void
}

const BATCH = 64
const SIGNERS = 64
/** Signed ones that the others are made of: signing costs as much as checking. */
const HONEST = 2_048
const PROGRESS_CHECKS = 100_000

export async function agreement(options: AgreementOptions): Promise<AgreementFigures> {
  const { checks, seed, verifiers, onFault, onProgress } = options
  const prng = createPrng(seed)
  const honest = signedOnes(prng)
  const crafted = craftedOnes()
  const figures = { valid: 0, disagreements: 0 }
  const [first, ...others] = verifiers
  if (first === undefined) throw new RangeError('nobody to ask')
  const judge = (what: string, a: unknown, b: unknown): void => {
    if (a === b) return
    figures.disagreements++
    onFault(`seed ${seed}: ${what}: ${String(a)} and ${String(b)}`)
  }
  for (let from = 0; from < checks; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, checks - from) }, () => draw(prng, honest, crafted))
    const answers = batch.map((check) => first.verifier.verify(check))
    figures.valid += answers.filter((answer) => answer).length
    for (const { verifier, every } of others) {
      for (const [index, check] of batch.entries()) {
        if ((from + index) % every !== 0) continue
        judge(`check ${from + index} by ${verifier.name}`, answers[index], verifier.verify(check))
        judge(
          `key ${from + index} by ${verifier.name}`,
          first.verifier.isValidKey(check.publicKey),
          verifier.isValidKey(check.publicKey),
        )
      }
    }
    // A batch as nodes see them: mostly honest, wrong from some place on.
    const kept = batch.filter((_, index) => answers[index] === true || index === BATCH - 1)
    const expected = kept.findIndex((check) => answers[batch.indexOf(check)] === false)
    for (const { verifier, every } of verifiers) {
      if ((from / BATCH) % every !== 0) continue
      judge(`batch ${from} by ${verifier.name}`, expected, verifier.firstInvalid(kept))
      const elsewhere = await verifier.firstInvalidElsewhere?.(kept)
      if (elsewhere !== undefined) judge(`batch ${from} elsewhere`, expected, elsewhere.firstInvalid)
    }
    if ((from + BATCH) % PROGRESS_CHECKS < BATCH) onProgress(from + BATCH)
  }
  return { checks, seed, names: verifiers.map(({ verifier }) => verifier.name), ...figures }
}

function signedOnes(prng: Prng): SignatureCheck[] {
  return Array.from({ length: HONEST }, (_, index) => {
    const { secret, publicKey } = keysOf(index % SIGNERS)
    const message = prng.bytes(prng.below(400))
    return { publicKey, message, signature: sign(secret, message) }
  })
}

/** Every kind of point that is not of prime order, as key and as R, and the encodings that are not canonical. */
function craftedOnes(): SignatureCheck[] {
  const made: SignatureCheck[] = []
  for (let i = 0; i < 8; i++)
    for (let j = 0; j < 8; j++) {
      const one = craftCofactorless({ a: 1_009n + BigInt(i), i, r: 2_003n + BigInt(j), j })
      made.push(craft({ a: 1_009n, i, r: 2_003n, j, message: Uint8Array.of(i, j) }), ...(one === null ? [] : [one]))
    }
  const [template] = made
  if (template === undefined) return made
  for (const { bytes } of [...SMALL_ORDER_ENCODINGS, ...NON_CANONICAL_SMALL_ORDER, ...NON_CANONICAL_OTHERS]) {
    made.push({ ...template, publicKey: bytes })
    const signature = template.signature.slice()
    signature.set(bytes)
    made.push({ ...template, signature })
  }
  return made
}

function draw(prng: Prng, honest: readonly SignatureCheck[], crafted: readonly SignatureCheck[]): SignatureCheck {
  const one = honest[prng.below(honest.length)] as SignatureCheck
  const other = honest[prng.below(honest.length)] as SignatureCheck
  switch (prng.below(10)) {
    case 0:
      return { ...one, message: flipped(prng, one.message) }
    case 1:
      return { ...one, signature: flipped(prng, one.signature) }
    case 2:
      return { ...one, publicKey: flipped(prng, one.publicKey) }
    case 3:
      return { ...one, signature: other.signature }
    case 4:
      return { ...one, signature: withScalarPlusL(one.signature, BigInt(1 + prng.below(15))) ?? one.signature }
    case 5:
      return crafted[prng.below(crafted.length)] as SignatureCheck
    case 6:
      return { publicKey: prng.bytes(32), message: prng.bytes(32), signature: prng.bytes(64) }
    default:
      return one
  }
}

function flipped(prng: Prng, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  if (copy.byteLength === 0) return Uint8Array.of(1)
  const at = prng.below(copy.byteLength)
  copy[at] = (copy[at] ?? 0) ^ (1 << prng.below(8))
  return copy
}
