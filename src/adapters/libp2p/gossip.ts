/**
 * The Gossip port over gossipsub's router: on libp2p in a node, on simulated streams in virtual time. The router
 * spreads; here stands what it leaves open: who sends too much or what no honest node sends, which message is a further
 * copy, whether a verdict still has an effect.
 */
import type { TopicValidatorResult } from '@chainsafe/libp2p-gossipsub'
import { asMessageId, asPeerId, type MessageId, type NetworkId, type PeerId } from '../../domain/ids.ts'
import { TOPICS, topicName, type Topic } from '../../domain/protocols.ts'
import type { Verdict } from '../../domain/verdict.ts'
import { ExpiringMap } from '../../lib/expiring-map.ts'
import type { ArrivalFate, Gossip, GossipListener, PublishOutcome, TopicMesh } from '../../ports/gossip.ts'
import { Anteroom } from './anteroom.ts'
import { ForgedCopies } from './forged-copies.ts'
import { IDONTWANT_BYTES_MIN, SCORE_THRESHOLDS, SEEN_TTL_MS } from './gossip-options.ts'
import { LazyPush } from './lazy-push.ts'
import {
  ANTEROOM_BYTES_MAX,
  LOUD_PEERS_MAX,
  NEARLY_FIRST_MS,
  rpcBudget,
  SEEN_IDS_MAX,
  SILENT_PEERS_MAX,
} from './limits.ts'
import type { MeshPolicy } from './mesh-policy.ts'
import { MeshView } from './mesh-view.ts'
import type { MessageIds } from './message-id.ts'
import type { Libp2pProfile } from './profile.ts'
import { hookRouter } from './router-hooks.ts'
import type { GossipRouter, Rpc, RpcMessage, RouterPeer } from './router.ts'
import { answerable, costOf, idleThings, isBlameless, isPlain, iwantRpc } from './rpc-limits.ts'
import { SenderBudgets } from './sender-budgets.ts'
import { UnheardPeers } from './unheard-peers.ts'

export interface GossipParts {
  /** Made with `gossipOptions(…, ids)` of the same network and `ids`; not started yet. */
  readonly router: GossipRouter
  readonly ids: MessageIds
  readonly network: NetworkId
  readonly profile: Libp2pProfile
  /** False: every message goes to the whole mesh, as with the bare router. */
  readonly routes?: boolean
  readonly listener: GossipListener
  /** A clock in milliseconds that doesn't go back. */
  readonly now: () => number
  /** The peer's gossip stream broke beyond repair: its connection is of no more use. */
  readonly onBroken: (peer: PeerId) => void
  /** Who shall be in no mesh; the router's scores ask the same object. */
  readonly policy?: MeshPolicy
  /** Counts and bounds what peers cost; absent where nobody can cost anything, as in virtual time. */
  readonly work?: GossipWork
  /** All connected peers. */
  readonly peers?: () => Iterable<PeerId>
}

/** What the router's work costs, and who pays for it. */
export interface GossipWork {
  /** Whether the next RPC of the peer may be taken; a promise where it must wait for its turn and ask again. */
  turnOf(peer: PeerId): Promise<void> | boolean
  /** What runs from here on runs for the peer; null: for ourselves. */
  enter(peer: PeerId | null): void
  /** Takes what says nothing from the peer's account; false when it is beyond. */
  pay(peer: PeerId, count: number): boolean
  /** The peer gave us a message, first or nearly so. */
  gave(peer: PeerId, bytes: number): void
  /** A message was accepted. */
  accepted(bytes: number): void
  /** It is to be cut. */
  onEmptyRpcs(peer: PeerId): void
}

interface Fill {
  readonly size: number
  readonly capacity: number
}

/** Sizes of what grows, with their bounds. `countedCopies`: messages whose copies are counted. */
export type GossipSizes = Readonly<
  Record<
    'seenIds' | 'openVerdicts' | 'forgedIds' | 'silentPeers' | 'loudPeers' | 'countedCopies' | 'waitingBytes',
    Fill
  >
>

export interface RouterGossip extends Gossip {
  /** Joins the topics; call it when the router has started. */
  join(): void
  /** From now on nothing that the peer sends counts: it is being disconnected. */
  mute(peer: PeerId): void
  /** The peer's last connection closed. */
  forget(peer: PeerId): void
  sizes(): GossipSizes
}

