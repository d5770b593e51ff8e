/**
 * Which of many like lines go to the log: of one subject (a peer, an address) one in a while, over all subjects a few,
 * and each says how many were left out. A stranger who comes back twice a second, or under a new name each time, must
 * not fill the log of a node.
 */

export interface Due {
  /** Lines of this subject left out since its last one. */
  readonly again: number
  /** Lines of all subjects left out since the last one of any. */
  readonly leftOut: number
}

interface Told {
  atMs: number
  again: number
}

export class PacedLog {
  readonly #told = new Map<string, Told>()
  readonly #againMs: number
  readonly #linesMax: number
  readonly #subjectsMax: number
  #windowMs = Number.NEGATIVE_INFINITY
  #lines = 0
  #leftOut = 0

  /** @param options.linesMax over all subjects within `againMs` */
  constructor(options: { againMs: number; linesMax: number; subjectsMax: number }) {
    this.#againMs = options.againMs
    this.#linesMax = options.linesMax
    this.#subjectsMax = options.subjectsMax
  }

  get size(): number {
    return this.#told.size
  }

  /** Whether a line on this subject is due; null where it is left out. */
  due(subject: string, nowMs: number): Due | null {
    const told = this.#told.get(subject)
    if (told !== undefined && nowMs - told.atMs < this.#againMs) {
      told.again++
      this.#leftOut++
      return null
    }
    if (nowMs - this.#windowMs >= this.#againMs) {
      this.#windowMs = nowMs
      this.#lines = 0
    }
    if (this.#lines >= this.#linesMax) {
      this.#leftOut++
      return null
    }
    this.#lines++
    const due = { again: told?.again ?? 0, leftOut: this.#leftOut }
    this.#leftOut = 0
    this.#told.delete(subject)
    for (const oldest of this.#told.keys()) {
      if (this.#told.size < this.#subjectsMax) break
      this.#told.delete(oldest)
    }
    this.#told.set(subject, { atMs: nowMs, again: 0 })
    return due
  }
}
