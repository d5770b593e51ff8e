/**
 * The smallest case of a scenario that fails: fewer entries, fewer nodes, shorter, as long as it still misses what it
 * missed. Greedy and bounded; every candidate is run, so the result fails for certain.
 */
import { checkScenario } from '../check.ts'
import type { Entry, ScenarioDocument } from '../document.ts'

export interface ShrinkOptions {
  /** Whether this one still misses what the first one missed. */
  readonly fails: (document: ScenarioDocument) => Promise<boolean>
  /** Most candidates that are run. */
  readonly triesMax: number
  /** Nothing more is tried when it is aborted. */
  readonly signal?: AbortSignal
  readonly onProgress: (text: string) => void
}

/** The fewest nodes that are a network. */
const NODES_MIN = 2
/** Not shorter than what a person can see happen, ms. */
const TIME_MS_MIN = 500

/** @param document one that fails */
export async function shrink(document: ScenarioDocument, options: ShrinkOptions): Promise<ScenarioDocument> {
  const shrinking = new Shrinking(document, options)
  await shrinking.run()
  return shrinking.smallest
}

class Shrinking {
  smallest: ScenarioDocument
  readonly #options: ShrinkOptions
  readonly #tried = new Set<string>()
  #tries = 0

  constructor(document: ScenarioDocument, options: ShrinkOptions) {
    this.smallest = document
    this.#options = options
  }

  async run(): Promise<void> {
    for (let before = ''; before !== keyOf(this.smallest) && this.#tries < this.#options.triesMax;) {
      before = keyOf(this.smallest)
      await this.#fewerEntries()
      await this.#fewerNodes()
      await this.#shorter()
    }
  }

  /** Takes stretches of the timeline away: halves first, then ever smaller ones, at last each entry by itself. */
  async #fewerEntries(): Promise<void> {
    for (
      let size = Math.ceil(this.smallest.timeline.length / 2);
      size >= 1;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (let at = 0; at < this.smallest.timeline.length;) {
        const { timeline } = this.smallest
        const rest = timeline.filter((_, index) => index < at || index >= at + size)
        // What has been taken away makes room: the next stretch is where this one was.
        if (!(await this.#take({ ...this.smallest, timeline: rest }))) at += size
      }
    }
  }

  async #fewerNodes(): Promise<void> {
    const { network } = this.smallest
    for (let nodes = NODES_MIN; nodes < network.nodes; nodes++) {
      const validators = Math.min(network.validators ?? 4, nodes)
      const timeline = this.smallest.timeline.map((entry) => withNodes(entry, nodes))
      if (await this.#take({ ...this.smallest, network: { ...network, nodes, validators }, timeline })) return
    }
  }

  /** Half of all times, and half of each load. */
  async #shorter(): Promise<void> {
    for (const change of [sooner, lighter]) {
      for (;;) {
        const timeline = this.smallest.timeline.map(change)
        if (!(await this.#take({ ...this.smallest, timeline }))) break
      }
    }
  }

  async #take(candidate: ScenarioDocument): Promise<boolean> {
    const key = keyOf(candidate)
    if (this.#options.signal?.aborted === true) return false
    if (this.#tried.has(key) || this.#tries >= this.#options.triesMax || !checkScenario(key).ok) return false
    this.#tried.add(key)
    this.#tries++
    const { timeline, network } = this.smallest
    this.#options.onProgress(`shrinking: ${timeline.length} entries, ${network.nodes} nodes, ${this.#tries} tries`)
    if (!(await this.#options.fails(candidate))) return false
    this.smallest = candidate
    return true
  }
}

/** Nodes beyond the last one become others. */
function withNodes(entry: Entry, count: number): Entry {
  if ('nodes' in entry && typeof entry.nodes === 'number') return { ...entry, nodes: entry.nodes % count }
  if (entry.do === 'partition') {
    const groups = entry.groups.map((group) => {
      const kept = String(group)
        .split(',')
        .filter((node) => Number(node) < count)
      return kept.length === 0 ? '0' : kept.join(',')
    })
    return { ...entry, groups }
  }
  return entry
}

function sooner(entry: Entry): Entry {
  const shorter = { ...entry, at: half(entry.at, 0) }
  return 'for' in shorter && shorter.for !== undefined ? { ...shorter, for: half(shorter.for, TIME_MS_MIN) } : shorter
}

function lighter(entry: Entry): Entry {
  return entry.do === 'load' ? { ...entry, rate: Math.max(1, Math.floor(entry.rate / 2)) } : entry
}

/** Of a time in milliseconds, as chaos draws them; others stay. */
function half(text: string, min: number): string {
  const match = /^(\d+)ms$/.exec(text)
  return match === null ? text : `${Math.max(min, Math.floor(Number(match[1]) / 2))}ms`
}

function keyOf(document: ScenarioDocument): string {
  return JSON.stringify(document)
}
