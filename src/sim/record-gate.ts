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
    return {
      publish: (topic, bytes, options) =>
        topic === 'records' && !this.#isOpen
          ? Promise.resolve({ kind: 'published', recipients: 0 })
          : gossip.publish(topic, bytes, options),
      reportVerdict: (messageId, from, verdict) => gossip.reportVerdict(messageId, from, verdict),
      resume: () => {
        gossip.resume()
      },
      meshOf: (topic) => gossip.meshOf(topic),
      score: (peer) => gossip.score(peer),
    }
  }
}
