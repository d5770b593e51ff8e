/**
 * Who is out there, and who is alive: records, probes and accusations put together into one state a member.
 *
 * Tracked. The newest record of each node (records.ts); the state of each, since when and why; the checks of our
 * neighbours (probing.ts); open suspicions (suspicion.ts); our own health (local-health.ts); how surprising each
 * silence is (phi.ts).
 *
 * Rules (PROTOCOL.md, Records), the strongest evidence first.
 * - A node that answers us is alive. A record that is new here and recent, or newer than the one we had, says that its
 *   owner is alive; one with the leaving flag, that it has left.
 * - An accusation makes its target suspect, if it is about the version that we have, by a member that is alive and not
 *   new to us. A newer record of the target clears it. Rationale: an accusation of a version that nobody has seen could
 *   never be refuted; so one of a version that we lack waits until repair has brought that.
 * - A neighbour of an accused node checks it at once: its own accusation is the corroboration, its ack clears the node
 *   here.
 * - At the end of a suspicion the node is dead where it is corroborated, or where nobody claims a connection with it;
 *   else unreachable.
 * - A member that nobody accuses and that is silent for SILENT_PACES is unreachable. Rationale: across a partition
 *   there is nobody to accuse.
 * - Accused ourselves, we publish a newer record. While our health is bad we accuse nobody. After a standstill nothing
 *   counts that ran out during it.
 *
 * Invariants: a member has a state exactly while it has a record; who is suspect has an open suspicion and the other
 * way round.
 *
 * The attacker's best move: with one identity, to keep a node suspect for as long as its refutation takes; with two old
 * ones the same. To have a live node marked dead he must keep its record from spreading for the whole suspicion.
 */
import { assert, assertNever } from '../lib/assert.ts'
import { ExpiringMap } from '../lib/expiring-map.ts'
import type { PeerId } from '../domain/ids.ts'
import { compareVersions, type NodeRecord, type RecordVersion, type Suspicion } from '../domain/record.ts'
import type { Now } from '../domain/time.ts'
import {
  ACCUSATION_WINDOW_MS,
  FRESH_PACES,
  SETTLE_MS,
  PINGED_REFUTES_MAX,
  PINGED_REFUTE_GAP_MS,
  SILENT_PACES,
  STALL_MS,
  WAKE_MS,
  SWEEP_MS,
  type MembershipProfile,
} from './limits.ts'
import { EarlySuspicions } from './early-suspicions.ts'
import { LocalHealth } from './local-health.ts'
import { Members, type StateChange } from './members.ts'
import { paceMs } from './pace.ts'
import { Probing, type ProbeDecision } from './probing.ts'
import { RecordBook, type Refusal, type Teller } from './records.ts'
import { Suspicions, type Accusation, type Verdict } from './suspicion.ts'
import type { RecordOutcome, SuspicionOutcome } from './verdicts.ts'
import { viewDigest, type MemberRow, type MemberState } from './view.ts'

export type MembershipDecision =
  | Exclude<ProbeDecision, { kind: 'reached' | 'unreached' | 'observed' }>
  /** Sign and publish a suspicion of this version. */
  | {
      readonly kind: 'accuse'
      readonly target: PeerId
      readonly targetKey: Uint8Array
      readonly version: RecordVersion
    }
  /** We are accused: publish a newer record of our own. */
  | { readonly kind: 'refute' }
  | StateChange
  /** What reconciliation offers to others changed; either may be null. */
  | { readonly kind: 'advertise'; readonly add: NodeRecord | null; readonly remove: NodeRecord | null }
  /** The owner signed two records of one version. */
  | { readonly kind: 'equivocated'; readonly peer: PeerId; readonly one: NodeRecord; readonly other: NodeRecord }
  /**
   * It has a newer version, of a boot that began before the one that it spoke of: two nodes run with its identity, or
   * its clock was set back.
   */
  | { readonly kind: 'twins'; readonly peer: PeerId }
  | { readonly kind: 'stalled'; readonly ms: number }

