/**
 * Blocks on demand: slots pass unused, and the one who runs the network says when a block is made. All rules on blocks
 * hold: a block is made by the validator of its slot. Slots that passed unused are still their owners' (fork choice),
 * so the next block takes the oldest of the last ones; only where all are used does it wait for the next slot to begin.
 */
import type { NetworkParams } from '../src/domain/params.ts'
import { slotAt, slotTimeMs } from '../src/domain/slots.ts'
import type { ChainPlace } from '../src/node/blocks-on-demand.ts'
import type { MinedBlock, Outcome } from './control.ts'
import type { Host, NodeRecord } from './host.ts'
import { MINE_BACK_MS, MINE_LOOK_MS, MINE_MS_MAX } from './limits.ts'
import type { BlockOrder } from './node-messages.ts'
import { refuse } from './refuse.ts'
import { until } from './until.ts'

/** One node that runs, and where its chain stands. */
export interface Standing {
  readonly node: string
  /** Number of its validator; null: it makes none. */
  readonly validator: number | null
  readonly place: ChainPlace
}

/** Who is to make the next block, of which slot, on what. */
export interface Job {
  readonly owner: Standing
  readonly slot: number
}

/**
 * The oldest slot of the last MINE_BACK_MS that is unused and whose owner knows the best head; null where there is none
 * now.
 * @param nowMs wall clock
 */
export function nextJob(
  network: Pick<NetworkParams, 'genesisTimeMs' | 'slotMs' | 'validators'>,
  standings: readonly Standing[],
  nowMs: number,
): Job | null {
  const params = network as NetworkParams
  const best = bestOf(standings)
  if (best === null) return null
  const first = Math.max(1, best.place.slot + 1, slotAt(params, nowMs - MINE_BACK_MS))
  for (let slot = first; slot <= slotAt(params, nowMs); slot++) {
    const owner = standings.find(({ validator }) => validator === slot % params.validators.length)
    if (owner?.place.hash === best.place.hash && owner.place.lastSignedSlot < slot) return { owner, slot }
  }
  return null
}

/** The highest head; where there are several at one height, that of most nodes. */
export function bestOf(standings: readonly Standing[]): Standing | null {
  const votes = new Map<string, number>()
  for (const { place } of standings) votes.set(place.hash, (votes.get(place.hash) ?? 0) + 1)
  const rank = ({ place }: Standing): number => place.height * standings.length + (votes.get(place.hash) ?? 0)
  return standings.reduce<Standing | null>(
    (best, each) => (best === null || rank(each) > rank(best) ? each : best),
    null,
  )
}

export class Mining {
  readonly #network: NetworkParams
  readonly #hosts: () => readonly Host[]
  readonly #signal: AbortSignal
  #isOn = false

  constructor(options: { network: NetworkParams; hosts: () => readonly Host[]; signal: AbortSignal }) {
    this.#network = options.network
    this.#hosts = options.hosts
    this.#signal = options.signal
  }

  /** Whether blocks are made on demand; nodes that start begin so. */
  get isOn(): boolean {
    return this.#isOn
  }

  /** Paused nodes hear of it when they run again. */
  async set(isOn: boolean): Promise<void> {
    this.#isOn = isOn
    for (const { node, host } of this.#nodes('paused')) void host.process?.order(node.name, { kind: 'on-demand', isOn })
    await this.#orderAll({ kind: 'on-demand', isOn })
  }

  /** One block; returns when the nodes that had its parent have it, or some do and the others take too long. */
  async mine(): Promise<Outcome<MinedBlock>> {
    const starting = this.#nodes('starting')[0]
    if (starting !== undefined)
      return refuse('wrong-state', `${starting.node.name} is starting`, 'try again in a moment')
    if (!this.#nodes('ready').some(({ node }) => node.validator !== null))
      return refuse(
        'wrong-state',
        'no node that makes blocks runs',
        this.#network.validators.length === 0
          ? 'start the network with --validators'
          : '`hearsay testnet status` shows who does; `hearsay testnet restart` brings one back',
      )
    if (!this.#isOn) await this.set(true)
    let job: Job | null = null
    let before: readonly Standing[] = []
    const isFound = await until(
      async () => {
        before = await this.#orderAll({ kind: 'place' })
        job = nextJob(this.#network, before, Date.now())
        return job !== null
      },
      this.#within(MINE_MS_MAX + this.#network.slotMs * this.#network.validators.length),
    )
    return isFound && job !== null
      ? this.#make(job, before)
      : refuse(
          'not-ready',
          'no validator could make a block: those that run do not have the best head, or do not answer',
          '`hearsay testnet status` shows where each node stands',
        )
  }

  async #make({ owner, slot }: Job, before: readonly Standing[]): Promise<Outcome<MinedBlock>> {
    const { height, hash: parent } = owner.place
    const expected = before.flatMap(({ node, place }) => (place.hash === parent ? [node] : []))
    await this.#nodes('ready')
      .find(({ node }) => node.name === owner.node)
      ?.host.process?.order(owner.node, { kind: 'make', slot, parent, withinMs: MINE_MS_MAX })
    let made: ChainPlace | undefined
    let having: readonly string[] = []
    await until(async () => {
      const standings = (await this.#orderAll({ kind: 'place' })).filter(({ place }) => place.isAnnounced)
      made = standings.find(({ node }) => node === owner.node)?.place
      having = standings.flatMap(({ node, place }) => (place.hash === made?.hash ? [node] : []))
      return made?.slot === slot && made.height > height && expected.every((node) => having.includes(node))
    }, this.#within(MINE_MS_MAX))
    if (made?.slot !== slot || made.height <= height)
      return refuse(
        'not-ready',
        `${owner.node} made no block for slot ${slot} (${new Date(slotTimeMs(this.#network, slot)).toISOString()}) in time`,
        `\`hearsay health --node ${owner.node}\` says why`,
      )
    const nodesUp = this.#nodes('ready').length
    const { hash, transactions } = made
    return {
      ok: true,
      value: { height: made.height, hash, slot, node: owner.node, transactions, nodes: having.length, nodesUp },
    }
  }

  #within(timeoutMs: number): { timeoutMs: number; everyMs: number; signal: AbortSignal } {
    return { timeoutMs, everyMs: MINE_LOOK_MS, signal: this.#signal }
  }

  /** Where those stand that answer, after what is wanted of all of them. */
  async #orderAll(what: BlockOrder): Promise<Standing[]> {
    const answers = await Promise.all(
      this.#nodes('ready').map(async ({ node, host }): Promise<Standing | null> => {
        const place = (await host.process?.order(node.name, what)) ?? null
        return place === null ? null : { node: node.name, validator: node.validator, place }
      }),
    )
    return answers.filter((answer) => answer !== null)
  }

  #nodes(state: NodeRecord['state']): { readonly node: NodeRecord; readonly host: Host }[] {
    return this.#hosts().flatMap((host) =>
      host.nodes.filter((node) => node.state === state).map((node) => ({ node, host })),
    )
  }
}
