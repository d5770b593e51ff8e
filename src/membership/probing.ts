/**
 * Who is pinged when, and what silence leads to: the detector (SWIM on libp2p connections).
 *
 * Tracked. The neighbours in the order of pinging, and the slowest of their last round trips; for each node that is
 * being checked the stage of the check and the pings under way.
 *
 * Rules (PROTOCOL.md, Records).
 * - Each period one neighbour is pinged, round robin; a newcomer gets a place by chance. Rationale: every neighbour is
 *   pinged once a round, and a node with eight neighbours about once a second by one of them, at times that have
 *   nothing to do with each other.
 * - An ack has max(0.5 s, 3 × slowest round trip) of time, stretched by our own health. After half of it three members
 *   that claim the node as neighbour are asked to ping it, so that what they say is there when the time is over. Where
 *   there is none it is pinged once more.
 * - A neighbour whose connection is lost, and that didn't say goodbye, is checked at once: helpers first, then by
 *   dialling it, with RECONNECT_MS of time. Rationale: a connection can end for many reasons, and a process that died
 *   refuses at once. A connection that this dial makes stays only where we had dialled the node before: otherwise
 *   whoever hangs up would choose whom we dial (SECURITY.md A9).
 * - Any ack ends the check. Whether the node is accused at its end isn't decided here.
 * - When we stood still, every check is void: nobody can be blamed for what we did not read.
 *
 * Invariants: at most CHECKS_MAX checks, one a node; helps within their bounds.
 *
 * The attacker's best move is to answer pings and nothing else: that is what a liveness check can see.
 */
import { assert } from '../lib/assert.ts'
import type { PeerId } from '../domain/ids.ts'
import {
  CHECKS_MAX,
  HELPERS,
  HELPS_MAX,
  HELPS_PER_PEER_MAX,
  PROBE_PERIOD_MS,
  PROBE_TIMEOUT_MAX_MS,
  PROBE_TIMEOUT_MIN_MS,
  PROBE_TIMEOUT_RTTS,
  RECONNECT_MS,
  RTTS_KEPT,
} from './limits.ts'

export type ProbeDecision =
  /** Ping a neighbour; the answer or its failure is owed under this number. */
  | { readonly kind: 'ping'; readonly probe: number; readonly peer: PeerId }
  /** Ask a member to ping the target and to wait `patienceMs` for it. */
  | {
      readonly kind: 'ask-help'
      readonly probe: number
      readonly helper: PeerId
      readonly target: PeerId
      readonly patienceMs: number
    }
  /** See whether it can be dialled. `keeps`: we had dialled it before, so that the connection may stay. */
  | { readonly kind: 'dial'; readonly target: PeerId; readonly keeps: boolean }
  /** The check is over: it answered, itself or through a helper. */
  | { readonly kind: 'reached'; readonly target: PeerId; readonly isDirect: boolean }
  /** The check is over: nobody got an answer. */
  | { readonly kind: 'unreached'; readonly target: PeerId }
  /** What becomes of a request for help. */
  | { readonly kind: 'answer-help'; readonly help: number; readonly answer: 'ack' | 'nack' | 'stranger' }
  /** What the observer learnt about itself. */
  | { readonly kind: 'observed'; readonly what: 'acked' | 'ack-missed' | 'nack-missing' }

interface Check {
  stage: 'direct' | 'again' | 'indirect' | 'dial'
  deadlineMs: number
  /** Until when an ack to our own ping is in time. */
  directUntilMs: number
  /** When helpers are asked. */
  helpAtMs: number
  /** Pings under way for it, and through which helper. */
  readonly probes: Map<number, PeerId | null>
  /** Helpers that said that they could not reach it either. */
  nacks: number
  /** The connection that was lost is one that we had dialled. */
  readonly wasOutbound: boolean
}

interface Neighbour {
  readonly rttsMs: number[]
}

/** A ping on behalf of another node. */
interface Help {
  readonly asker: PeerId
  readonly target: PeerId
  readonly probe: number
  readonly deadlineMs: number
}

