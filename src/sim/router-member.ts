/**
 * A member that is the bare router: it takes and hands on everything. The yardstick for the relay built on it, and the
 * forger among relays.
 */
import type { NetworkId } from '../domain/ids.ts'
import type { Topic } from '../domain/protocols.ts'
import type { SimHost } from './host.ts'
import type { Member, MemberObserver } from './member.ts'
import type { Scheduler } from './scheduler.ts'
import { createSimGossip, type SharedWire, type SimGossip } from './sim-gossip.ts'

const TOPIC: Topic = 'transactions'

export class RouterMember implements Member {
  readonly host: SimHost
  readonly #gossip: SimGossip

  /** @param options.idOf the world's id of a message's bytes */
  constructor(options: {
    host: SimHost
    networkId: NetworkId
    wire: SharedWire
    scheduler: Scheduler
    eagerOnly: boolean
    idOf: (bytes: Uint8Array) => string
    observer: MemberObserver
  }) {
    const { observer, idOf } = options
    this.host = options.host
    // A copy is told by its message id alone.
    const known = new Map<string, string>()
    this.#gossip = createSimGossip({
      ...options,
      routes: false,
      listener: {
        onMessage: ({ bytes, from, messageId }) => {
          const id = idOf(bytes)
          known.set(messageId, id)
          observer.onFirst(id, from)
          observer.onCopy(id)
          this.#gossip.gossip.reportVerdict(messageId, from, 'accept')
        },
        onDuplicate: ({ messageId }) => {
          const id = known.get(messageId)
          if (id !== undefined) observer.onCopy(id)
        },
        onMalformed: () => undefined,
        onUnheard: () => undefined,
        onMeshChange: () => undefined,
      },
    })
  }

  start(): void {
    void this.#gossip.start()
  }

  publish(bytes: Uint8Array): void {
    void this.#gossip.gossip.publish(TOPIC, bytes, { flood: false })
  }

  meshPeers(): readonly string[] {
    return this.#gossip.gossip.meshOf(TOPIC).mesh
  }
}
