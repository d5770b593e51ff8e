/**
 * What is known of nodes beside their records: who was there when, what they answered when they were asked for an
 * object that they have no record of, and of whom all is told. "It does not have it" is a claim; it is made only where
 * the node said so, or where all that it told is there and it told nothing of the object, and in both cases only when
 * the object is on its way no longer. Everything else is "not known yet".
 */
import { Attendance, isThere, type Absence } from './attendance.ts'
import { ON_ITS_WAY_MS } from './limits.ts'
import type { RecordingHead, RecordingLine } from './recording.ts'

const ON_ITS_WAY_NS = BigInt(ON_ITS_WAY_MS) * 1_000_000n

/** How a node without a record of an object stands to it. */
export type Standing =
  | { readonly kind: 'held' } // it has it, and does not remember how it came
  | { readonly kind: 'lacks' } // known to be without it
  | { readonly kind: 'pending' } // on its way, or nobody could ask
  | { readonly kind: 'absent'; readonly absence: Absence }

export interface Knowledge {
  /** Why a node was not there; null where it was. */
  absence(node: string, atNs: bigint): Absence | null
  /** How a node that told nothing of an object stands to it. @param startNs when the object was sent */
  standing(node: string, id: string, startNs: bigint): Standing
}

/** When an object that was sent then counts as on its way no longer. */
export function dueNsOf(startNs: bigint): bigint {
  return startNs + ON_ITS_WAY_NS
}

/** Nothing but records is known: who has none may have it all the same. */
export const RECORDS_ALONE: Knowledge = { absence: () => null, standing: () => ({ kind: 'pending' }) }

interface Answer {
  readonly known: boolean
  readonly atNs: bigint
}

export class Known implements Knowledge {
  readonly attendance = new Attendance()
  readonly #answers = new Map<string, Map<string, Answer>>()
  readonly #toldUntil = new Map<string, bigint>()

  /** The node was asked whether it has the object; the last answer counts. True where it says something new. */
  answered(node: string, id: string, known: boolean, atNs: bigint): boolean {
    const answers = this.#answers.get(id) ?? new Map<string, Answer>()
    const before = answers.get(node)
    if (before !== undefined && before.atNs >= atNs) return false
    this.#answers.set(id, answers.set(node, { known, atNs }))
    return before?.known !== known
  }

  /** All answers on an object, to tell others. */
  answers(id: string): ReadonlyMap<string, Answer> {
    return this.#answers.get(id) ?? NO_ANSWERS
  }

  /** No need to ask again: it has it; or it lacked it when it was on its way no longer, and said so after `againNs`. */
  isSettled(node: string, id: string, startNs: bigint, againNs: bigint): boolean {
    const answer = this.#answers.get(id)?.get(node)
    return answer !== undefined && (answer.known || (answer.atNs >= startNs + ON_ITS_WAY_NS && answer.atNs >= againNs))
  }

  forget(id: string): void {
    this.#answers.delete(id)
  }

  /** All that the node told until then is among the records. */
  toldUntil(node: string, atNs: bigint): void {
    this.#toldUntil.set(node, atNs)
  }

  absence(node: string, atNs: bigint): Absence | null {
    return this.attendance.absence(node, atNs)
  }

  standing(node: string, id: string, startNs: bigint): Standing {
    const absence = this.absence(node, startNs)
    if (absence !== null) return { kind: 'absent', absence }
    const answer = this.#answers.get(id)?.get(node)
    if (answer?.known === true) return { kind: 'held' }
    const dueNs = startNs + ON_ITS_WAY_NS
    const endNs = this.attendance.endOfRun(node, startNs)
    const isOfThatRun = (atNs: bigint): boolean => endNs === null || atNs <= endNs
    // What another run of the node says is no word of the one that was there.
    if (answer !== undefined && answer.atNs >= dueNs && isOfThatRun(answer.atNs)) return { kind: 'lacks' }
    if ((this.#toldUntil.get(node) ?? 0n) >= dueNs && isOfThatRun(dueNs)) return { kind: 'lacks' }
    if (endNs === null) return { kind: 'pending' }
    return { kind: 'absent', absence: isGone(this.attendance.stateOf(node)) ? 'down' : 'restarted' }
  }
}

const NO_ANSWERS: ReadonlyMap<string, Answer> = new Map()

function isGone(state: string | null): boolean {
  return state === null || !isThere(state)
}

/** What a recording's lines say beside its records. */
export function knowledgeOf(lines: readonly Exclude<RecordingLine, RecordingHead>[]): Known {
  const known = new Known()
  const lastNs = new Map<string, bigint>()
  const incomplete = new Set<string>()
  let isFull = true
  for (const line of lines) {
    const ns = BigInt(line.t_ns)
    if (!('line' in line) || line.line === 'told') {
      if (ns > (lastNs.get(line.node) ?? 0n)) lastNs.set(line.node, ns)
    }
    if (!('line' in line)) continue
    if (line.line === 'node') known.attendance.note(line.node, ns, line.state)
    else if (line.line === 'asked') known.answered(line.node, line.id, line.known, ns)
    else if (line.line === 'unasked' || (line.line === 'told' && line.untraced > 0)) incomplete.add(line.node)
    else if (line.line === 'dropped' && line.node === '') isFull = false
    else if (line.line === 'dropped' && line.n > 0) incomplete.add(line.node)
  }
  if (isFull) for (const [node, ns] of lastNs) if (!incomplete.has(node)) known.toldUntil(node, ns)
  return known
}
