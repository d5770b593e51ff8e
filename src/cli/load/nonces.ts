/**
 * The nonces of one account under load. A refused transaction leaves its nonce free, and all later ones wait for it: so
 * it is the next that is used.
 */
export class Nonces {
  #fresh: bigint
  /** Ascending. */
  readonly #returned: bigint[] = []

  /** @param first the next free nonce, by the node */
  constructor(first: bigint) {
    this.#fresh = first
  }

  /** The lowest that is free. */
  take(): bigint {
    return this.#returned.shift() ?? this.#fresh++
  }

  /** It was not used after all. */
  giveBack(nonce: bigint): void {
    let at = this.#returned.length
    while (at > 0 && (this.#returned[at - 1] ?? 0n) > nonce) at--
    if (this.#returned[at - 1] !== nonce) this.#returned.splice(at, 0, nonce)
  }
}
