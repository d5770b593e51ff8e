/**
 * A scenario's document to an experiment: defaults filled in, texts to numbers, entries to what happens when. Pure.
 * What contradicts itself comes back as mistakes, each with the path of the value that is wrong.
 */
import { parseDuration } from '../lib/duration.ts'
import { assertNever } from '../lib/assert.ts'
import { parseLinkShape } from '../../testnet/shaper/shape.ts'
import type { Entry, ExpectationDocument, NetworkDocument, ScenarioDocument } from './document.ts'
import type { Action, Expectation, Experiment, LinkPlan, NetworkPlan, When } from './experiment.ts'
import { FIGURES } from './figures.ts'
import { PAYLOAD_BYTES, SCENARIO_MS_MAX, SCENARIO_NODES_MAX, SETTLE_MS, TRANSACTIONS_MAX } from './limits.ts'
import { parseNodes } from './nodes-text.ts'

export type Path = readonly (string | number)[]

export interface Contradiction {
  readonly path: Path
  readonly message: string
}

export type Compiled =
  | { readonly ok: true; readonly experiment: Experiment }
  | { readonly ok: false; readonly mistakes: readonly Contradiction[] }

/** @param document as the schema has it */
export function compile(document: ScenarioDocument): Compiled {
  const compiler = new Compiler()
  const experiment = compiler.experiment(document)
  return compiler.mistakes.length === 0 ? { ok: true, experiment } : { ok: false, mistakes: compiler.mistakes }
}

type Life = 'up' | 'down' | 'paused'

class Compiler {
  readonly mistakes: Contradiction[] = []
  readonly #actions: Action[] = []
  #count = 0
  /** Transactions handed in so far: the load goes round. */
  #handed = 0
  #lives: Life[] = []
  /** Pauses that end by themselves: of whom, and when. Who is taken down meanwhile is not resumed. */
  readonly #pauses: { readonly endMs: number; readonly nodes: number[] }[] = []

  experiment(document: ScenarioDocument): Experiment {
    const network = this.#network(document.network)
    this.#count = network.nodes
    this.#lives = Array.from({ length: network.nodes }, () => 'up')
    // In the order of time, as nodes that are added have their numbers only from then on; equal times keep the order
    // of the file.
    const entries = document.timeline
      .map((entry, index) => ({
        entry,
        path: ['timeline', index],
        atMs: this.#ms(entry.at, ['timeline', index, 'at']),
      }))
      .sort((a, b) => a.atMs - b.atMs)
    for (const { entry, path, atMs } of entries) this.#entry(entry, atMs, path)
    this.#endPauses(Number.POSITIVE_INFINITY)
    const actions = this.#actions.sort((a, b) => a.atMs - b.atMs)
    if (this.#handed > TRANSACTIONS_MAX)
      this.#mistake(
        ['timeline'],
        `${this.#handed} transactions are more than ${TRANSACTIONS_MAX}: lower a rate or a time`,
      )
    const calmMs = Math.max(0, ...actions.map(({ atMs }) => atMs))
    const faults = actions.filter(({ kind }) => kind !== 'hand-in' && kind !== 'forge' && kind !== 'tag')
    const lastFaultMs = faults.length === 0 ? calmMs : Math.max(...faults.map(({ atMs }) => atMs))
    const settleMs = document.settle === undefined ? SETTLE_MS : this.#ms(document.settle, ['settle'])
    const endMs = calmMs + settleMs
    if (endMs > SCENARIO_MS_MAX) this.#mistake(['timeline'], 'the scenario is longer than a day')
    const expectations = document.expect.map((each, index) => this.#expectation(each, endMs, ['expect', index]))
    return {
      name: document.name,
      about: document.about ?? '',
      network,
      actions,
      calmMs,
      lastFaultMs,
      runningAtEnd: this.#lives.filter((life) => life === 'up').length,
      endMs,
      expectations,
    }
  }

  #network(document: NetworkDocument): NetworkPlan {
    const { nodes, regions = [] } = document
    const path = ['network']
    const between = this.#link(document.link ?? '0', document.loss ?? 0, [...path, 'link'])
    const regionOf = Array.from({ length: nodes }, () => 0)
    // The first region is of those that are in none.
    const links: LinkPlan[][] = [[between]]
    regions.forEach((region, index) => {
      const own = [...path, 'regions', index]
      for (const node of this.#nodes(region.nodes, [...own, 'nodes'], nodes)) {
        if (regionOf[node] !== 0) this.#mistake([...own, 'nodes'], `node ${node} is in two regions`)
        regionOf[node] = index + 1
      }
      for (const row of links) row.push(between)
      links.push(Array.from({ length: index + 2 }, () => between))
      const last = links.at(-1) as LinkPlan[]
      last[index + 1] =
        region.link === undefined && region.loss === undefined
          ? between
          : this.#link(region.link ?? document.link ?? '0', region.loss ?? document.loss ?? 0, [...own, 'link'])
    })
    const degree = document.degree ?? 6
    const validators = Math.min(document.validators ?? 4, nodes)
    if ((document.validators ?? 0) > nodes)
      this.#mistake([...path, 'validators'], `${document.validators} validators are more than the ${nodes} nodes`)
    return {
      nodes,
      topology: document.topology ?? 'random',
      degree,
      discovery: document.discovery ?? false,
      validators,
      slotMs: document.slot === undefined ? 2_000 : this.#ms(document.slot, [...path, 'slot'], 100),
      seed: document.seed ?? 1,
      regionOf,
      links,
    }
  }

