/**
 * From what a world tells to figures: who handed in what, who had it when, who runs and what he shows. Pure but for
 * what it keeps; times are ms from the start of the timeline. The same in every world, so that a figure means the
 * same in all of them.
 */
import type { FigureName, Figures, Measured } from './figures.ts'
import { IDS_SHOWN } from './limits.ts'
import { nodesText } from './nodes-text.ts'

/** What the nodes that run show at a moment. */
export interface Look {
  readonly atMs: number
  readonly nodes: readonly NodeLook[]
  /** Nodes that were asked what they have; null where they were not. */
  readonly holdings: readonly Holding[] | null
}

export interface NodeLook {
  readonly node: number
  /** Hash of its head; null where it does not say. */
  readonly head: string | null
  /** Fingerprint of its pool; null where it does not say. */
  readonly pool: string | null
  /** Bytes that it received since the timeline began. */
  readonly bytesReceived: number
}

export interface Holding {
  readonly node: number
  readonly has: (id: string) => boolean
}

interface HandedIn {
  readonly node: number
  readonly atMs: number
  /** Delay of each other node, ms. */
  readonly delays: Map<number, number>
  copies: number
  fate: 'waiting' | 'accepted' | 'refused'
  why: string
}

interface Death {
  readonly node: number
  readonly atMs: number
  seenAfterMs: number | null
}

/** What was sent so long ago is not on its way any more, ms: several times the slowest link of a scenario. */
const ON_THE_WAY_MS = 2_000

/** Where nothing is wrong. */
const FINE = ''

export class Measure {
  readonly #lastFaultMs: number
  readonly #running: number
  readonly #handedIn = new Map<string, HandedIn>()
  readonly #forged = new Map<string, Set<number>>()
  /** Forgeries that came to no node, and when they were sent, ms. */
  readonly #unarrived = new Map<string, number>()
  readonly #cutOff: string[] = []
  readonly #untold = new Map<number, number>()
  /** Deaths that every other node must see; one that ends before that is forgotten. */
  #deaths: Death[] = []
  #agreedMs: number | null = null
  #unserved = 0

  /**
   * @param lastFaultMs when the last fault of the timeline happens
   * @param running how many nodes run after it: until they all do, nobody agrees
   */
  constructor(lastFaultMs: number, running: number) {
    this.#lastFaultMs = lastFaultMs
    this.#running = running
  }