/** Wraps a router that has not started yet. */
export function createGossip(parts: GossipParts): RouterGossip {
  return new GossipAdapter(parts)
}

/** Errors of a read stream that only a dishonest sender causes: a length that is too long, negative or no number. */
const LENGTH_ERRORS: ReadonlySet<string> = new Set([
  'InvalidDataLengthError',
  'InvalidDataLengthLengthError',
  'InvalidMessageLengthError',
])

/** Gives an RPC to the router. */
type Pass = (rpc: Rpc) => Promise<void>

class GossipAdapter implements RouterGossip {
  readonly #router: GossipRouter
  readonly #ids: MessageIds
  readonly #listener: GossipListener
  readonly #now: () => number
  readonly #onBroken: (peer: PeerId) => void
  readonly #names: ReadonlyMap<Topic, string>
  readonly #topics: ReadonlyMap<string, Topic>
  readonly #topicNames: ReadonlySet<string>
  readonly #budgets: SenderBudgets
  readonly #muted = new Set<PeerId>()
  readonly #anteroom: Anteroom<RpcMessage, Pass>
  /** Messages that wait, and of how many peers. */
  readonly #waiting = new Map<MessageId, number>()
  readonly #meshView: MeshView
  readonly #lazy: LazyPush | null
  readonly #policy: MeshPolicy | undefined
  /**
   * Messages that the router knows, with their length in bytes: the twin of its private cache, so that copies can be
   * noticed.
   */
  readonly #seen = new ExpiringMap<MessageId, number>({ ttlMs: SEEN_TTL_MS, capacity: SEEN_IDS_MAX })
  readonly #verdicts = new ForgedCopies()
  readonly #unheard: UnheardPeers
  readonly #work: GossipWork | null
  readonly #peers: () => Iterable<PeerId>

