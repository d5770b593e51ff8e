/**
 * Observers: facts become propagation records, events of the stream, metrics and log lines. Nothing here changes what
 * the node does, and everything is bounded.
 */
import { assertNever } from '../lib/assert.ts'
import { dialWords } from '../domain/dial.ts'
import { asPeerId, type MessageId, type PeerId, type TxId } from '../domain/ids.ts'
import type { ProblemCode, ProblemView } from '../domain/problems.ts'
import type { PropagationEvent, PropagationRecord } from '../domain/propagation.ts'
import type { Topic } from '../domain/protocols.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { EventTopic, MemberStateView } from '../domain/views.ts'
import type { VerdictReason } from '../kernel/shared/effect.ts'
import type { AdmittedFact, Fact } from '../kernel/shared/fact.ts'
import type { Overwork } from '../ports/connections.ts'
import type { Malformed, PublishOutcome } from '../ports/gossip.ts'
import type { GossipLink } from '../ports/connections.ts'
import type { Meter, MeterHistogram } from '../ports/meter.ts'
import type { Clock } from './clock.ts'
import { Conservation } from './conservation.ts'
import { EventRing } from './event-ring.ts'
import {
  AGENTS_MAX,
  DIALS_PACE,
  EVENT_RING_MAX,
  IGNORED_PEERS_MAX,
  REFUSALS_PACE,
  STRANGERS_SHOWN_MS,
  TWINS_SHOWN_MS,
} from './limits.ts'
import { Arrivals } from './observe-arrivals.ts'
import { PacedLog } from './paced-log.ts'
import { PropagationLog } from './propagation-log.ts'
import { Sampling } from './sampling.ts'
import { IgnoredPeers } from './ignored-peers.ts'
import { Recent } from './recent.ts'

/** Where log lines go; the real one is adapters/log. */
export interface Journal {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
}

const ADMITTED = { topic: 'transactions', outcome: 'admitted' } as const

type BlockFact = Extract<
  Fact,
  { kind: 'block-seen' | 'block-refused' | 'block-rebuilt' | 'head-moved' | 'equivocation-seen' }
>

export class Observer {
  readonly events = new EventRing()
  readonly propagation = new PropagationLog()
  readonly arrivals = new Arrivals()
  readonly agents = new Map<PeerId, { readonly version: string; readonly seenAt: string | undefined }>()
  /** Peers of other networks, of late. */
  readonly strangers = new Recent(STRANGERS_SHOWN_MS)
  /** Members of whom two run. */
  readonly twins = new Recent(TWINS_SHOWN_MS)
  readonly ignoredPeers = new IgnoredPeers()
  readonly conservation: Conservation
  readonly #name: string
  readonly #clock: Clock
  readonly #meter: Meter
  readonly #journal: Journal
  readonly #sampling = new Sampling()
  readonly #refusals = new PacedLog(REFUSALS_PACE)
  readonly #dials = new PacedLog(DIALS_PACE)
  readonly #twinsLog = new PacedLog(REFUSALS_PACE)
  #storeFailure: string | null = null
  #memoryShortage: { readonly rssBytes: number; readonly monoMs: number } | null = null
  #outgoing: string[] = []
  readonly #onAdmitted: ((id: TxId) => void)[] = []

  constructor(options: { name: string; clock: Clock; meter: Meter; journal: Journal }) {
    this.#name = options.name
    this.#clock = options.clock
    this.#meter = options.meter
    this.#journal = options.journal
    this.conservation = new Conservation((topic, outcome, by) => {
      if (outcome === 'received') this.#meter.count('received', { topic }, by)
      else this.#meter.count('outcomes', { topic, outcome }, by)
      // Given up for want of room or time, wherever that was: overload, and no fault of the sender.
      if (outcome === 'shed-full' || outcome === 'shed-late')
        this.#meter.count('shed', { topic, reason: outcome === 'shed-full' ? 'full' : 'late' }, by)
    })
  }

  /** Why the store failed; null while it has not. */
  get storeFailure(): string | null {
    return this.#storeFailure
  }

