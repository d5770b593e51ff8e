/** One call of the kernel: the time that it happens at, and the effects that gather. */
import type { Now } from '../../domain/time.ts'
import type { StoreWrite } from '../../ports/store.ts'
import type { Effect } from './effect.ts'
import type { Fact } from './fact.ts'

export class Turn {
  readonly now: Now
  readonly effects: Effect[] = []
  /** Writes that nobody waits for; they leave together, as one, at the end of the turn. */
  readonly lazyWrites: StoreWrite[] = []

  constructor(now: Now) {
    this.now = now
  }

  do(effect: Effect): void {
    this.effects.push(effect)
  }

  note(fact: Fact): void {
    this.effects.push({ kind: 'note', fact })
  }

  writeLazily(...writes: StoreWrite[]): void {
    for (const write of writes) this.lazyWrites.push(write)
  }
}