export interface ProbingWorld {
  /** Our neighbours that claim the target as theirs. */
  helpersFor(target: PeerId): readonly PeerId[]
  /** Own times are multiplied with this. */
  stretch(): number
}

export class Probing {
  readonly #neighbours = new Map<PeerId, Neighbour>()
  readonly #checks = new Map<PeerId, Check>()
  readonly #helps = new Map<number, Help>()
  readonly #nextNumber: () => number
  readonly #chance: () => number
  readonly #world: ProbingWorld
  #order: PeerId[] = []
  #nextMs: number | null = null

  /** @param nextNumber numbers for pings, never the same twice; @param chance numbers in [0, 1) */
  constructor(options: { nextNumber: () => number; chance: () => number; world: ProbingWorld }) {
    this.#nextNumber = options.nextNumber
    this.#chance = options.chance
    this.#world = options.world
  }

  get neighbours(): readonly PeerId[] {
    return [...this.#neighbours.keys()]
  }

  isNeighbour(peer: PeerId): boolean {
    return this.#neighbours.has(peer)
  }

  /** The slowest of the last round trips, null before the first. */
  rttMs(peer: PeerId): number | null {
    const rtts = this.#neighbours.get(peer)?.rttsMs ?? []
    return rtts.length === 0 ? null : Math.max(...rtts)
  }

  connected(peer: PeerId): ProbeDecision[] {
    if (!this.#neighbours.has(peer)) {
      this.#neighbours.set(peer, { rttsMs: [] })
      this.#order.splice(Math.floor(this.#chance() * (this.#order.length + 1)), 0, peer)
    }
    return this.#checks.delete(peer) ? [{ kind: 'reached', target: peer, isDirect: true }] : []
  }

  /**
   * The last connection with it is gone. @param isSuspicious it didn't say goodbye, and we didn't send it away; @param
   * wasOutbound we had dialled it
   */
  disconnected(peer: PeerId, isSuspicious: boolean, wasOutbound: boolean, monoMs: number): ProbeDecision[] {
    if (!this.#neighbours.delete(peer)) return []
    this.#order = this.#order.filter((other) => other !== peer)
    this.#checks.delete(peer)
    const decisions = this.#loseHelper(peer, monoMs)
    return isSuspicious ? [...decisions, ...this.#checkFrom('indirect', peer, monoMs, wasOutbound)] : decisions
  }

  /** Somebody doubts a node: where it is our neighbour, it is pinged now. */
  check(target: PeerId, monoMs: number): ProbeDecision[] {
    return this.#neighbours.has(target) && !this.#checks.has(target) ? this.#checkFrom('direct', target, monoMs) : []
  }

  /** Whether somebody is being checked, by us or for others. */
  get isChecking(): boolean {
    return this.#checks.size + this.#helps.size > 0
  }

  /** When the next ping is due. */
  get nextMs(): number {
    return this.#nextMs ?? Number.NEGATIVE_INFINITY
  }

  /** The next ping, and what has run out of time. To be called at every wake. */
  due(monoMs: number): ProbeDecision[] {
    const decisions: ProbeDecision[] = []
    for (const [target, check] of [...this.#checks]) {
      if (check.stage === 'direct' && monoMs >= check.helpAtMs) decisions.push(...this.#askHelp(target, check, monoMs))
      if (monoMs >= check.deadlineMs && this.#checks.get(target) === check)
        decisions.push(...this.#timedOut(target, check, monoMs))
    }
    for (const [help, { probe, deadlineMs }] of this.#helps) {
      if (monoMs >= deadlineMs) decisions.push(...this.#endHelp(help, probe, 'nack'))
    }
    this.#nextMs ??= monoMs + PROBE_PERIOD_MS * this.#chance()
    if (monoMs >= this.#nextMs) {
      const periodMs = PROBE_PERIOD_MS * this.#world.stretch()
      // A wake is late by some part of its interval; the period must not grow by that.
      this.#nextMs = Math.max(this.#nextMs + periodMs, monoMs + periodMs / 2)
      const peer = this.#next()
      if (peer !== undefined) decisions.push(...this.#checkFrom('direct', peer, monoMs))
    }
    return decisions
  }

  /** A ping was answered by the target, or a helper got an answer from it. */
  acked(probe: number, rttMs: number): ProbeDecision[] {
    const helped = [...this.#helps].find(([, each]) => each.probe === probe)
    if (helped !== undefined) {
      const [help, { target }] = helped
      this.#remember(target, rttMs)
      return this.#endHelp(help, probe, 'ack')
    }
    const found = this.#find(probe)
    if (found === null) return []
    const [target, check] = found
    const isDirect = check.probes.get(probe) === null
    this.#checks.delete(target)
    if (!isDirect)
      return [
        { kind: 'observed', what: 'ack-missed' },
        { kind: 'reached', target, isDirect },
      ]
    this.#remember(target, rttMs)
    return [
      { kind: 'observed', what: 'acked' },
      { kind: 'reached', target, isDirect },
    ]
  }

  /** A helper could not reach the target (`nack`), or does not know it (`stranger`). */
  denied(probe: number, how: 'nack' | 'stranger', monoMs: number): ProbeDecision[] {
    const found = this.#find(probe)
    if (found === null) return []
    const [target, check] = found
    if (how === 'nack') check.nacks++
    check.probes.delete(probe)
    return this.#helperGone(target, check, monoMs)
  }

  /**
   * A ping came to nothing. @param isFinal the connection refused or broke: waiting longer is of no use (in contrast to
   * the deadline of the exchange, which may be shorter than ours)
   */
  failed(probe: number, isFinal: boolean, monoMs: number): ProbeDecision[] {
    const helped = [...this.#helps].find(([, each]) => each.probe === probe)
    if (helped !== undefined) return isFinal ? this.#endHelp(helped[0], probe, 'nack') : []
    const found = this.#find(probe)
    if (found === null || !isFinal) return []
    const [target, check] = found
    if (check.probes.get(probe) !== null) {
      // The helper is gone: that says nothing about us, nor about the target.
      check.probes.delete(probe)
      return this.#helperGone(target, check, monoMs)
    }
    check.probes.delete(probe)
    check.directUntilMs = monoMs
    if (check.stage === 'indirect') return this.#helperGone(target, check, monoMs)
    if (check.stage === 'again') return this.#timedOut(target, check, monoMs)
    return this.#askHelp(target, check, monoMs)
  }

  /** A lost neighbour could be dialled: it lives, whether or not the connection stays. */
  dialReached(target: PeerId): ProbeDecision[] {
    if (this.#checks.get(target)?.stage !== 'dial') return []
    this.#checks.delete(target)
    return [{ kind: 'reached', target, isDirect: true }]
  }

  /** The dial of a lost neighbour failed. */
  dialFailed(target: PeerId): ProbeDecision[] {
    return this.#checks.get(target)?.stage === 'dial' ? this.#unreached(target) : []
  }

  /** A member asks us to ping another one. Exactly one `answer-help` under this number follows, now or later. */
  helpAsked(help: number, asker: PeerId, target: PeerId, patienceMs: number, monoMs: number): ProbeDecision[] {
    const fromAsker = [...this.#helps.values()].filter((each) => each.asker === asker).length
    // Who asks us to ping himself wants nothing but our patience.
    if (asker === target) return [{ kind: 'answer-help', help, answer: 'stranger' }]
    if (!this.#neighbours.has(target)) {
      // A neighbour that we have just lost ourselves is one we can say something about.
      return [{ kind: 'answer-help', help, answer: this.#checks.has(target) ? 'nack' : 'stranger' }]
    }
    if (this.#helps.size >= HELPS_MAX || fromAsker >= HELPS_PER_PEER_MAX)
      return [{ kind: 'answer-help', help, answer: 'stranger' }]
    const probe = this.#nextNumber()
    const deadlineMs = monoMs + Math.min(patienceMs, PROBE_TIMEOUT_MAX_MS)
    this.#helps.set(help, { asker, target, probe, deadlineMs })
    return [{ kind: 'ping', probe, peer: target }]
  }

  /** We stood still: nothing that is under way counts. */
  voidAll(monoMs: number): ProbeDecision[] {
    this.#checks.clear()
    this.#nextMs = monoMs + PROBE_PERIOD_MS
    return [...this.#helps].flatMap(([help, { probe }]) => this.#endHelp(help, probe, 'stranger'))
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: 'membership.checks', size: this.#checks.size, capacity: CHECKS_MAX, unit: 'nodes' },
      { name: 'membership.helps', size: this.#helps.size, capacity: HELPS_MAX, unit: 'pings' },
    ]
  }

  invariants(): void {
    assert(this.#checks.size <= CHECKS_MAX, 'checks within their bound')
    assert(this.#helps.size <= HELPS_MAX, 'helps within their bound')
    for (const check of this.#checks.values()) assert(check.probes.size <= HELPERS + 2, 'few pings a check')
    for (const peer of this.#order) assert(this.#neighbours.has(peer), 'only neighbours are pinged')
    assert(this.#order.length === this.#neighbours.size, 'every neighbour is pinged')
  }

  /** The neighbour whose turn it is; it goes to the end of the line. */
  #next(): PeerId | undefined {
    const peer = this.#order.shift()
    if (peer !== undefined) this.#order.push(peer)
    return peer
  }

  #checkFrom(
    stage: 'direct' | 'indirect',
    target: PeerId,
    monoMs: number,
    wasOutbound: boolean = false,
  ): ProbeDecision[] {
    if (this.#checks.has(target) || this.#checks.size >= CHECKS_MAX) return []
    const check: Check = {
      stage,
      deadlineMs: monoMs,
      directUntilMs: monoMs,
      helpAtMs: monoMs,
      probes: new Map(),
      nacks: 0,
      wasOutbound,
    }
    this.#checks.set(target, check)
    if (stage === 'direct') return this.#ping(target, check, monoMs)
    return this.#askHelp(target, check, monoMs)
  }

  #ping(target: PeerId, check: Check, monoMs: number): ProbeDecision[] {
    const probe = this.#nextNumber()
    check.probes.set(probe, null)
    const timeoutMs = this.#timeoutMs(target)
    check.directUntilMs = monoMs + timeoutMs
    check.deadlineMs = check.directUntilMs
    check.helpAtMs = monoMs + timeoutMs / 2
    return [{ kind: 'ping', probe, peer: target }]
  }

  /** Asks helpers where there are any; our own ping stays open, a late ack still counts. */
  #askHelp(target: PeerId, check: Check, monoMs: number): ProbeDecision[] {
    check.helpAtMs = Number.POSITIVE_INFINITY
    const helpers = this.#drawn(this.#world.helpersFor(target).filter((helper) => this.#neighbours.has(helper)))
    if (helpers.length === 0) return this.#tryAgain(target, check, monoMs)
    check.stage = 'indirect'
    // The helper's nack must be back before we give up on the helper: it may be late by one of its wakes.
    const timeoutMs = this.#timeoutMs(target)
    const patienceMs = Math.round(Math.min(PROBE_TIMEOUT_MAX_MS / 2, timeoutMs / 2))
    check.deadlineMs = monoMs + patienceMs + timeoutMs
    return helpers.map((helper) => {
      const probe = this.#nextNumber()
      check.probes.set(probe, helper)
      return { kind: 'ask-help', probe, helper, target, patienceMs }
    })
  }

  /** A helper has answered, or is gone: with the last of them only our own time is left to wait for. */
  #helperGone(target: PeerId, check: Check, monoMs: number): ProbeDecision[] {
    if (check.stage !== 'indirect' || silentHelpers(check) > 0) return []
    check.deadlineMs = check.directUntilMs
    return this.#endIfOver(target, check, monoMs)
  }

  #endIfOver(target: PeerId, check: Check, monoMs: number): ProbeDecision[] {
    return monoMs >= check.deadlineMs ? this.#timedOut(target, check, monoMs) : []
  }

  /** The time of a stage is over. */
  #timedOut(target: PeerId, check: Check, monoMs: number): ProbeDecision[] {
    if (check.stage === 'again' || check.stage === 'dial') return this.#unreached(target)
    const silent = silentHelpers(check)
    const observed = new Array<ProbeDecision>(silent).fill({ kind: 'observed', what: 'nack-missing' })
    // With nacks that is enough; without, we try once more ourselves.
    return [...observed, ...(check.nacks > 0 ? this.#unreached(target) : this.#tryAgain(target, check, monoMs))]
  }

  /** Nobody can help: another ping, or a dial where the connection is gone. */
  #tryAgain(target: PeerId, check: Check, monoMs: number): ProbeDecision[] {
    if (this.#neighbours.has(target)) {
      check.stage = 'again'
      return this.#ping(target, check, monoMs)
    }
    check.stage = 'dial'
    check.deadlineMs = monoMs + RECONNECT_MS
    return [{ kind: 'dial', target, keeps: check.wasOutbound }]
  }

  #unreached(target: PeerId): ProbeDecision[] {
    this.#checks.delete(target)
    // A connection that is gone says nothing about our own speed.
    const observed: ProbeDecision[] = this.#neighbours.has(target) ? [{ kind: 'observed', what: 'ack-missed' }] : []
    return [...observed, { kind: 'unreached', target }]
  }

  #loseHelper(peer: PeerId, monoMs: number): ProbeDecision[] {
    const decisions: ProbeDecision[] = []
    for (const [help, each] of this.#helps) {
      if (each.target === peer) decisions.push(...this.#endHelp(help, each.probe, 'nack'))
      // The asker is gone; whoever keeps its question open must hear that it is over.
      else if (each.asker === peer) decisions.push(...this.#endHelp(help, each.probe, 'stranger'))
    }
    for (const [target, check] of [...this.#checks]) {
      for (const [probe, helper] of [...check.probes]) if (helper === peer) check.probes.delete(probe)
      decisions.push(...this.#helperGone(target, check, monoMs))
    }
    return decisions
  }

  #endHelp(help: number, probe: number, answer: 'ack' | 'nack' | 'stranger'): ProbeDecision[] {
    assert(this.#helps.get(help)?.probe === probe, 'a help has one ping')
    this.#helps.delete(help)
    return [{ kind: 'answer-help', help, answer }]
  }

  #find(probe: number): [PeerId, Check] | null {
    for (const entry of this.#checks) if (entry[1].probes.has(probe)) return entry
    return null
  }

  #remember(peer: PeerId, rttMs: number): void {
    const neighbour = this.#neighbours.get(peer)
    if (neighbour === undefined) return
    neighbour.rttsMs.push(rttMs)
    if (neighbour.rttsMs.length > RTTS_KEPT) neighbour.rttsMs.shift()
  }

  #timeoutMs(peer: PeerId): number {
    const usualMs = Math.max(PROBE_TIMEOUT_MIN_MS, PROBE_TIMEOUT_RTTS * (this.rttMs(peer) ?? 0))
    return Math.min(PROBE_TIMEOUT_MAX_MS, usualMs) * this.#world.stretch()
  }

  #drawn(helpers: readonly PeerId[]): PeerId[] {
    return helpers
      .map((helper) => ({ helper, at: this.#chance() }))
      .sort((a, b) => a.at - b.at)
      .slice(0, HELPERS)
      .map(({ helper }) => helper)
  }
}

/** Helpers that were asked and have not answered. */
function silentHelpers(check: Check): number {
  let count = 0
  for (const helper of check.probes.values()) if (helper !== null) count++
  return count
}