export interface MembershipOptions {
  readonly self: PeerId
  readonly profile: MembershipProfile
  /** Numbers for pings, never the same twice. */
  readonly nextNumber: () => number
  /** Numbers in [0, 1). */
  readonly chance: () => number
  readonly recordsMax?: number
}

export class Membership {
  readonly health = new LocalHealth()
  readonly records: RecordBook
  readonly probing: Probing
  readonly suspicions = new Suspicions()
  readonly #self: PeerId
  readonly #profile: MembershipProfile
  readonly #members = new Members()
  /** Suspicions of versions that are still on their way to us. */
  readonly #early = new EarlySuspicions()
  /** Peers whose pings made us refute lately. */
  readonly #refutedFor = new ExpiringMap<PeerId, true>({ ttlMs: PINGED_REFUTE_GAP_MS, capacity: PINGED_REFUTES_MAX })
  #startedMs: number | null = null
  #wokeMs: number | null = null
  #sweptMs = Number.NEGATIVE_INFINITY

  constructor(options: MembershipOptions) {
    this.#self = options.self
    this.#profile = options.profile
    this.records = new RecordBook({
      retentionMs: options.profile.retentionMs,
      ...(options.recordsMax === undefined ? {} : { countMax: options.recordsMax }),
    })
    this.probing = new Probing({
      nextNumber: options.nextNumber,
      chance: options.chance,
      world: { helpersFor: (target) => this.#claimants(target), stretch: () => this.health.stretch },
    })
  }

  /** Members that are alive, ourselves included. */
  get aliveCount(): number {
    return this.#members.aliveCount
  }

  stateOf(peer: PeerId): MemberState | null {
    return this.#members.stateOf(peer)
  }

  // ---- records

  /** Whether a record is worth its signature check; a reason where it isn't. Call before `onRecord`. */
  precheckRecord(record: NodeRecord, teller: Teller, now: Now): Refusal | null {
    return this.records.precheck(record, teller, now.wallMs, (peer) => this.#isProtected(peer))
  }

  /** A record whose signature holds, of another node or our own. */
  onRecord(
    record: NodeRecord,
    way: 'gossip' | 'repair' | 'own',
    teller: Teller,
    now: Now,
  ): { readonly outcome: RecordOutcome; readonly decisions: readonly MembershipDecision[] } {
    const { peer } = record
    // Only after the signature: otherwise forgeries would use up what the owner may say.
    if (way === 'gossip' && this.#members.get(peer)?.records.take(1, now.monoMs) === false)
      return { outcome: 'too-frequent', decisions: [] }
    const merge = this.records.merge(record, teller, now.wallMs, now.monoMs, (other) => this.#isProtected(other))
    switch (merge.kind) {
      case 'refused':
        return { outcome: merge.why, decisions: [] }
      case 'equivocation': {
        const decisions: MembershipDecision[] = []
        if (merge.isFirst) decisions.push({ kind: 'equivocated', peer, one: merge.previous, other: record })
        if (merge.kept === 'newcomer') decisions.push(this.#advertise(record, merge.previous, now))
        return { outcome: merge.isFirst ? 'evidence' : 'merged', decisions }
      }
      case 'new': {
        const decisions = merge.evicted === null ? [] : this.#forgotten(merge.evicted)
        decisions.push(this.#advertise(record, null, now), this.#introduce(record, way, now))
        return { outcome: 'merged', decisions }
      }
      case 'newer': {
        const decisions = [this.#advertise(record, merge.previous, now), ...this.#renewed(record, way, now)]
        if (record.startedAtMs < merge.previous.startedAtMs && peer !== this.#self)
          decisions.push({ kind: 'twins', peer })
        // What accused this very version may have overtaken it.
        for (const suspicion of this.#early.take(peer, now.monoMs))
          decisions.push(...this.onSuspicion(suspicion, now).decisions)
        return { outcome: 'merged', decisions }
      }
    }
  }

  // ---- accusations

  /** Whether a suspicion is worth its signature check; a reason where it isn't. Call before `onSuspicion`. */
  precheckSuspicion(suspicion: Suspicion, now: Now): Exclude<SuspicionOutcome, 'counted'> | null {
    const refusal = this.#refusalOf(suspicion, now)
    return refusal === 'unknown-version' ? null : refusal
  }

  /** A suspicion whose signature holds. */
  onSuspicion(
    suspicion: Suspicion,
    now: Now,
  ): { readonly outcome: SuspicionOutcome; readonly decisions: readonly MembershipDecision[] } {
    const refusal = this.#refusalOf(suspicion, now)
    if (refusal === 'unknown-version') return { outcome: this.#keepEarly(suspicion, now.monoMs), decisions: [] }
    if (refusal !== null) return { outcome: refusal, decisions: [] }
    const { target, accuser } = suspicion
    // What is said of ourselves we know better; it goes on to the others, who must hear our answer.
    if (target === this.#self) return { outcome: 'counted', decisions: [{ kind: 'refute' }] }
    const accused = this.suspicions.accuse(this.#accusation(target, suspicion, accuser), now.monoMs)
    if (accused === 'known' || accused === 'limited') return { outcome: accused, decisions: [] }
    return {
      outcome: 'counted',
      decisions: [
        ...this.#members.become(target, 'suspect', 'accusation', now.monoMs, [accuser]),
        ...this.#follow(this.probing.check(target, now.monoMs), now.monoMs),
      ],
    }
  }

  // ---- connections and probes

  /** A peer of our network is connected: to be called after its hello. */
  onConnected(peer: PeerId, now: Now): MembershipDecision[] {
    const decisions = this.#follow(this.probing.connected(peer), now.monoMs)
    return [...decisions, ...this.#answers(peer, now.monoMs)]
  }

  /** @param wasOurs we closed the connection ourselves; @param wasOutbound we had dialled it */
  onDisconnected(peer: PeerId, wasOurs: boolean, wasOutbound: boolean, now: Now): MembershipDecision[] {
    const member = this.#members.get(peer)
    const isSuspicious = !wasOurs && member !== undefined && member.state !== 'left'
    return this.#follow(this.probing.disconnected(peer, isSuspicious, wasOutbound, now.monoMs), now.monoMs)
  }

  onAck(probe: number, rttMs: number, now: Now): MembershipDecision[] {
    return this.#follow(this.probing.acked(probe, rttMs), now.monoMs)
  }

  /** A helper answered that it could not tell. */
  onDenied(probe: number, how: 'nack' | 'stranger', now: Now): MembershipDecision[] {
    return this.#follow(this.probing.denied(probe, how, now.monoMs), now.monoMs)
  }

  /** A probe's request failed. @param isFinal as in `Probing.failed` */
  onProbeFailed(probe: number, isFinal: boolean, now: Now): MembershipDecision[] {
    return this.#follow(this.probing.failed(probe, isFinal, now.monoMs), now.monoMs)
  }

  /** A lost neighbour could be dialled, which proves its key. */
  onDialReached(target: PeerId, now: Now): MembershipDecision[] {
    return this.#follow(this.probing.dialReached(target), now.monoMs)
  }

  onDialFailed(target: PeerId, now: Now): MembershipDecision[] {
    return this.#follow(this.probing.dialFailed(target), now.monoMs)
  }

  /**
   * A neighbour pinged us; answer it with an ack. What it suspects is refuted, for each peer now and then: it needs no
   * proof to say so.
   */
  onPing(from: PeerId, isSuspected: boolean, now: Now): MembershipDecision[] {
    const decisions = this.#answers(from, now.monoMs)
    if (isSuspected && this.#refutedFor.get(from, now.monoMs) === undefined) {
      this.#refutedFor.set(from, true, now.monoMs)
      decisions.push({ kind: 'refute' })
    }
    return decisions
  }

  /** A member asks us to ping another one; an `answer-help` with this number follows, now or later. */
  onHelpAsked(help: number, asker: PeerId, target: PeerId, patienceMs: number, now: Now): MembershipDecision[] {
    return this.#follow(this.probing.helpAsked(help, asker, target, patienceMs, now.monoMs), now.monoMs)
  }

  // ---- time

  /** Whether anybody is checked or suspected: what follows from that has its time. */
  get isAtWork(): boolean {
    return this.probing.isChecking || this.suspicions.size > 0
  }

  /** When the next ping is due. */
  get nextMs(): number {
    return this.probing.nextMs
  }

  /**
   * To be called at every wake. @param plannedMs when this wake was meant to be (monotonic); by default one wake after
   * the last one
   */
  onWake(now: Now, plannedMs?: number): MembershipDecision[] {
    const { monoMs } = now
    this.#startedMs ??= monoMs
    const gapMs = monoMs - (plannedMs === undefined ? (this.#wokeMs ?? monoMs) : plannedMs - WAKE_MS)
    this.#wokeMs = monoMs
    if (gapMs >= STALL_MS) return this.#stalled(gapMs, monoMs)
    const decisions = this.#follow(this.probing.due(monoMs), monoMs)
    for (const verdict of this.suspicions.due(monoMs)) decisions.push(...this.#judge(verdict, monoMs))
    if (monoMs - this.#sweptMs < SWEEP_MS) return decisions
    this.#sweptMs = monoMs
    return [...decisions, ...this.#sweep(now)]
  }

  /** The operator's new beginning: everything learnt is dropped but our own record and who is connected. */
  reset(now: Now): MembershipDecision[] {
    const decisions = [...this.records.all()]
      .filter((record) => record.peer !== this.#self)
      .flatMap((record) => {
        this.records.forget(record.peer)
        return this.#forgotten(record)
      })
    this.suspicions.clear()
    this.#early.clear()
    this.#startedMs = now.monoMs
    return decisions
  }

  // ---- what is shown

  rows(now: Now): MemberRow[] {
    const rows: MemberRow[] = []
    for (const [peer, member] of this.#members.all()) {
      const record = this.records.get(peer)
      if (record === undefined) continue
      rows.push({
        peer,
        record,
        state: member.state,
        stateMs: now.monoMs - member.sinceMs,
        source: member.source,
        ageMs: peer === this.#self ? 0 : now.monoMs - member.heardMs,
        phi: peer === this.#self ? 0 : member.phi.at(now.monoMs),
        rttMs: this.probing.rttMs(peer),
        isNeighbour: this.probing.isNeighbour(peer),
        hasEquivocated: this.records.hasEquivocated(peer),
      })
    }
    return rows.sort((a, b) => (a.peer < b.peer ? -1 : 1))
  }

  digest(): string {
    return viewDigest(
      [...this.#members.all()].map(([peer, { state }]) => ({
        peer,
        incarnation: this.records.get(peer)?.incarnation ?? 0,
        state,
      })),
    )
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    const { size, capacity } = this.#refutedFor
    return [
      ...[this.records, this.suspicions, this.#early, this.probing].flatMap((machine) => machine.sizes()),
      { name: 'membership.refuted-for', size, capacity, unit: 'peers' },
    ]
  }

  invariants(): void {
    for (const machine of [this.records, this.suspicions, this.probing, this.#members]) machine.invariants()
    assert(this.#members.size === this.records.size, 'a member has a record')
    let suspects = 0
    for (const [peer, { state }] of this.#members.all()) {
      assert(this.records.get(peer) !== undefined, 'a member has its record')
      if (state === 'suspect') suspects++
      assert((state === 'suspect') === this.suspicions.isSuspected(peer), 'a suspect has a suspicion')
    }
    assert(suspects === this.suspicions.size, 'a suspicion has a suspect')
  }

  // ---- inside

  /** The first record of a node. */
  #introduce(record: NodeRecord, way: 'gossip' | 'repair' | 'own', now: Now): MembershipDecision {
    const isNeighbour = this.probing.isNeighbour(record.peer)
    const isRecent = this.#isFresh(record, now)
    const isAlive = way === 'own' || isNeighbour || isRecent
    const source = way === 'own' ? 'self' : isNeighbour ? 'connection' : 'record'
    return this.#members.add(record, record.isLeaving ? 'left' : isAlive ? 'alive' : 'unknown', source, now)
  }

  /** A newer record of a known node. */
  #renewed(record: NodeRecord, way: 'gossip' | 'repair' | 'own', now: Now): MembershipDecision[] {
    const { peer } = record
    const member = this.#members.get(peer)
    assert(member !== undefined, 'who has a record is a member')
    const isRecent = way !== 'repair' || this.#isFresh(record, now)
    if (isRecent) {
      member.phi.heard(now.monoMs)
      member.heardMs = now.monoMs
    }
    this.suspicions.refute(peer, record)
    if (record.isLeaving) {
      this.suspicions.drop(peer)
      return this.#members.become(peer, 'left', 'record', now.monoMs)
    }
    const isAlive = isRecent || this.probing.isNeighbour(peer)
    if (isAlive) return this.#members.become(peer, 'alive', way === 'own' ? 'self' : 'record', now.monoMs)
    return member.state === 'suspect' && !this.suspicions.isSuspected(peer)
      ? this.#members.become(peer, 'unknown', 'record', now.monoMs)
      : []
  }

  /** The node answered us, or is connected. */
  #answers(peer: PeerId, monoMs: number): MembershipDecision[] {
    const member = this.#members.get(peer)
    if (member === undefined || member.state === 'left') return []
    member.heardMs = monoMs
    this.suspicions.drop(peer)
    return this.#members.become(peer, 'alive', 'connection', monoMs)
  }

  #follow(probes: readonly ProbeDecision[], monoMs: number): MembershipDecision[] {
    const decisions: MembershipDecision[] = []
    for (const probe of probes) {
      switch (probe.kind) {
        case 'reached':
          decisions.push(...this.#answers(probe.target, monoMs))
          break
        case 'unreached':
          decisions.push(...this.#accuse(probe.target, monoMs))
          break
        case 'observed':
          if (probe.what === 'acked') this.health.acked()
          else if (probe.what === 'ack-missed') this.health.ackMissed()
          else this.health.nacksMissing(1)
          break
        case 'ping':
        case 'ask-help':
        case 'dial':
        case 'answer-help':
          decisions.push(probe)
          break
        default:
          assertNever(probe)
      }
    }
    return decisions
  }

  /** We could not reach it: we accuse it ourselves, unless we doubt ourselves more. */
  #accuse(target: PeerId, monoMs: number): MembershipDecision[] {
    const record = this.records.get(target)
    const state = this.stateOf(target)
    if (record === undefined || state === null || state === 'left' || state === 'dead' || this.health.isMute) return []
    const accused = this.suspicions.accuse(this.#accusation(target, record, this.#self), monoMs)
    if (accused === 'known' || accused === 'limited') return []
    const version = { incarnation: record.incarnation, seq: record.seq }
    return [
      ...this.#members.become(target, 'suspect', 'accusation', monoMs, [this.#self]),
      { kind: 'accuse', target, targetKey: record.key, version },
    ]
  }

  #refusalOf(suspicion: Suspicion, now: Now): Exclude<SuspicionOutcome, 'counted'> | null {
    const { target, accuser } = suspicion
    if (target === accuser) return 'absurd'
    if (Math.abs(suspicion.timeMs - now.wallMs) > ACCUSATION_WINDOW_MS) return 'out-of-time'
    const record = this.records.get(target)
    const member = this.#members.get(target)
    if (record === undefined || member === undefined) return 'unknown-target'
    const order = compareVersions(record, suspicion)
    if (order > 0) return 'refuted'
    if (member.state === 'left' || member.state === 'dead') return 'over'
    if (!this.#isCredible(accuser, now.monoMs)) return 'unproven-accuser'
    return order < 0 ? 'unknown-version' : null
  }

  /** One of a version that we lack waits for it: what became of it now. */
  #keepEarly(suspicion: Suspicion, monoMs: number): SuspicionOutcome {
    if (this.#early.has(suspicion, monoMs)) return 'known'
    if (!this.suspicions.mayAccuse(suspicion.accuser, monoMs)) return 'limited'
    this.#early.keep(suspicion, monoMs)
    return 'unknown-version'
  }

  #accusation(target: PeerId, version: RecordVersion, accuser: PeerId): Accusation {
    const monitors = this.records.get(target)?.neighbours ?? []
    const mark = this.#members.get(accuser)?.mark
    return {
      target,
      accuser,
      version: { incarnation: version.incarnation, seq: version.seq },
      monitors: monitors.length,
      isMonitor: mark !== undefined && monitors.includes(mark),
      members: this.aliveCount,
    }
  }

  #judge({ target, accusers, isCorroborated }: Verdict, monoMs: number): MembershipDecision[] {
    const isHeld =
      this.probing.isNeighbour(target) || this.#claimants(target, false).some((peer) => !accusers.includes(peer))
    const state = isCorroborated || !isHeld ? 'dead' : 'unreachable'
    return this.#members.become(target, state, 'accusation', monoMs, accusers)
  }

  #stalled(gapMs: number, monoMs: number): MembershipDecision[] {
    this.health.stalled()
    this.suspicions.postpone(gapMs)
    return [{ kind: 'stalled', ms: gapMs }, ...this.#follow(this.probing.voidAll(monoMs), monoMs)]
  }

  /** Now and then: what is old goes, who is silent is shown so. */
  #sweep(now: Now): MembershipDecision[] {
    const { hidden, forgotten } = this.records.expire(now.wallMs)
    const decisions: MembershipDecision[] = hidden.map((record) => ({ kind: 'advertise', add: null, remove: record }))
    for (const record of forgotten) decisions.push(...this.#forgotten(record))
    const silentMs = SILENT_PACES * paceMs(this.records.size)
    for (const [peer, member] of this.#members.all()) {
      const since = Math.max(member.heardMs, member.sinceMs)
      if (member.state !== 'alive' || now.monoMs - since <= silentMs) continue
      if (!this.#isProtected(peer)) decisions.push(...this.#members.become(peer, 'unreachable', 'silence', now.monoMs))
    }
    return decisions
  }

  /** Whether its owner is still there, as far as a record can say. */
  #isFresh({ publishedAtMs }: NodeRecord, now: Now): boolean {
    return now.wallMs - publishedAtMs < FRESH_PACES * paceMs(this.records.size)
  }

  #forgotten(record: NodeRecord): MembershipDecision[] {
    const { peer } = record
    this.#early.forget(peer)
    this.suspicions.drop(peer)
    this.suspicions.forgetAccuser(peer)
    return [{ kind: 'advertise', add: null, remove: record }, this.#members.remove(peer)]
  }

  #advertise(add: NodeRecord, remove: NodeRecord | null, now: Now): MembershipDecision {
    return { kind: 'advertise', add: this.records.isAdvertised(add, now.wallMs) ? add : null, remove }
  }

  #isProtected(peer: PeerId): boolean {
    return peer === this.#self || this.probing.isNeighbour(peer)
  }

  /**
   * Whether an accuser's word counts: a member that is alive and that we know for long enough, or since our own
   * beginning.
   */
  #isCredible(accuser: PeerId, monoMs: number): boolean {
    const sinceMs = this.records.sinceMs(accuser)
    if (sinceMs === undefined || this.stateOf(accuser) !== 'alive') return false
    return monoMs - sinceMs >= this.#profile.accuserAgeMs || sinceMs - (this.#startedMs ?? sinceMs) < SETTLE_MS
  }

  /**
   * Members that are alive and whose records name the target as neighbour; by default only our own neighbours among
   * them.
   */
  #claimants(target: PeerId, neighboursOnly = true): PeerId[] {
    const mark = this.#members.get(target)?.mark
    if (mark === undefined) return []
    const candidates = neighboursOnly ? this.probing.neighbours : [...this.#members.all()].map(([peer]) => peer)
    return candidates.filter(
      (peer) =>
        peer !== target &&
        peer !== this.#self &&
        this.stateOf(peer) === 'alive' &&
        this.records.get(peer)?.neighbours.includes(mark) === true,
    )
  }
}
