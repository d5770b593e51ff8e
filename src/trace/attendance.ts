/**
 * Who was there when: the runs of each node, from the changes of its state. A node that was not there when an object
 * was sent can't be reproached with not having it: it is no part of what coverage is measured against. A paused process
 * is there (it will have to catch up), a starting one is not yet.
 */

/**
 * Why a node was not there: it had not come yet; it was down; or it has been started anew since, and what it knew then
 * is gone.
 */
export type Absence = 'later' | 'down' | 'restarted'

export interface StateChange {
  readonly tNs: bigint
  readonly state: string
}

interface Run {
  readonly fromNs: bigint
  /** Null while it lasts. */
  readonly untilNs: bigint | null
}

const ENDED: ReadonlySet<string> = new Set(['killed', 'stopped', 'failed'])
const BEFORE_ALL = 0n
const THERE: ReadonlySet<string> = new Set(['ready', 'paused'])

/** Whether a process in this state lives; `late` and `unresponsive` ones do. */
export function isThere(state: string): boolean {
  return !GONE.has(state)
}

const GONE: ReadonlySet<string> = new Set(['starting', 'killed', 'stopped', 'failed'])

export class Attendance {
  readonly #changes = new Map<string, StateChange[]>()
  readonly #runs = new Map<string, readonly Run[]>()

  /** Changes may come in any order, and more than once. */
  note(node: string, tNs: bigint, state: string): void {
    const changes = this.#changes.get(node) ?? []
    if (changes.some((known) => known.tNs === tNs && known.state === state)) return
    changes.push({ tNs, state })
    changes.sort((a, b) => (a.tNs < b.tNs ? -1 : a.tNs > b.tNs ? 1 : 0))
    this.#changes.set(node, changes)
    this.#runs.set(node, runsOf(changes))
  }

  /** The node's last state; null where none is known. */
  stateOf(node: string): string | null {
    return this.#changes.get(node)?.at(-1)?.state ?? null
  }

  /** Why the node was not there; null where it was. A node of which nothing is known counts as there. */
  absence(node: string, atNs: bigint): Absence | null {
    const runs = this.#runs.get(node)
    if (runs === undefined || this.#runAt(node, atNs) !== null) return null
    return runs.some(({ fromNs }) => fromNs < atNs) ? 'down' : 'later'
  }

  /** When the run in which the node was at this time ended; null where it lasts, or nothing is known. */
  endOfRun(node: string, atNs: bigint): bigint | null {
    return this.#runAt(node, atNs)?.untilNs ?? null
  }

  #runAt(node: string, atNs: bigint): Run | null {
    return (
      this.#runs.get(node)?.find(({ fromNs, untilNs }) => fromNs <= atNs && (untilNs === null || atNs < untilNs)) ??
      null
    )
  }
}

function runsOf(changes: readonly StateChange[]): Run[] {
  const runs: Run[] = []
  // Who is known to have gone was there before.
  let fromNs: bigint | null = ENDED.has(changes[0]?.state ?? '') ? BEFORE_ALL : null
  for (const { tNs, state } of changes) {
    if (THERE.has(state)) fromNs ??= tNs
    else if (fromNs !== null) {
      runs.push({ fromNs, untilNs: tNs })
      fromNs = null
    }
  }
  if (fromNs !== null) runs.push({ fromNs, untilNs: null })
  return runs
}
