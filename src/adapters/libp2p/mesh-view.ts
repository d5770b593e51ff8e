/**
 * Who subscribes to a topic and who is in its mesh, as last told to the listener. The router raises `graft` for refused
 * grafts too and nothing when a peer leaves; comparing with what was told gives each change once.
 */
import type { PeerId } from '../../domain/ids.ts'
import { TOPICS, type Topic } from '../../domain/protocols.ts'
import type { GossipListener } from '../../ports/gossip.ts'

interface Told {
  readonly subscribers: Set<PeerId>
  readonly mesh: Set<PeerId>
}

/** Bounded by connected peers × topics: only they subscribe, and `forget` drops who leaves. */
export class MeshView {
  readonly #told: ReadonlyMap<Topic, Told> = new Map(
    TOPICS.map((topic) => [topic, { subscribers: new Set<PeerId>(), mesh: new Set<PeerId>() }]),
  )
  readonly #onChange: GossipListener['onMeshChange']

  constructor(onChange: GossipListener['onMeshChange']) {
    this.#onChange = onChange
  }

  subscribed(topic: Topic, peer: PeerId, now: boolean): void {
    if (changes(this.#told.get(topic)?.subscribers, peer, now))
      this.#onChange({ topic, peer, event: now ? 'subscribe' : 'unsubscribe' })
  }

  meshed(topic: Topic, peer: PeerId, now: boolean): void {
    // The router grafts a new subscriber before it says that there is one.
    if (now) this.subscribed(topic, peer, true)
    if (changes(this.#told.get(topic)?.mesh, peer, now)) this.#onChange({ topic, peer, event: now ? 'graft' : 'prune' })
  }

  /** The peer has left: it is in no mesh any more. */
  forget(peer: PeerId): void {
    for (const topic of TOPICS) {
      this.meshed(topic, peer, false)
      this.subscribed(topic, peer, false)
    }
  }
}

function changes(told: Set<PeerId> | undefined, peer: PeerId, now: boolean): boolean {
  if (told === undefined || told.has(peer) === now) return false
  if (now) told.add(peer)
  else told.delete(peer)
  return true
}