  #entry(entry: Entry, atMs: number, path: Path): void {
    this.#endPauses(atMs)
    const nodesOf = (given: string | number): readonly number[] => this.#nodes(given, [...path, 'nodes'])
    switch (entry.do) {
      case 'load': {
        const nodes = nodesOf(entry.nodes ?? 'all')
        const total = Math.floor((entry.rate * this.#ms(entry.for, [...path, 'for'])) / 1_000)
        if (total === 0) this.#mistake([...path, 'for'], 'not one transaction is due in this time')
        for (let sent = 0; sent < Math.min(total, TRANSACTIONS_MAX + 1); sent++)
          this.#handIn(
            atMs + Math.floor((sent * 1_000) / entry.rate),
            nodes[this.#handed % nodes.length] ?? 0,
            entry.bytes,
          )
        return
      }
      case 'transaction':
        this.#handIn(atMs, this.#nodes(entry.node, [...path, 'node'])[0] ?? 0, entry.bytes)
        return
      case 'forge': {
        // Two that run: who is down hears nothing.
        const nodes = [...this.#lives.keys()].filter((node) => this.#lives[node] === 'up').slice(0, 2)
        this.#actions.push({ atMs, kind: 'forge', how: entry.how ?? 'amount', nodes })
        return
      }
      case 'kill':
      case 'power-cut':
      case 'leave':
        this.#live(nodesOf(entry.nodes), ['up', 'paused'], 'down', [...path, 'nodes'], entry.do)
        this.#actions.push({ atMs, kind: entry.do, nodes: nodesOf(entry.nodes) })
        return
      case 'restart':
        this.#live(nodesOf(entry.nodes), ['up', 'down'], 'up', [...path, 'nodes'], entry.do)
        this.#actions.push({ atMs, kind: 'restart', nodes: nodesOf(entry.nodes) })
        return
      case 'pause': {
        const nodes = nodesOf(entry.nodes)
        this.#live(nodes, ['up'], 'paused', [...path, 'nodes'], entry.do)
        this.#actions.push({ atMs, kind: 'pause', nodes })
        if (entry.for === undefined) return
        this.#pauses.push({ endMs: atMs + this.#ms(entry.for, [...path, 'for'], 1), nodes: [...nodes] })
        return
      }
      case 'resume':
        this.#live(nodesOf(entry.nodes), ['paused'], 'up', [...path, 'nodes'], entry.do)
        this.#actions.push({ atMs, kind: 'resume', nodes: nodesOf(entry.nodes) })
        return
      case 'add': {
        const nodes = Array.from({ length: entry.count }, (_, index) => this.#count + index)
        this.#count += entry.count
        this.#lives.push(...nodes.map(() => 'up' as const))
        if (this.#count > SCENARIO_NODES_MAX)
          this.#mistake([...path, 'count'], `the network would have more than ${SCENARIO_NODES_MAX} nodes`)
        this.#actions.push({ atMs, kind: 'add', nodes })
        return
      }
      case 'partition': {
        this.#actions.push({ atMs, kind: 'partition', groups: this.#groups(entry.groups, [...path, 'groups']) })
        if (entry.for !== undefined)
          this.#actions.push({ atMs: atMs + this.#ms(entry.for, [...path, 'for'], 1), kind: 'heal' })
        return
      }
      case 'heal':
        this.#actions.push({ atMs, kind: 'heal' })
        return
      case 'slow':
        this.#actions.push({
          ...{ atMs, kind: 'slow', nodes: nodesOf(entry.nodes) },
          extraMs: this.#ms(entry.by, [...path, 'by']),
        })
        return
      case 'skew': {
        const sign = entry.by.startsWith('-') ? -1 : 1
        const skewMs = sign * this.#ms(entry.by.replace(/^-/, ''), [...path, 'by'])
        this.#actions.push({ atMs, kind: 'skew', nodes: nodesOf(entry.nodes), skewMs })
        return
      }
      case 'lose-messages':
        this.#actions.push({ atMs, kind: 'lose-messages', rate: entry.rate })
        return
      case 'tag':
        this.#actions.push({ atMs, kind: 'tag', nodes: nodesOf(entry.nodes), set: entry.set })
        return
      default:
        assertNever(entry)
    }
  }

  #handIn(atMs: number, node: number, payloadBytes = PAYLOAD_BYTES): void {
    this.#handed++
    this.#actions.push({ atMs, kind: 'hand-in', node, payloadBytes })
  }

  #groups(given: readonly (string | number)[], path: Path): readonly (readonly number[])[] {
    const groups = given.map((group, index) => this.#nodes(group, [...path, index]))
    const named = groups.flat()
    const twice = named.find((node, index) => named.indexOf(node) !== index)
    if (twice !== undefined) this.#mistake(path, `node ${twice} is in two groups`)
    const others = Array.from({ length: this.#count }, (_, node) => node).filter((node) => !named.includes(node))
    const all = others.length === 0 ? groups : [...groups, others]
    if (all.length < 2) this.#mistake(path, 'all nodes are in one group: leave some out, or name a second group')
    return all
  }

  /** Pauses that are over by then. */
  #endPauses(atMs: number): void {
    for (const { endMs, nodes } of this.#pauses.filter((pause) => pause.endMs <= atMs)) {
      if (nodes.length > 0) this.#actions.push({ atMs: endMs, kind: 'resume', nodes })
      for (const node of nodes) this.#lives[node] = 'up'
    }
    this.#pauses.splice(0, this.#pauses.length, ...this.#pauses.filter((pause) => pause.endMs > atMs))
  }

  /** Notes what becomes of nodes; an entry that finds them otherwise is a mistake of the file. */
  #live(nodes: readonly number[], from: readonly Life[], to: Life, path: Path, what: string): void {
    for (const node of nodes) {
      const life = this.#lives[node] ?? 'up'
      if (!from.includes(life)) this.#mistake(path, `"${what}" of node ${node}, which is ${life} by then`)
      this.#lives[node] = to
      // Whoever ends or goes on before a pause is over is not waited for at its end.
      for (const pause of this.#pauses) if (pause.nodes.includes(node)) pause.nodes.splice(pause.nodes.indexOf(node), 1)
    }
  }

  #expectation(document: ExpectationDocument, endMs: number, path: Path): Expectation {
    const { figure } = document
    const { unit, told } = FIGURES[figure]
    if (document.atLeast === undefined && document.atMost === undefined)
      this.#mistake(path, 'says neither "atLeast" nor "atMost"')
    const when = this.#when(document.when ?? 'end', endMs, [...path, 'when'])
    if (when.kind !== 'end' && told === 'end') this.#mistake([...path, 'when'], `${figure} is known at the end only`)
    if (when.kind === 'throughout' && told === 'asked')
      this.#mistake([...path, 'when'], `${figure} is asked of the nodes at a time or at the end, not throughout`)
    const bound = (key: 'atLeast' | 'atMost'): number | null => {
      const given = document[key]
      if (given === undefined) return null
      if (typeof given === 'number') return given
      if (unit === 'ms') return this.#ms(given, [...path, key])
      this.#mistake([...path, key], `${figure} is a number, not "${given}"`)
      return null
    }
    return { figure, atLeast: bound('atLeast'), atMost: bound('atMost'), when }
  }

  #when(text: string, endMs: number, path: Path): When {
    if (text === 'end' || text === 'throughout') return { kind: text }
    const parsed = parseDuration(text)
    if (!parsed.ok) this.#mistake(path, `"${text}" is no time: write "end", "throughout" or a time such as "20s"`)
    const atMs = parsed.ok ? parsed.ms : 0
    if (atMs > endMs) this.#mistake(path, `the run ends before, at ${endMs / 1_000} s`)
    return { kind: 'at', atMs }
  }

  #link(text: string, lossRate: number, path: Path): LinkPlan {
    const parsed = parseLinkShape(text)
    if (!parsed.ok) this.#mistake(path, parsed.message)
    const shape = parsed.ok ? parsed.shape : { delayMs: 0, jitterMs: 0, bytesPerSecond: null }
    return { ...shape, lossRate }
  }

  #nodes(given: string | number, path: Path, count = this.#count): readonly number[] {
    const parsed = parseNodes(given, count)
    if (parsed.ok) return parsed.nodes
    this.#mistake(path, parsed.message)
    return []
  }

  #ms(text: string, path: Path, min = 0): number {
    const parsed = parseDuration(text)
    if (!parsed.ok) this.#mistake(path, `"${text}" ${parsed.why}`)
    const ms = parsed.ok ? parsed.ms : min
    if (ms < min) this.#mistake(path, `"${text}" is shorter than ${min} ms`)
    return ms
  }

  #mistake(path: Path, message: string): void {
    if (!this.mistakes.some((other) => other.message === message && String(other.path) === String(path)))
      this.mistakes.push({ path, message })
  }
}
