/**
 * Whether signatures hold, by the one strict rule of PROTOCOL.md (Signatures). For a public key A and a signature R ‖
 * S:
 * 1. A is the canonical encoding of a point of the prime-order subgroup, and not the identity;
 * 2. S < L, and R is not the identity's encoding;
 * 3. ENC(S·B − k·A) = R byte for byte, with k = SHA-512(R ‖ A ‖ message) mod L.
 * Under 1 and 3 no R with a small-order part and no second encoding of an R can pass, so that all implementations agree
 * and no third party can make a second valid signature out of a first one.
 */

/** One signature to check: exactly 32, any, and 64 bytes. */
export interface SignatureCheck {
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
  /**
   * Where it can write itself: key, signature and message, in this order, to `target[at…]`, with a key and a signature
   * of the right length. A batch then needs no view of each.
   */
  readonly whole?: { readonly messageLength: number; write(target: Uint8Array, at: number): void }
}

/** Work done since the verifier was made: what attack tests bound and metrics report. */
export interface VerifierStats {
  /**
   * Signatures handed to rule 3, the expensive one. What fails by length, rule 2 or a known bad key is not among them.
   */
  readonly verifications: number
  /** Keys for which rule 1 was computed; an answer from the cache is not among them. */
  readonly keyChecks: number
}

/** A cache's fill, for /v1/debug/limits. */
export interface VerifierCache {
  readonly name: 'validKeys' | 'invalidKeys'
  readonly size: number
  readonly capacity: number
}

export interface Elsewhere {
  readonly firstInvalid: number
  /** What it took of a processor, ms. */
  readonly spentMs: number
}

export interface SignatureVerifier {
  readonly name: 'dalek' | 'libsodium' | 'node-crypto' | 'noble'
  /** Rule 1 alone: canonical, prime-order, not the identity. Answers are cached, in a bounded number. */
  isValidKey(publicKey: Uint8Array): boolean
  /** Rules 1 to 3. Wrong lengths are false, never thrown. */
  verify(check: SignatureCheck): boolean
  /**
   * Index of the first invalid check, or -1 when all hold. It stops at the first invalid one, so that a batch of
   * forgeries costs one verification.
   */
  firstInvalid(checks: readonly SignatureCheck[]): number
  /** The same on another thread, where the verifier has some. The bytes are copied before it returns. Never rejects. */
  readonly firstInvalidElsewhere?: (checks: readonly SignatureCheck[]) => Promise<Elsewhere>
  stats(): VerifierStats
  caches(): readonly VerifierCache[]
}