  /** Ids of honest transactions, in order. */
  get ids(): readonly string[] {
    return [...this.#handedIn.keys()]
  }

  /** Nodes whose death not everybody has seen. */
  get unseenDeaths(): readonly number[] {
    return this.#deaths.flatMap(({ node, seenAfterMs }) => (seenAfterMs === null ? [node] : []))
  }

  get hasAgreed(): boolean {
    return this.#agreedMs !== null
  }

  handedIn(id: string, node: number, atMs: number): void {
    if (!this.#handedIn.has(id))
      this.#handedIn.set(id, { node, atMs, delays: new Map(), copies: 0, fate: 'waiting', why: 'no answer' })
  }

  /** Somebody came with a transaction, and no node runs. */
  unserved(): void {
    this.#unserved++
  }

  /**
   * @param hasArrived whether some node had it before it: what reaches nobody shows nothing
   * @param atMs when it was sent, where it may still be on its way
   */
  forged(id: string, hasArrived = true, atMs = Number.NEGATIVE_INFINITY): void {
    if (!this.#forged.has(id)) this.#forged.set(id, new Set())
    if (!hasArrived) this.#unarrived.set(id, atMs)
  }

  /** A forgery came to some node, whatever that made of it. */
  arrived(id: string): void {
    this.#unarrived.delete(id)
  }

  /** A node told so many events less than there were: whom it cut off meanwhile nobody knows. */
  untold(node: number, events: number): void {
    this.#untold.set(node, (this.#untold.get(node) ?? 0) + events)
  }

  /** A node answered whoever handed it in. @param refusal why not; null: it is acknowledged */
  answered(id: string, refusal: string | null): void {
    const handed = this.#handedIn.get(id)
    if (handed === undefined) return
    handed.fate = refusal === null ? 'accepted' : 'refused'
    handed.why = refusal ?? ''
  }

  /** A node took an object for the first time. */
  had(id: string, node: number, atMs: number): void {
    this.#forged.get(id)?.add(node)
    const handed = this.#handedIn.get(id)
    if (handed === undefined || node === handed.node || handed.delays.has(node)) return
    handed.delays.set(node, Math.max(0, atMs - handed.atMs))
  }

  /** A node received all bytes of an object, for the first time or again. */
  copied(id: string): void {
    const handed = this.#handedIn.get(id)
    if (handed !== undefined) handed.copies++
  }

  /** A node cut an honest peer off. */
  cutOff(node: number, peer: number, atMs: number): void {
    this.#cutOff.push(`node-${node} cut node-${peer} off at ${(atMs / 1_000).toFixed(1)} s`)
  }

  died(node: number, atMs: number): void {
    this.returned(node)
    this.#deaths.push({ node, atMs, seenAfterMs: null })
  }

  /** All others see it. */
  seenDead(node: number, atMs: number): void {
    const death = this.#deaths.find((each) => each.node === node && each.seenAfterMs === null)
    if (death !== undefined) death.seenAfterMs = atMs - death.atMs
  }

  /** It runs again: whoever has not seen it dead never will. */
  returned(node: number): void {
    this.#deaths = this.#deaths.filter((death) => death.node !== node || death.seenAfterMs !== null)
  }

  /** Notes whether all have one head and one pool. */
  looked({ atMs, nodes }: Look): void {
    if (this.#agreedMs !== null || atMs <= this.#lastFaultMs || nodes.length === 0) return
    // One that is still coming back has not agreed.
    if (nodes.length < this.#running) return
    // Who does not say what it has agrees with nobody.
    if (nodes.some(({ head, pool }) => head === null || pool === null)) return
    if (groups(nodes, 'head').size === 1 && groups(nodes, 'pool').size === 1) this.#agreedMs = atMs - this.#lastFaultMs
  }

  /** @param names those that are asked for; the others cost nothing */
  figures(names: readonly FigureName[], look: Look): Figures {
    return Object.fromEntries(names.map((name) => [name, this.#figure(name, look)]))
  }

  #figure(name: FigureName, look: Look): Measured {
    switch (name) {
      case 'accepted':
        return this.#accepted()
      case 'coverage':
        return this.#coverage(look)
      case 'p50Ms':
        return this.#delay(0.5)
      case 'p95Ms':
        return this.#delay(0.95)
      case 'p99Ms':
        return this.#delay(0.99)
      case 'copies':
        return this.#copies()
      case 'bytesPerNode': {
        const most = look.nodes.reduce((a, b) => (b.bytesReceived > a.bytesReceived ? b : a), look.nodes[0] ?? NOBODY)
        const sum = look.nodes.reduce((total, { bytesReceived }) => total + bytesReceived, 0)
        return {
          value: look.nodes.length === 0 ? null : sum / look.nodes.length,
          where: `most: node-${most.node} with ${most.bytesReceived}`,
        }
      }
      case 'lost':
        return this.#lost(look)
      case 'forged': {
        const taken = [...this.#forged].flatMap(([id, nodes]) =>
          [...nodes].map((node) => `node-${node} has ${short(id)}`),
        )
        const [unarrived] = [...this.#unarrived].flatMap(([id, atMs]) => (look.atMs - atMs > ON_THE_WAY_MS ? [id] : []))
        if (taken.length === 0 && unarrived !== undefined)
          return { value: null, where: `the forgery ${short(unarrived)} came to no node` }
        return { value: this.#forged.size === 0 ? null : taken.length, where: some(taken) }
      }
      case 'heads':
        return apart(look.nodes, 'head')
      case 'pools':
        return apart(look.nodes, 'pool')
      case 'agreedMs':
        return {
          value: this.#agreedMs,
          ...(this.#agreedMs === null ? { isNever: true } : {}),
          where:
            this.#agreedMs === null
              ? `heads: ${apart(look.nodes, 'head').where || 'one'}; pools: ${apart(look.nodes, 'pool').where || 'one'}`
              : FINE,
        }
      case 'deadSeenMs':
        return this.#deadSeen()
      case 'banned':
        if (this.#cutOff.length === 0 && this.#untold.size > 0)
          return {
            value: null,
            where: some([...this.#untold].map(([node, events]) => `node-${node} told ${events} events less`)),
          }
        return { value: this.#cutOff.length, where: some(this.#cutOff) }
    }
  }

  #accepted(): Measured {
    const all = [...this.#handedIn]
    const others = all.filter(([, { fate }]) => fate !== 'accepted')
    const total = all.length + this.#unserved
    const nobody = this.#unserved === 0 ? [] : [`${this.#unserved} found no node that runs`]
    const refused = others.map(([id, { node, why }]) => `node-${node} did not take ${short(id)}: ${why}`)
    return { value: total === 0 ? null : (all.length - others.length) / total, where: some([...nobody, ...refused]) }
  }

  #coverage({ nodes, holdings }: Look): Measured {
    const ids = this.#acknowledged()
    if (holdings === null || ids.length === 0 || nodes.length === 0) return { value: null, where: FINE }
    const lacking = holdings
      .map(({ node, has }) => ({ node, count: ids.reduce((sum, id) => sum + (has(id) ? 0 : 1), 0) }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count)
    const missing = lacking.reduce((sum, { count }) => sum + count, 0)
    return {
      value: (ids.length * holdings.length - missing) / (ids.length * holdings.length),
      where: some(lacking.map(({ node, count }) => `node-${node} lacks ${count} of ${ids.length}`)),
    }
  }

  #lost({ holdings }: Look): Measured {
    if (holdings === null || this.#acknowledged().length === 0) return { value: null, where: FINE }
    const lost = this.#acknowledged().filter((id) => !holdings.some(({ has }) => has(id)))
    return {
      value: lost.length,
      where: some(lost.map((id) => `${short(id)}, acknowledged by node-${this.#handedIn.get(id)?.node}`)),
    }
  }

  #delay(share: number): Measured {
    const all: { readonly ms: number; readonly node: number; readonly id: string }[] = []
    for (const [id, { delays }] of this.#handedIn) for (const [node, ms] of delays) all.push({ ms, node, id })
    all.sort((a, b) => a.ms - b.ms)
    // Nearest rank: a value that was measured.
    const value = all[Math.max(0, Math.ceil(all.length * share) - 1)]
    const last = all.at(-1)
    return {
      value: value?.ms ?? null,
      where:
        last === undefined ? FINE : `slowest: ${short(last.id)} at node-${last.node} after ${Math.round(last.ms)} ms`,
    }
  }

  /**
   * Of each node that had it, its maker among them. Under load nodes tell of a share of the transactions alone, and
   * what came to nobody costs nobody: neither says anything of copies.
   */
  #copies(): Measured {
    const told = [...this.#handedIn.values()].filter(({ copies }) => copies > 0)
    const copies = told.reduce((sum, handed) => sum + handed.copies, 0)
    const holders = told.reduce((sum, { delays }) => sum + delays.size + 1, 0)
    return { value: told.length === 0 ? null : copies / holders, where: FINE }
  }

  #deadSeen(): Measured {
    const unseen = this.unseenDeaths
    const longest = this.#deaths.reduce(
      (a, b) => ((b.seenAfterMs ?? 0) > (a.seenAfterMs ?? 0) ? b : a),
      this.#deaths[0] ?? NO_DEATH,
    )
    if (this.#deaths.length === 0) return { value: null, where: 'nobody died for long enough' }
    if (unseen.length > 0) return { value: null, isNever: true, where: `not everybody sees that ${names(unseen)} died` }
    return { value: longest.seenAfterMs, where: `longest: node-${longest.node}` }
  }

  #acknowledged(): readonly string[] {
    return [...this.#handedIn].flatMap(([id, { fate }]) => (fate === 'accepted' ? [id] : []))
  }
}

const NOBODY: NodeLook = { node: -1, head: null, pool: null, bytesReceived: 0 }
const NO_DEATH: Death = { node: -1, atMs: 0, seenAfterMs: null }

/** Nodes by what they show. */
function groups(nodes: readonly NodeLook[], of: 'head' | 'pool'): ReadonlyMap<string | null, readonly number[]> {
  const found = new Map<string | null, number[]>()
  for (const look of nodes) found.set(look[of], [...(found.get(look[of]) ?? []), look.node])
  return found
}

function apart(nodes: readonly NodeLook[], of: 'head' | 'pool'): Measured {
  const silent = nodes.filter((look) => look[of] === null).map(({ node }) => node)
  if (silent.length > 0) return { value: null, where: `${names(silent)} did not say` }
  const found = [...groups(nodes, of)].sort(([, a], [, b]) => a.length - b.length)
  const value = found.length === 0 ? null : found.length
  if (found.length < 2) return { value, where: FINE }
  return { value, where: found.map(([shown, own]) => `${short(shown ?? 'unknown')} at ${names(own)}`).join('; ') }
}

function names(nodes: readonly number[]): string {
  return `node ${nodesText(nodes)}`
}

function some(texts: readonly string[]): string {
  const more = texts.length - IDS_SHOWN
  return texts.slice(0, IDS_SHOWN).join('; ') + (more > 0 ? `; and ${more} more` : '')
}

function short(id: string): string {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id
}

/** Whether a connection was ended for what the peer had sent. */
export function isPunishment(reason: string): boolean {
  return /banned|unpaid/.test(reason)
}
