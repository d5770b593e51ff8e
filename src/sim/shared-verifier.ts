/**
 * One real verifier for a whole simulated network: each distinct signature is computed once, and every node sees its
 * own counts. With hundreds of nodes in one process this is what keeps signatures real.
 */
import { toHex } from '../lib/bytes.ts'
import { sha256Of } from '../lib/hash.ts'
import type { SignatureCheck, SignatureVerifier } from '../ports/signature-verifier.ts'

/** Answers remembered: more than the signatures of any simulation that fits into memory. */
const ANSWERS_MAX = 1_000_000

export class SharedVerifier {
  readonly #inner: SignatureVerifier
  readonly #answers = new Map<string, boolean>()
  /** By the signature's object, where nodes share what they read: the same three objects, no need to look at bytes. */
  readonly #asked = new WeakMap<Uint8Array, { readonly check: SignatureCheck; readonly answer: boolean }>()

  constructor(inner: SignatureVerifier) {
    this.#inner = inner
  }

  /** The port for one node. */
  forNode(): SignatureVerifier {
    let verifications = 0
    const verify = (check: SignatureCheck): boolean => {
      verifications++
      return this.#verify(check)
    }
    return {
      name: this.#inner.name,
      isValidKey: (publicKey) => this.#inner.isValidKey(publicKey),
      verify,
      firstInvalid: (checks) => checks.findIndex((check) => !verify(check)),
      stats: () => ({ verifications, keyChecks: 0 }),
      caches: () => [],
    }
  }

  #verify(check: SignatureCheck): boolean {
    const asked = this.#asked.get(check.signature)
    if (asked?.check.message === check.message && asked.check.publicKey === check.publicKey) return asked.answer
    const answer = this.#answerOf(check)
    this.#asked.set(check.signature, { check, answer })
    return answer
  }

  #answerOf(check: SignatureCheck): boolean {
    // Keys and signatures of other lengths are false, and must not run into the message.
    if (check.publicKey.byteLength !== 32 || check.signature.byteLength !== 64) return this.#inner.verify(check)
    const key = toHex(sha256Of([check.publicKey, check.signature, check.message]))
    let answer = this.#answers.get(key)
    if (answer === undefined) {
      answer = this.#inner.verify(check)
      if (this.#answers.size < ANSWERS_MAX) this.#answers.set(key, answer)
    }
    return answer
  }
}
