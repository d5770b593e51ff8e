/** Keeps the records of a network back that is still to be made known to itself (acquaintance.ts). */
import type { Gossip } from '../ports/gossip.ts'

/** Keeps records back until it is opened; all else passes. */
export class RecordGate {
  #isOpen: boolean

  constructor(isOpen: boolean) {
    this.#isOpen = isOpen
  }

  open(): void {
    this.#isOpen = true
  }

  /** The port for a node behind the gate. */
  before(gossip: Gossip): Gossip {
    if (this.#isOpen) return gossip
    return new Proxy(gossip, {
      get: (target, key) => {
        if (key === 'publish')
          return (...args: Parameters<Gossip['publish']>) =>
            args[0] === 'records' && !this.#isOpen
              ? Promise.resolve({ kind: 'published' as const, recipients: 0 })
              : target.publish(...args)
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  }
}
