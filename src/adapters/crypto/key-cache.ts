/**
 * What is known about public keys: for a valid one a value that makes its next verification cheaper, for an invalid one
 * that it is invalid. Two least-recently-used maps (that of the valid ones keeps the order once it is half full), so
 * that invented keys never displace real ones.
 *
 * The attacker's best move is to choose keys: they are the keys of a Map, as flat strings of 32 Latin-1 characters, so
 * no text names a property of an object, hashing is seeded by V8, and a caller's later writes to its buffer change
 * nothing here. Invariant: each map holds at most its capacity; a key stands in at most one of them.
 */
import { keyOf } from '../../lib/buffer.ts'
import { Oldest } from '../../lib/oldest.ts'
import type { VerifierCache } from '../../ports/signature-verifier.ts'
import { INVALID_KEYS_MAX, VALID_KEYS_MAX } from './limits.ts'

const PUBLIC_KEY_BYTES = 32

export interface KeyCacheLimits {
  readonly validMax: number
  readonly invalidMax: number
}

export class KeyCache<Prepared> {
  readonly #valid = new Map<string, Prepared>()
  readonly #invalid = new Map<string, null>()
  readonly #oldestValid = new Oldest(this.#valid)
  readonly #oldestInvalid = new Oldest(this.#invalid)
  readonly #prepare: (publicKey: Uint8Array) => Prepared | null
  readonly #limits: KeyCacheLimits
  #keyChecks = 0

  /**
   * `prepare` applies rule 1 to 32 bytes: null for an invalid key, else what is worth keeping. It must not keep the
   * bytes it gets.
   */
  constructor(
    prepare: (publicKey: Uint8Array) => Prepared | null,
    limits: KeyCacheLimits = { validMax: VALID_KEYS_MAX, invalidMax: INVALID_KEYS_MAX },
  ) {
    this.#prepare = prepare
    this.#limits = limits
  }

  /** How often `prepare` ran. */
  get keyChecks(): number {
    return this.#keyChecks
  }

  /** The prepared form of a key, or null where the key is invalid, by its length too. */
  get(publicKey: Uint8Array): Prepared | null {
    if (publicKey.byteLength !== PUBLIC_KEY_BYTES) return null
    const key = keyOf(publicKey)
    const known = this.#valid.get(key)
    if (known !== undefined) {
      // Until the map is half full nobody is near being displaced, and the order need not be kept.
      if (this.#valid.size > this.#limits.validMax / 2) touch(this.#valid, key, known)
      return known
    }
    if (this.#invalid.has(key)) {
      touch(this.#invalid, key, null)
      return null
    }
    this.#keyChecks++
    const prepared = this.#prepare(publicKey)
    if (prepared === null) {
      this.#invalid.set(key, null)
      if (this.#invalid.size > this.#limits.invalidMax) this.#oldestInvalid.take()
    } else {
      this.#valid.set(key, prepared)
      if (this.#valid.size > this.#limits.validMax) this.#oldestValid.take()
    }
    return prepared
  }

  caches(): readonly VerifierCache[] {
    return [
      { name: 'validKeys', size: this.#valid.size, capacity: this.#limits.validMax },
      { name: 'invalidKeys', size: this.#invalid.size, capacity: this.#limits.invalidMax },
    ]
  }
}

/** Makes an entry the most recently used one: a Map iterates in order of insertion. */
function touch<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
}
