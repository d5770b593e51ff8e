/**
 * One question to every node that can be reached: what did you see of these objects.
 *
 * Tracked. Each node once: the ways to it that are known, whether it is being asked, what it answered, and the best
 * comparison of clocks.
 *
 * Rules.
 * - Neighbours are asked directly. A node that has answered is a step to its own neighbours, which its record names: a
 *   way leads only over nodes that answered within this survey, so that a paused or dead one is never a step.
 *   Rationale: a query that everybody passes on grows by itself and needs a memory of what was passed on; one that
 *   carries its way costs each step one request, and the asker alone bounds how many there are.
 * - A way has at most OBSERVE_HOPS_MAX steps between. The shortest is tried first; a node that did not answer is asked
 *   over other ways, up to ATTEMPTS_MAX in all.
 * - At most ASKS_AT_ONCE requests are under way.
 * - The clock of a node that answered is compared up to `samples` times, and the sample with the shortest round trip
 *   counts.
 * - After `deadlineMs` whoever has not answered has not.
 *
 * Invariants: at most one request to a node is under way; what is under way is at most ASKS_AT_ONCE.
 *
 * The attacker's best move: to answer with lies, for himself, and for those whom we reach over him alone. Answers are
 * hearsay, shown with the way they came by; nothing is decided by them.
 */
import { assert } from '../lib/assert.ts'
import { OBSERVE_HOPS_MAX } from '../domain/codec/observe-codec.ts'
import type { PeerId } from '../domain/ids.ts'
import { clockSample, type AnswerTimes, type ClockSample, type Observation } from '../domain/observation.ts'
import type { Surveyed, SurveyTrouble } from '../domain/surveyed.ts'
import { ASKS_AT_ONCE, ATTEMPTS_MAX, SURVEYED_MAX } from './limits.ts'

export interface SurveyMember {
  readonly peer: PeerId
  readonly name: string
  /** Probes say so; it may have come back since, so it is asked all the same. */
  readonly isDead?: boolean
  /** By which records name it, and by which its own record names its neighbours. */
  readonly mark: string
  readonly neighbours: readonly string[]
}

/** Ask the last node of `way` over the ones before it. */
export interface SurveyAsk {
  readonly ask: number
  readonly way: readonly PeerId[]
  /** Only for the times: it has told already what it saw. */
  readonly isTimesOnly: boolean
}

interface Entry {
  readonly member: SurveyMember
  readonly ways: (readonly PeerId[])[]
  attempts: number
  samples: number
  asked: { readonly ask: number; readonly way: readonly PeerId[] } | null
  answeredOver: readonly PeerId[] | null
  observations: readonly Observation[]
  clock: ClockSample | null
  trouble: SurveyTrouble
}

export class Survey {
  readonly deadlineMs: number
  readonly #entries = new Map<PeerId, Entry>()
  /** Who claims, or is claimed, to be connected with whom, by marks. */
  readonly #beside = new Map<string, Set<string>>()
  readonly #byMark = new Map<string, Entry[]>()
  readonly #asks = new Map<number, Entry>()
  readonly #waiting = new Set<Entry>()
  readonly #samples: number
  #next = 0

  constructor(options: {
    readonly members: readonly SurveyMember[]
    /** Peers that we are connected with; those without a record are members too. */
    readonly neighbours: readonly PeerId[]
    readonly samples: number
    readonly deadlineMs: number
  }) {
    this.deadlineMs = options.deadlineMs
    this.#samples = options.samples
    for (const member of options.members.slice(0, SURVEYED_MAX)) {
      const entry: Entry = {
        member,
        ways: [],
        attempts: 0,
        samples: 0,
        asked: null,
        answeredOver: null,
        observations: [],
        clock: null,
        trouble: 'no-way',
      }
      this.#entries.set(member.peer, entry)
      this.#byMark.set(member.mark, [...(this.#byMark.get(member.mark) ?? []), entry])
      for (const mark of member.neighbours) {
        this.#link(member.mark, mark)
        this.#link(mark, member.mark)
      }
    }
    for (const peer of options.neighbours) {
      const entry = this.#entries.get(peer)
      if (entry !== undefined) this.#wayFound(entry, [peer])
    }
  }

