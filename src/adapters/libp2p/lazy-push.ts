/**
 * Carries out what `routes` decides: keeps a message from targets whose route rests and announces it to them instead
 * (IHAVE), and tells the senders of useless copies (IDONTWANT). Both are gossipsub's own words, so that a router
 * without routes understands the first and is not harmed by the second. What is said to one peer is gathered and leaves
 * as one RPC.
 *
 * Blocks take no part: there is one a slot, and its delay is what forks are made of. For large messages the router
 * itself says IDONTWANT as soon as one arrives, to all others, which does not mean that their copies are late; so the
 * word on these has another name (`wordFor`).
 */
import { asMessageId, asPeerId, type MessageId, type PeerId } from '../../domain/ids.ts'
import type { Topic } from '../../domain/protocols.ts'
import { IDONTWANT_BYTES_MIN } from './gossip-options.ts'
import type { MessageIds } from './message-id.ts'
import { ANNOUNCED_MAX, NAMED_MAX, TELL_MS } from './route-limits.ts'
import type { GossipRouter, Rpc, RpcMessage } from './router.ts'
import { Routes } from './routes.ts'

/** What is to be said to one peer. */
interface Words {
  /** Ids by name of topic. */
  readonly announced: Map<string, Uint8Array[]>
  readonly useless: Uint8Array[]
}

export class LazyPush {
  readonly routes = new Routes()
  readonly #router: GossipRouter
  readonly #ids: MessageIds
  readonly #now: () => number
  readonly #eagerTopic: string
  readonly #words = new Map<PeerId, Words>()

  /** Wraps the router's forwarding. @param names of the topics */
  constructor(options: {
    router: GossipRouter
    ids: MessageIds
    now: () => number
    names: ReadonlyMap<Topic, string>
  }) {
    const { router, ids, now, names } = options
    this.#router = router
    this.#ids = ids
    this.#now = now
    this.#eagerTopic = names.get('blocks') ?? ''
    const forward = router.forwardMessage.bind(router)
    router.forwardMessage = (id, message, source, exclude) => {
      const excluded = source === undefined ? exclude : this.#withhold(message, asPeerId(source), exclude)
      forward(id, message, source, excluded)
    }
  }

  /** A message that was not known. */
  arrived(id: MessageId, { topic, data }: RpcMessage, from: PeerId): void {
    if (topic === this.#eagerTopic || data === undefined) return
    this.routes.arrived(this.#word(id, topic, data).text, from, this.#now())
  }

  /** A further copy of a message. True: its sender is told that it came too late. */
  copied(id: MessageId, { topic, data }: RpcMessage, from: PeerId): boolean {
    if (topic === this.#eagerTopic || data === undefined) return false
    const word = this.#word(id, topic, data)
    if (!this.routes.copied(word.text, from, this.#now())) return false
    const { useless } = this.#wordsFor(from)
    if (useless.length >= NAMED_MAX) return false
    useless.push(word.bytes())
    return true
  }

  /** What a peer says of messages. */
  heard(from: PeerId, { control }: Rpc): void {
    if (control === undefined) return
    const now = this.#now()
    for (const { messageIDs } of control.idontwant)
      for (const id of messageIDs) this.routes.late(asMessageId(this.#ids.textOfId(id)), from, now)
    if (control.iwant.some(({ messageIDs }) => messageIDs.length > 0)) this.routes.missed(from)
  }

  forget(peer: PeerId): void {
    this.routes.forget(peer)
    this.#words.delete(peer)
  }

  /** The name under which it is said of a message that a copy was late. */
  #word(id: MessageId, topic: string, data: Uint8Array): { readonly text: MessageId; bytes(): Uint8Array } {
    const bytes = (): Uint8Array => this.#ids.bytesOf(topic, data)
    if (data.byteLength < IDONTWANT_BYTES_MIN) return { text: id, bytes }
    const word = wordFor(bytes())
    return { text: asMessageId(this.#ids.textOfId(word)), bytes: () => word }
  }

  /** The peers that get nothing now: those given, and targets whose route rests. */
  #withhold(message: RpcMessage, source: PeerId, given: Set<string> | undefined): Set<string> | undefined {
    const { topic, data } = message
    if (topic === this.#eagerTopic || data === undefined) return given
    const now = this.#now()
    const resting = this.#router
      .getMeshPeers(topic)
      .map(asPeerId)
      .filter((peer) => peer !== source && given?.has(peer) !== true && !this.routes.carries(source, peer, now))
    if (resting.length === 0) return given
    const id = this.#ids.bytesOf(topic, data)
    for (const peer of resting) {
      const { announced } = this.#wordsFor(peer)
      const ids = announced.get(topic) ?? []
      announced.set(topic, ids)
      if (ids.length < ANNOUNCED_MAX) ids.push(id)
    }
    return new Set([...(given ?? []), ...resting])
  }

  #wordsFor(peer: PeerId): Words {
    if (this.#words.size === 0) {
      setTimeout(() => {
        this.#tell()
      }, TELL_MS).unref()
    }
    const words = this.#words.get(peer) ?? { announced: new Map<string, Uint8Array[]>(), useless: [] }
    this.#words.set(peer, words)
    return words
  }

  #tell(): void {
    const words = [...this.#words]
    this.#words.clear()
    for (const [peer, { announced, useless }] of words) {
      const ihave = [...announced].map(([topicID, messageIDs]) => ({ topicID, messageIDs }))
      const idontwant = useless.length === 0 ? [] : [{ messageIDs: useless }]
      const control = { ihave, iwant: [], idontwant, graft: [], prune: [] }
      this.#router.sendRpc(peer, { subscriptions: [], messages: [], control })
    }
  }
}

/**
 * What a late copy of a large message is called by: its id with the last byte inverted, which is no message's id
 * (PROTOCOL.md, Routes).
 */
export function wordFor(id: Uint8Array): Uint8Array {
  const word = id.slice()
  word[word.byteLength - 1] = (word.at(-1) ?? 0) ^ 0xff
  return word
}