  constructor(parts: GossipParts) {
    this.#router = parts.router
    this.#ids = parts.ids
    this.#listener = parts.listener
    this.#now = parts.now
    this.#onBroken = parts.onBroken
    this.#names = new Map(TOPICS.map((topic) => [topic, topicName(parts.network, topic)]))
    this.#topics = new Map(TOPICS.map((topic) => [topicName(parts.network, topic), topic]))
    this.#topicNames = new Set(this.#topics.keys())
    this.#budgets = new SenderBudgets(rpcBudget(parts.profile))
    const { listener } = parts
    this.#anteroom = new Anteroom({
      hasRoom: (peer, ahead) => listener.hasRoom?.(peer, ahead) ?? true,
      sizeOf: ({ data }) => data?.byteLength ?? 0,
      keep: (message) => this.#keepWaiting(message),
    })
    this.#policy = parts.policy
    this.#peers = parts.peers ?? (() => [])
    this.#unheard = new UnheardPeers((peer) => this.#router.getScore(peer) < SCORE_THRESHOLDS.graylistThreshold)
    this.#meshView = new MeshView((change) => parts.listener.onMeshChange(change))
    this.#work = parts.work ?? null
    hookRouter(parts.router, {
      onFrame: (from) => {
        const peer = asPeerId(from.toString())
        return !this.#muted.has(peer) && (this.#work?.turnOf(peer) ?? true)
      },
      onRpc: (from, rpc, pass) => this.#onRpc(from, rpc, pass),
      onUndecodable: (from) => this.#listener.onMalformed(asPeerId(from.toString()), 'rpc'),
      onBroken: (from, error) => this.#onStreamError(asPeerId(from.toString()), error),
    })
    this.#lazy = parts.routes === false ? null : new LazyPush({ ...parts, names: this.#names })
    this.#listen()
  }

  join(): void {
    for (const name of this.#names.values()) this.#router.subscribe(name)
  }

  async publish(topic: Topic, bytes: Uint8Array, { flood }: { flood: boolean }): Promise<PublishOutcome> {
    const name = this.#name(topic)
    try {
      const { recipients } = await this.#router.publish(name, bytes, { floodPublish: flood })
      const messageId = this.#ids.textOf(name, bytes)
      this.#seen.set(messageId, bytes.byteLength, this.#now())
      const hearing = recipients.filter((peer) => this.#policy?.isDeaf(asPeerId(peer.toString())) !== true)
      return { kind: 'published', recipients: hearing.length, messageId }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (reason === 'PublishError.Duplicate') return { kind: 'duplicate' }
      // The router has not taken it, so that it can be published again when somebody listens.
      if (reason === 'PublishError.NoPeersSubscribedToTopic') return { kind: 'published', recipients: 0 }
      return { kind: 'failed', reason }
    }
  }

  reportVerdict(messageId: MessageId, from: PeerId, verdict: Verdict): boolean {
    const now = this.#now()
    if (!this.#verdicts.isOpen(messageId, now)) return false
    for (const copier of this.#verdicts.judged(messageId, from, verdict, now))
      this.#listener.onMalformed(copier, 'forged-copy')
    const bytes = this.#seen.get(messageId, now) ?? Number.POSITIVE_INFINITY
    if (verdict === 'accept' && Number.isFinite(bytes)) this.#work?.accepted(bytes)
    if (verdict === 'accept' && bytes < IDONTWANT_BYTES_MIN) this.#policy?.silent.accepted()
    try {
      this.#router.reportMessageValidationResult(messageId, from, verdict as TopicValidatorResult)
      return true
    } catch {
      return false
    }
  }

  meshOf(topic: Topic): TopicMesh {
    const name = this.#name(topic)
    return {
      topic,
      subscribers: this.#router.getSubscribers(name).map((peer) => asPeerId(peer.toString())),
      mesh: this.#router.getMeshPeers(name).map(asPeerId),
    }
  }

  score(peer: PeerId): number {
    return this.#router.getScore(peer)
  }

  resume(): void {
    // Where only copies went on, which are nothing to the listener, it would not ask again.
    while (this.#anteroom.messages > 0) {
      const { went, news } = this.#letIn()
      if (went === 0 || news > 0) return
    }
  }

  /** What waited goes on as far as there is room: how many messages, and how many of them the router does not know. */
  #letIn(): { readonly went: number; readonly news: number } {
    const now = this.#now()
    let [went, news] = [0, 0]
    for (const { peer, messages, context: pass } of this.#anteroom.leave()) {
      this.#work?.enter(peer)
      this.#waitNoLonger(messages)
      const unheardMs = this.#unheard.unheardMs(peer, now)
      if (unheardMs !== null) {
        this.#arrive(messages, 'graylisted')
        this.#listener.onUnheard(peer, messages.length, unheardMs)
        continue
      }
      this.#arrive(messages, 'passed')
      went += messages.length
      const rpc: Rpc = { subscriptions: [], messages }
      news += this.#noteCopies(peer, rpc, now)
      void pass(rpc)
    }
    this.#work?.enter(null)
    return { went, news }
  }

  mute(peer: PeerId): void {
    this.#muted.add(peer)
    this.#dropWaiting(peer)
  }

  forget(peer: PeerId): void {
    this.#muted.delete(peer)
    this.#dropWaiting(peer)
    this.#budgets.forget(peer)
    this.#policy?.loud.forget(peer)
    this.#meshView.forget(peer)
    this.#lazy?.forget(peer)
  }

  sizes(): GossipSizes {
    return {
      seenIds: { size: this.#seen.size, capacity: this.#seen.capacity },
      ...this.#verdicts.sizes(),
      waitingBytes: { size: this.#anteroom.bytes, capacity: ANTEROOM_BYTES_MAX },
      countedCopies: this.#lazy?.routes.sizes().countedCopies ?? { size: 0, capacity: 0 },
      loudPeers: { size: this.#policy?.loud.size ?? 0, capacity: LOUD_PEERS_MAX },
      silentPeers: { size: this.#policy?.silent.size.silent ?? 0, capacity: SILENT_PEERS_MAX },
    }
  }

  /**
   * One RPC on its way to the router. What is passed on is exactly what the router will take, so that `#seen` stays its
   * twin.
   */
  async #onRpc(from: RouterPeer, rpc: Rpc, pass: Pass): Promise<void> {
    const peer = asPeerId(from.toString())
    // The router's own answer comes later (SECURITY.md L4).
    if (this.#muted.has(peer)) return this.#arrive(rpc.messages, 'muted')
    const now = this.#now()
    const unheardMs = this.#unheard.unheardMs(peer, now)
    if (unheardMs !== null) {
      this.#arrive(rpc.messages, 'graylisted')
      return this.#listener.onUnheard(peer, rpc.messages.length, unheardMs)
    }
    const idle = idleThings(rpc)
    if (idle > 0 && this.#work?.pay(peer, idle) === false) {
      this.#arrive(rpc.messages, 'flood')
      return this.#work.onEmptyRpcs(peer)
    }
    const spent = this.#budgets.spend(peer, costOf(rpc), now)
    if (spent !== 'within') {
      this.#arrive(rpc.messages, 'flood')
      if (spent === 'first-beyond') this.#listener.onMalformed(peer, 'flood')
      return
    }
    const plain = rpc.messages.filter((message) => isPlain(message, this.#topicNames))
    if (plain.length < rpc.messages.length) {
      const others = rpc.messages.filter((message) => !plain.includes(message))
      this.#arrive(others, 'malformed')
      if (!others.every((message) => isBlameless(message, this.#topicNames))) this.#listener.onMalformed(peer, 'rpc')
    }
    const { going, refused } = this.#anteroom.enter(peer, plain, (message) => this.#neverWaits(message, now), pass)
    this.#arrive(refused, 'full')
    this.#arrive(going, 'passed')
    rpc.messages = going
    this.#noteCopies(peer, rpc, now)
    this.#lazy?.heard(peer, rpc)
    this.#strikeWaiting(rpc)
    this.#noteAnnouncements(peer, rpc, now)
    await this.#passAnswerable(rpc, pass, now)
  }

  /** Blocks have room of their own, and a copy is dropped at once. */
  #neverWaits({ topic, data }: RpcMessage, now: number): boolean {
    return topic === this.#names.get('blocks') || this.#seen.has(this.#ids.textOf(topic, data as Uint8Array), now)
  }

  /** A message waits: it has come all the same, for whoever was asked for it. */
  #keepWaiting(message: RpcMessage): RpcMessage {
    const { topic } = message
    const data = message.data as Uint8Array
    const id = this.#ids.textOf(topic, data)
    this.#waiting.set(id, (this.#waiting.get(id) ?? 0) + 1)
    this.#router.gossipTracer.deliverMessage(id)
    return { topic, data: this.#owned(topic, data) }
  }

  #waitNoLonger(messages: readonly RpcMessage[]): void {
    for (const { topic, data } of messages) {
      const id = this.#ids.textOf(topic, data as Uint8Array)
      const peers = (this.#waiting.get(id) ?? 1) - 1
      if (peers > 0) this.#waiting.set(id, peers)
      else this.#waiting.delete(id)
    }
  }

  /** What waits is not asked for again. */
  #strikeWaiting({ control }: Rpc): void {
    if (this.#waiting.size === 0 || control === undefined) return
    for (const list of control.ihave)
      list.messageIDs = list.messageIDs.filter((id) => !this.#waiting.has(asMessageId(this.#ids.textOfId(id))))
  }

  /** What a peer has sent before and is no longer to be taken. */
  #dropWaiting(peer: PeerId): void {
    const messages = this.#anteroom.forget(peer)
    this.#waitNoLonger(messages)
    this.#arrive(messages, 'muted')
  }

  /** What a peer announces speaks for it, up to where nobody has that much to announce. */
  #noteAnnouncements(peer: PeerId, rpc: Rpc, now: number): void {
    const { control } = rpc
    if (this.#policy === undefined || control === undefined) return
    const ids = control.ihave.reduce((sum, { messageIDs }) => sum + messageIDs.length, 0)
    if (ids === 0) return
    const spent = this.#policy.loud.announced(peer, ids, now)
    if (spent === 'within') this.#policy.silent.announced(peer, now)
    else control.ihave = []
    if (spent === 'first-beyond') this.#listener.onMalformed(peer, 'flood')
  }

  /** Messages on no topic of ours are nobody's: they have no books. */
  #arrive(messages: readonly RpcMessage[], fate: ArrivalFate): void {
    for (const [name, topic] of this.#topics) {
      let count = 0
      for (const message of messages) if (message.topic === name) count++
      if (count > 0) this.#listener.onArrival?.({ topic, messages: count, fate })
    }
  }

  /** Returns how many of its messages are no copies. */
  #noteCopies(from: PeerId, rpc: Rpc, now: number): number {
    let news = 0
    for (const message of rpc.messages) {
      const data = message.data as Uint8Array
      const messageId = this.#ids.textOf(message.topic, data)
      const ageMs = this.#seen.ageMs(messageId, now)
      if (ageMs === undefined || ageMs <= NEARLY_FIRST_MS) {
        this.#policy?.silent.gave(from)
        this.#work?.gave(from, data.byteLength)
      }
      if (ageMs !== undefined) {
        const topic = this.#topics.get(message.topic) as Topic
        this.#listener.onDuplicate({ topic, from, messageId, bytes: data.byteLength })
        if (this.#verdicts.copied(messageId, from, now)) this.#listener.onMalformed(from, 'forged-copy')
        if (this.#lazy?.copied(messageId, message, from) === true) this.#policy?.silent.toldLate(from, now)
        continue
      }
      news++
      this.#seen.set(messageId, data.byteLength, now)
      this.#lazy?.arrived(messageId, message, from)
      message.data = this.#owned(message.topic, data)
    }
    return news
  }

  /**
   * The data without the network's buffer on which it is a view, and which it would keep alive for as long as a pool
   * keeps the message; what has waited is no view any more. (Not slice(): that of a Buffer makes another view.)
   */
  #owned(topic: string, data: Uint8Array): Uint8Array {
    if (data.byteLength === data.buffer.byteLength) return data
    const copy = new Uint8Array(data)
    this.#ids.alias(topic, data, copy)
    return copy
  }

  async #passAnswerable(rpc: Rpc, pass: Pass, now: number): Promise<void> {
    const { control } = rpc
    const asked = control?.iwant.flatMap((list) => list.messageIDs) ?? []
    if (control === undefined || asked.length < 2) return pass(rpc)
    const [first = [], ...further] = answerable(
      asked,
      (id) => this.#ids.textOfId(id),
      (id) => this.#seen.get(id, now) ?? 0,
    )
    control.iwant = [{ messageIDs: first }]
    await pass(rpc)
    for (const messageIDs of further) await pass(iwantRpc(messageIDs))
  }

  #onStreamError(peer: PeerId, error: Error): void {
    // Other errors are ends of streams and connections.
    if (!LENGTH_ERRORS.has(error.name)) return
    this.#listener.onMalformed(peer, 'oversize')
    this.#onBroken(peer)
  }

  #listen(): void {
    this.#router.addEventListener('gossipsub:message', ({ detail }) => {
      const topic = this.#topics.get(detail.msg.topic)
      if (topic === undefined) return
      const messageId = asMessageId(detail.msgId)
      this.#verdicts.raised(messageId, this.#now())
      const from = asPeerId(detail.propagationSource.toString())
      this.#listener.onMessage({ topic, bytes: detail.msg.data, from, messageId })
    })
    this.#router.addEventListener('subscription-change', ({ detail }) => {
      const peer = asPeerId(detail.peerId.toString())
      for (const { topic: name, subscribe } of detail.subscriptions) {
        const topic = this.#topics.get(name)
        if (topic !== undefined) this.#meshView.subscribed(topic, peer, subscribe)
        if (topic !== undefined) this.#meshView.meshed(topic, peer, this.#isMeshed(name, peer))
      }
    })
    const onMesh = ({ detail }: { detail: { peerId: string; topic: string } }): void => {
      const topic = this.#topics.get(detail.topic)
      const peer = asPeerId(detail.peerId)
      if (topic === undefined) return
      const isMeshed = this.#isMeshed(detail.topic, peer)
      if (topic === 'transactions' && isMeshed) this.#policy?.entered(peer)
      this.#meshView.meshed(topic, peer, isMeshed)
    }
    this.#router.addEventListener('gossipsub:heartbeat', () => {
      this.#reviewMesh()
      this.#reviewUnheard()
      // Where all that went on was nothing to the listener, it has no reason to ask.
      this.resume()
    })
    this.#router.addEventListener('gossipsub:graft', onMesh)
    this.#router.addEventListener('gossipsub:prune', onMesh)
  }

  #reviewMesh(): void {
    const { mesh, subscribers } = this.meshOf('transactions')
    this.#policy?.review(mesh, subscribers)
  }

  /** Also those that keep silent while nobody hears them. */
  #reviewUnheard(): void {
    for (const [peer, ms] of this.#unheard.review(this.#peers(), this.#now())) this.#listener.onUnheard(peer, 0, ms)
  }

  #isMeshed(name: string, peer: PeerId): boolean {
    return this.#router.getMeshPeers(name).includes(peer)
  }

  #name(topic: Topic): string {
    return this.#names.get(topic) as string
  }
}
