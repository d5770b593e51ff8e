/**
 * Suspicions of a version that we have not seen: the record was lost on its way to us and repair brings it within
 * seconds. They can't count before, since nobody could refute a version that doesn't exist.
 *
 * Rules. One an accuser and target, a few a target, none longer than an accusation's time. They are handed on like
 * those that count: their target must hear of them, who else would answer when that version comes? The attacker's best
 * move is to fill it with accusations of versions that never come: others then wait in vain, and count only through
 * their makers' next ones.
 */
import { ExpiringMap } from '../lib/expiring-map.ts'
import type { PeerId } from '../domain/ids.ts'
import { compareVersions, type Suspicion } from '../domain/record.ts'
import { ACCUSATION_WINDOW_MS, EARLY_PER_TARGET_MAX, EARLY_TARGETS_MAX } from './limits.ts'

export class EarlySuspicions {
  readonly #byTarget = new ExpiringMap<PeerId, Suspicion[]>({
    ttlMs: ACCUSATION_WINDOW_MS,
    capacity: EARLY_TARGETS_MAX,
  })

  /** Whether the newest word of this accuser about this target is of that version or a later one. */
  has({ target, accuser, ...version }: Suspicion, monoMs: number): boolean {
    return (this.#byTarget.get(target, monoMs) ?? []).some(
      (kept) => kept.accuser === accuser && compareVersions(kept, version) >= 0,
    )
  }

  keep(suspicion: Suspicion, monoMs: number): void {
    const kept = (this.#byTarget.get(suspicion.target, monoMs) ?? []).filter(
      ({ accuser }) => accuser !== suspicion.accuser,
    )
    this.#byTarget.set(suspicion.target, [...kept, suspicion].slice(-EARLY_PER_TARGET_MAX), monoMs)
  }

  /** Those of this target; they are to be judged again. */
  take(target: PeerId, monoMs: number): readonly Suspicion[] {
    const kept = this.#byTarget.get(target, monoMs) ?? []
    this.#byTarget.delete(target)
    return kept
  }

  forget(target: PeerId): void {
    this.#byTarget.delete(target)
  }

  clear(): void {
    this.#byTarget.clear()
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [{ name: 'membership.early', size: this.#byTarget.size, capacity: this.#byTarget.capacity, unit: 'nodes' }]
  }
}