  /** Everything is asked and answered. */
  get isDone(): boolean {
    return this.#asks.size === 0 && this.#waiting.size === 0
  }

  /** Requests that may leave now; to be called after each change. */
  takeAsks(): SurveyAsk[] {
    const asks: SurveyAsk[] = []
    for (const entry of this.#waiting) {
      if (this.#asks.size >= ASKS_AT_ONCE) break
      this.#waiting.delete(entry)
      const isTimesOnly = entry.answeredOver !== null
      const way = isTimesOnly ? [...(entry.answeredOver ?? []), entry.member.peer] : entry.ways.shift()
      if (way === undefined) continue
      const ask = ++this.#next
      if (!isTimesOnly) entry.attempts++
      entry.asked = { ask, way }
      this.#asks.set(ask, entry)
      asks.push({ ask, way, isTimesOnly })
    }
    return asks
  }

  /** An answer came. `askedNs` and `answeredNs` by our clock; null where nobody read it. */
  answered(
    ask: number,
    answer: { readonly times: AnswerTimes; readonly observations: readonly Observation[] },
    clocks: { readonly askedNs: bigint; readonly answeredNs: bigint } | null,
  ): void {
    const ended = this.#ended(ask)
    if (ended === null) return
    const { entry, way } = ended
    entry.samples++
    const sample = clocks === null ? null : clockSample(answer.times, clocks.askedNs, clocks.answeredNs)
    if (sample !== null && (entry.clock === null || sample.errorNs < entry.clock.errorNs)) entry.clock = sample
    if (entry.answeredOver === null) {
      entry.answeredOver = way.slice(0, -1)
      entry.observations = answer.observations
      entry.ways.length = 0
      this.#stepsFrom(entry, way)
    }
    if (entry.samples < this.#samples) this.#waiting.add(entry)
  }

  failed(ask: number, trouble: SurveyTrouble): void {
    const ended = this.#ended(ask)
    if (ended === null) return
    const { entry } = ended
    // What failed was a further comparison of clocks: the answer stands.
    if (entry.answeredOver !== null) return
    entry.trouble = trouble
    if (entry.ways.length > 0 && entry.attempts < ATTEMPTS_MAX) this.#waiting.add(entry)
  }

  /** A row a node, as it stands. */
  rows(): Surveyed[] {
    return [...this.#entries.values()].map(
      ({ member, answeredOver, clock, observations, trouble, asked, ways, attempts }) => ({
        peer: member.peer,
        name: member.name,
        trouble:
          answeredOver !== null
            ? null
            : member.isDead === true
              ? 'dead'
              : asked !== null || (ways.length > 0 && attempts === 0)
                ? 'late'
                : trouble,
        over: answeredOver ?? [],
        clock,
        observations,
      }),
    )
  }

  invariants(): void {
    assert(this.#asks.size <= ASKS_AT_ONCE, 'no more requests under way than allowed')
    for (const [ask, entry] of this.#asks) assert(entry.asked?.ask === ask, 'one request to a node is under way')
  }

  #ended(ask: number): { readonly entry: Entry; readonly way: readonly PeerId[] } | null {
    const entry = this.#asks.get(ask)
    if (entry === undefined || entry.asked === null) return null
    const { way } = entry.asked
    this.#asks.delete(ask)
    entry.asked = null
    return { entry, way }
  }

  #stepsFrom({ member }: Entry, way: readonly PeerId[]): void {
    if (way.length > OBSERVE_HOPS_MAX) return
    for (const mark of this.#beside.get(member.mark) ?? [])
      for (const next of this.#byMark.get(mark) ?? [])
        if (!way.includes(next.member.peer)) this.#wayFound(next, [...way, next.member.peer])
  }

  #wayFound(entry: Entry, way: readonly PeerId[]): void {
    if (entry.answeredOver !== null || entry.ways.length >= ATTEMPTS_MAX) return
    entry.ways.push(way)
    entry.ways.sort((a, b) => a.length - b.length)
    if (entry.asked === null && entry.attempts < ATTEMPTS_MAX) this.#waiting.add(entry)
  }

  #link(from: string, to: string): void {
    const own = this.#beside.get(from)
    if (own === undefined) this.#beside.set(from, new Set([to]))
    else own.add(to)
  }
}