  /** When memory was last too short, and how much there was; null while it never was. */
  get memoryShortage(): { readonly rssBytes: number; readonly monoMs: number } | null {
    return this.#memoryShortage
  }

  /** A problem has held for a while. */
  problemBegan({ code, weight, message, cause, next }: ProblemView): void {
    const fields = { problem: code, cause, next }
    if (weight === 'problem') this.#journal.warn(fields, message)
    else this.#journal.info(fields, message)
    this.#emit('node', 'problem', { code, weight, message, cause, next })
  }

  problemEnded(code: ProblemCode, heldMs: number): void {
    this.#journal.info({ problem: code, heldMs: Math.round(heldMs) }, `over: ${code}`)
    this.#emit('node', 'problem-over', { code, heldMs: Math.round(heldMs) })
  }

  /** Calls with each transaction that is admitted, while it is in the pool; the stream tells of traced ones alone. */
  onAdmitted(listener: (id: TxId) => void): void {
    this.#onAdmitted.push(listener)
  }

  note(fact: Fact): void {
    switch (fact.kind) {
      case 'transactions-admitted':
        this.#noteAdmitted(fact)
        return
      case 'transaction-refused': {
        const { id, from, bytes, code, verdict, messageId } = fact
        if (from !== null) this.ignoredPeers.ignored(from, code, this.#clock.now().monoMs)
        this.#record(verdict === 'reject' ? 'REJECT' : 'IGNORE', id, from, bytes, code)
        if (messageId !== null) this.#brought(messageId, id)
        this.#meter.count('items', { topic: 'transactions', outcome: code })
        this.#emit('transactions', 'refused', { id, from, code, verdict })
        return
      }
      case 'transaction-removed':
        this.#meter.count('removed', { why: fact.why })
        this.#emit('transactions', 'removed', { id: fact.id, why: fact.why, by: fact.by })
        return
      case 'transaction-included': {
        const known = this.propagation.get(fact.id)?.first ?? null
        // What is in the pool without a record is not traced.
        if (known === null && !fact.isNew) return
        const from = fact.from ?? this.propagation.get(fact.block)?.first?.from ?? null
        // Without a block's bringer it would look like the origin.
        if (from === null) return
        // It was there when the body came: a peer that asked us for the block may have adopted it before we did, and it
        // had it from us.
        const tNs = this.#clock.wallNs() - BigInt(Math.round(fact.waitedMs * 1e6))
        if (known !== null && BigInt(known.t_ns) <= tNs) return
        this.#record('RECOVERED', fact.id, asPeerId(from), fact.bytes, null, { tNs })
        return
      }
      case 'transaction-published':
        if (!this.#sampling.takes(fact.id, this.#clock.now().monoMs)) {
          this.propagation.untraced()
          return
        }
        this.#record('PUBLISH', fact.id, null, fact.bytes, null)
        this.#outgoing.push(fact.id)
        return
      case 'message-judged':
        this.#meter.count('messages', { topic: fact.topic, verdict: fact.verdict })
        this.#meter.count('bytes', { topic: fact.topic, kind: 'first' }, fact.bytes)
        return
      case 'offence-counted':
        this.#meter.count('offences', { offence: fact.offence })
        this.#emit('peers', 'offence', { peerId: fact.peer, offence: fact.offence, code: fact.code, count: fact.count })
        return
      case 'subject-banned':
        this.#meter.count('bans', { subject: fact.subject.startsWith('peer:') ? 'peer' : 'address' })
        this.#journal.warn({ subject: fact.subject, reason: fact.reason, untilMs: fact.untilMs }, 'banned')
        this.#emit('peers', 'banned', { subject: fact.subject, reason: fact.reason, untilMs: fact.untilMs })
        return
      case 'network-refused':
        this.#networkRefused(fact)
        return
      case 'dial-failed':
        this.#dialFailed(fact)
        return
      case 'peer-greeted':
        this.#emit('peers', 'greeted', { peerId: fact.peer, name: fact.name })
        return
      case 'peer-joined':
        this.#journal.debug({ peer: fact.peer, address: fact.address, direction: fact.direction }, 'peer connected')
        this.#emit('peers', 'joined', { peerId: fact.peer, address: fact.address, direction: fact.direction })
        return
      case 'peer-left':
        this.agents.delete(fact.peer)
        this.ignoredPeers.left(fact.peer)
        this.#emit('peers', 'left', { peerId: fact.peer })
        return
      case 'peer-evicted':
        this.#meter.count('evicted', { why: fact.why })
        this.#emit('peers', 'evicted', { peerId: fact.peer, why: fact.why })
        return
      case 'store-failed':
        this.storeFailed(fact.reason)
        return
      case 'record-judged':
        this.#meter.count('records', { outcome: fact.outcome })
        return
      case 'member-changed': {
        const { from, to, source, accusers } = fact
        this.#emit('network', nameOfChange(from, to), { peerId: fact.peer, from, to, source, accusers })
        return
      }
      case 'identity-shared':
        this.#emit('node', 'identity-shared', { startedAtMs: fact.startedAtMs, isYounger: fact.isYounger })
        return
      case 'member-twins': {
        const { monoMs } = this.#clock.now()
        this.twins.saw(fact.peer, monoMs)
        const due = this.#twinsLog.due(fact.peer, monoMs)
        if (due !== null) this.#journal.warn({ peer: fact.peer, ...due }, 'two nodes run with one identity')
        this.#emit('network', 'twins', { peerId: fact.peer })
        return
      }
      case 'member-equivocated':
        this.#journal.warn({ peer: fact.peer }, 'a node has signed two records of one version')
        this.#emit('network', 'equivocated', { peerId: fact.peer })
        return
      case 'node-stalled':
        this.#journal.warn({ ms: Math.round(fact.ms) }, 'the process stood still')
        this.#emit('node', 'stalled', { ms: fact.ms })
        return
      case 'own-block-refused':
        this.#meter.count('own_blocks_refused', {})
        this.#journal.warn({ slot: fact.slot, hash: fact.hash, code: fact.code }, 'a block of our own was not taken')
        this.#emit('blocks', 'own-refused', { hash: fact.hash, slot: fact.slot, code: fact.code })
        return
      case 'clock-judged':
        this.#journal.warn(
          { aheadMs: Math.round(fact.aheadMs), peers: fact.voters },
          fact.isOff ? 'the clock is off from those of the peers: no blocks are signed' : 'the clock is right again',
        )
        this.#emit('node', fact.isOff ? 'clock-off' : 'clock-right', { aheadMs: fact.aheadMs, peers: fact.voters })
        return
      case 'gossip-alarm':
        this.#meter.count('gossip_alarms', { change: fact.raised ? 'raised' : 'ended' })
        this.#journal.warn(
          { raised: fact.raised, bytesPerSecond: fact.bytesPerSecond, usual: fact.usual },
          'gossip far above its usual rate',
        )
        this.#emit('network', fact.raised ? 'alarm' : 'calm', {
          bytesPerSecond: fact.bytesPerSecond,
          usual: fact.usual,
        })
        return
      case 'sets-compared':
        this.#meter.count('sets_compared', {
          set: fact.set,
          outcome: fact.need + fact.have === 0 ? 'equal' : 'different',
        })
        this.#meter.count('repair_bytes', { set: fact.set }, fact.bytes)
        if (fact.need + fact.have > 0) this.#emit('network', 'compared', fact)
        return
      case 'block-seen':
      case 'block-refused':
      case 'block-rebuilt':
      case 'head-moved':
      case 'equivocation-seen':
        this.#noteBlock(fact)
        return
      default:
        assertNever(fact)
    }
  }

  #noteAdmitted({ transactions, states, wallMs, provenance }: AdmittedFact): void {
    const { from, way, messageId, waitedMs } = provenance
    const { monoMs } = this.#clock.now()
    this.#meter.count('items', ADMITTED, transactions.length)
    if (from !== null) this.ignoredPeers.took(from, monoMs)
    const checkMs = way === 'gossip' && messageId !== null ? this.arrivals.checkMs(messageId, monoMs) : null
    for (let at = 0; at < transactions.length; at++) {
      const { id, bytes, createdAtMs } = transactions[at] as (typeof transactions)[number]
      for (const listener of this.#onAdmitted) listener(id)
      if (from !== null) this.#meter.observe('propagation_seconds', (wallMs - createdAtMs) / 1_000)
      if (way === 'gossip') {
        if (!this.#sampling.takes(id, monoMs)) {
          this.propagation.untraced()
          continue
        }
        this.#record('DELIVER', id, from, bytes.byteLength, null, { queueMs: waitedMs, checkMs })
      }
      if (way === 'repair') this.#record('RECOVERED', id, from, bytes.byteLength, null, { queueMs: waitedMs })
      if (messageId !== null) this.#brought(messageId, id)
      this.#emit('transactions', 'admitted', { id, state: states[at], way, from })
    }
  }

  #networkRefused({ peer, theirs, ours }: Extract<Fact, { kind: 'network-refused' }>): void {
    const { monoMs } = this.#clock.now()
    this.#meter.count('networks_refused', {})
    this.strangers.saw(theirs, monoMs)
    const due = this.#refusals.due(peer, monoMs)
    if (due !== null) this.#journal.warn({ peer, theirs, ours, ...due }, 'peer belongs to another network: refused')
    this.#emit('peers', 'refused-network', { peerId: peer, theirs, ours })
  }

  #dialFailed({ address, failure, failures, nextMs }: Extract<Fact, { kind: 'dial-failed' }>): void {
    const { message, next } = dialWords(failure)
    this.#meter.count('dials_failed', { kind: failure.kind })
    const due = this.#dials.due(`${address} ${failure.kind}`, this.#clock.now().monoMs)
    const nextTryMs = nextMs === null ? null : Math.round(nextMs)
    if (due !== null)
      this.#journal.info(
        { address, kind: failure.kind, detail: failure.detail, failures, nextTryMs, next, ...due },
        `a configured address was not reached: ${message}`,
      )
    this.#emit('peers', 'dial-failed', { address, kind: failure.kind, message, failures, nextTryMs })
  }

  #noteBlock(fact: BlockFact): void {
    switch (fact.kind) {
      case 'block-seen': {
        const { kind: _, messageId, ...seen } = fact
        const event = fact.way === 'own' ? 'PUBLISH' : fact.way === 'sync' ? 'RECOVERED' : 'DELIVER'
        this.#record(event, fact.hash, fact.from, fact.bytes, null, {}, 'block')
        if (messageId !== null) this.#brought(messageId, fact.hash, 'block')
        this.#meter.count('items', { topic: 'blocks', outcome: 'admitted' })
        this.#emit('blocks', fact.way === 'own' ? 'proposed' : 'seen', seen)
        return
      }
      case 'block-refused': {
        const { hash, from, bytes, code, verdict, messageId } = fact
        // A further copy of what is known is no news; the router has counted it.
        if (code === 'known') return
        this.#record(verdict === 'reject' ? 'REJECT' : 'IGNORE', hash, from, bytes, code, {}, 'block')
        if (messageId !== null) this.#brought(messageId, hash, 'block')
        this.#meter.count('items', { topic: 'blocks', outcome: code })
        this.#emit('blocks', 'refused', { hash, from, code, verdict })
        return
      }
      case 'block-rebuilt':
        this.#meter.count('blocks_rebuilt', { how: fact.asked === 0 ? 'unasked' : 'asked' })
        this.#meter.count('block_bytes_saved', {}, fact.savedBytes)
        this.#emit('blocks', 'rebuilt', { hash: fact.hash, asked: fact.asked, savedBytes: fact.savedBytes })
        return
      case 'head-moved': {
        const { kind: _, ...move } = fact
        if (fact.disconnected.length > 0) {
          this.#meter.count('reorgs', { across: fact.crossesSettled ? 'settled' : 'unsettled' })
          this.#journal.info({ ...move, connected: fact.connected.length }, 'reorg')
        }
        this.#emit('blocks', fact.disconnected.length > 0 ? 'reorg' : 'head', move)
        return
      }
      case 'equivocation-seen':
        this.#meter.count('equivocations', {})
        this.#journal.warn({ slot: fact.slot, proposer: fact.proposer, hashes: fact.hashes }, 'two blocks in one slot')
        this.#emit('blocks', 'evidence', { slot: fact.slot, proposer: fact.proposer, hashes: fact.hashes })
        return
      default:
        assertNever(fact)
    }
  }

  duplicate(copy: { topic: Topic; from: PeerId; messageId: MessageId; bytes: number }): void {
    this.conservation.duplicate(copy.topic)
    this.#meter.count('duplicates', { topic: copy.topic })
    this.#meter.count('bytes', { topic: copy.topic, kind: 'duplicate' }, copy.bytes)
    const ids = this.propagation.objectsOf(copy.messageId)
    const kind = copy.topic === 'blocks' ? 'block' : 'transaction'
    for (const id of ids) this.#record('DUPLICATE', id, copy.from, copy.bytes, null, {}, kind)
    if (ids.length === 0 && (copy.topic === 'transactions' || copy.topic === 'blocks')) {
      const { from, bytes, messageId } = copy
      this.arrivals.early(messageId, { tNs: this.#clock.wallNs(), from, bytes })
    }
  }

  /** The router raised a message: a verdict is owed from now on. */
  raised(message: MessageId, topic: Topic): void {
    this.conservation.raised(message, topic, this.#clock.now().monoMs)
  }

  /** A message left the queue, in which it waited for so long, and is judged from now on. */
  taken(message: MessageId, monoMs: number, waitedMs: number): void {
    this.#meter.observe('queue_seconds', waitedMs / 1_000)
    this.arrivals.taken(message, monoMs)
  }

  judged(message: MessageId, verdict: Verdict, why: VerdictReason | undefined): void {
    const sinceMonoMs = this.conservation.judged(message, verdict, why)
    if (sinceMonoMs !== null) this.took('judging_seconds', sinceMonoMs)
  }

  /** Something ended that began at `sinceMonoMs`. */
  took(name: MeterHistogram, sinceMonoMs: number): void {
    this.#meter.observe(name, (this.#clock.now().monoMs - sinceMonoMs) / 1_000)
  }

  meshChange(change: { topic: Topic; peer: PeerId; event: 'subscribe' | 'unsubscribe' | 'graft' | 'prune' }): void {
    const t_ns = this.#clock.wallNs().toString()
    this.#emit('mesh', change.event, { topic: change.topic, peerId: change.peer, t_ns })
  }

  identified(peer: PeerId, version: string, seenAt?: string): void {
    // A push of what has changed has no address.
    this.agents.set(peer, { version, seenAt: seenAt ?? this.agents.get(peer)?.seenAt })
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: 'observer.agents', size: this.agents.size, capacity: AGENTS_MAX, unit: 'peers' },
      { name: 'observer.refusals', size: this.#refusals.size, capacity: REFUSALS_PACE.subjectsMax, unit: 'peers' },
      { name: 'observer.ignoredPeers', size: this.ignoredPeers.size, capacity: IGNORED_PEERS_MAX, unit: 'peers' },
      { name: 'observer.twins', size: this.#twinsLog.size, capacity: REFUSALS_PACE.subjectsMax, unit: 'peers' },
      { name: 'observer.dials', size: this.#dials.size, capacity: DIALS_PACE.subjectsMax, unit: 'addresses' },
      { name: 'observer.events', size: this.events.size, capacity: EVENT_RING_MAX, unit: 'events' },
    ]
  }

  /** A connection ended since gossip went one way on it or none. */
  muteLink(peer: PeerId, carried: GossipLink): void {
    this.#meter.count('mute_links', { carried })
    this.#journal.info({ peer, carried }, 'gossip did not come about on a connection: it is dialled again')
  }

  /** A peer does not take what it is sent. */
  deaf(peer: PeerId): void {
    this.#meter.count('deaf_peers', {})
    this.#journal.info({ peer }, 'the peer keeps ending our gossip stream: it is in no mesh for ten minutes')
  }

  malformed(what: Malformed): void {
    this.#meter.count('malformed', { what })
  }

  overworked(what: Overwork): void {
    this.#meter.count('overworked', { what })
  }

  memoryShort(rssBytes: number): void {
    this.#memoryShortage = { rssBytes, monoMs: this.#clock.now().monoMs }
    this.#journal.warn({ rssBytes }, 'memory is short: inbound peers are disconnected')
    this.#emit('node', 'memory-short', { rssBytes })
  }

  lateVerdict(): void {
    this.#meter.count('late_verdicts', {})
  }

  /** What the facts since the last call said was let out: the content of the message that is published now. */
  outgoing(): readonly string[] {
    return this.#outgoing.splice(0)
  }

  /** @param ids objects of the message, so that copies of it that come back count for them */
  published(topic: Topic, outcome: PublishOutcome, ids: readonly string[] = []): void {
    const messageId = outcome.kind === 'published' ? outcome.messageId : undefined
    if (messageId !== undefined) for (const id of ids) this.#brought(messageId, id)
    this.#meter.count('published', { topic, outcome: outcome.kind })
    if (outcome.kind === 'failed') this.#journal.warn({ topic, reason: outcome.reason }, 'publish failed')
  }

  disconnecting(peer: PeerId, reason: string): void {
    this.#journal.info({ peer, reason }, 'disconnecting')
    this.#emit('peers', 'disconnecting', { peerId: peer, reason })
  }

  storeFailed(reason: string): void {
    this.#meter.count('store_failures', {})
    if (this.#storeFailure === null) this.#journal.error({ reason }, 'the store failed: nothing more is accepted')
    this.#storeFailure ??= reason
    this.#emit('node', 'store-failed', { reason })
  }

  /** An adapter broke its promise never to reject. */
  broken(error: unknown): void {
    this.#journal.error(
      { error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      'unexpected failure',
    )
  }

  #record(
    event: PropagationEvent,
    id: string,
    from: PeerId | null,
    bytes: number,
    reason: string | null,
    times: { queueMs?: number | null; checkMs?: number | null; tNs?: bigint } = {},
    kind: PropagationRecord['kind'] = 'transaction',
  ): void {
    const record: PropagationRecord = {
      t_ns: (times.tNs ?? this.#clock.wallNs()).toString(),
      node: this.#name,
      kind,
      id,
      event,
      from,
      bytes,
      reason,
      queueMs: microseconds(times.queueMs),
      checkMs: microseconds(times.checkMs),
    }
    if (this.propagation.add(record) && kind === 'transaction') this.#meter.count('transactions_taken', {})
    this.#meter.count('propagation_records', { kind, event })
    this.#emit('propagation', event, record)
  }

  #brought(message: MessageId, id: string, kind: PropagationRecord['kind'] = 'transaction'): void {
    this.propagation.brought(message, id)
    for (const { tNs, from, bytes } of this.arrivals.copiesOf(message))
      this.#record('DUPLICATE', id, from, bytes, null, { tNs }, kind)
  }

  #emit(topic: EventTopic, event: string, data: unknown): void {
    this.events.emit({ v: 1, topic, event, node: this.#name, data })
  }
}

/** More digits than the clock has are noise, and a third of a record's length. */
function microseconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : Math.round(ms * 1_000) / 1_000
}

/** What people call a change of a member's state: it joins, is suspected, dies, leaves, comes back. */
function nameOfChange(from: MemberStateView | null, to: MemberStateView | null): string {
  if (to === null) return 'forgotten'
  if (to !== 'alive') return to
  return from === null || from === 'unknown' ? 'join' : 'back'
}
