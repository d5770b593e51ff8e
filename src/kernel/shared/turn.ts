/** One call of the kernel: the time that it happens at, and the effects that gather. */
import type { Now } from '../../domain/time.ts'
import type { StoreWrite } from '../../ports/store.ts'
import type { Effect } from './effect.ts'
import type { Transaction } from '../../domain/transaction.ts'
import type { AdmittedFact, Fact, Provenance } from './fact.ts'

interface Admitted extends AdmittedFact {
  readonly transactions: Transaction[]
  readonly states: ('pending' | 'parked')[]
}

export class Turn {
  readonly now: Now
  readonly effects: Effect[] = []
  /** Writes that nobody waits for; they leave together, as one, at the end of the turn. */
  readonly lazyWrites: StoreWrite[] = []
  /** What was admitted last, for as long as nothing else was done or noted. */
  #admitted: Admitted | null = null

  constructor(now: Now) {
    this.now = now
  }

  do(effect: Effect): void {
    this.#admitted = null
    this.effects.push(effect)
  }

  note(fact: Fact): void {
    this.#admitted = null
    this.effects.push({ kind: 'note', fact })
  }

  /** Tells of a transaction that came into the pool. @param provenance the same object for all that came together */
  noteAdmitted(transaction: Transaction, state: 'pending' | 'parked', provenance: Provenance): void {
    let fact = this.#admitted
    if (fact?.provenance !== provenance) {
      fact = { kind: 'transactions-admitted', transactions: [], states: [], wallMs: this.now.wallMs, provenance }
      this.note(fact)
      this.#admitted = fact
    }
    fact.transactions.push(transaction)
    fact.states.push(state)
  }

  writeLazily(...writes: StoreWrite[]): void {
    for (const write of writes) this.lazyWrites.push(write)
  }
}
