/** Carries an experiment's timeline out on a network that is up, and measures it. */
import { assertNever } from '../../lib/assert.ts'
import type { Manifest } from '../../home/manifest.ts'
import { forge } from '../../sim/sim-transactions.ts'
import { decodeTransaction } from '../../domain/codec/transaction-codec.ts'
import { asNetworkId } from '../../domain/ids.ts'
import { signingPrefix } from '../../domain/signing.ts'
import { command } from '../../../testnet/control-client.ts'
import type { Command, ControlRequests } from '../../../testnet/control.ts'
import { forgeAsPeer } from '../../../testnet/page-forging.ts'
import { looksOf, type Evidence, type Sample } from '../expect.ts'
import type { Action, Experiment } from '../experiment.ts'
import { FIGURE_NAMES } from '../figures.ts'
import type { RunOptions } from '../world.ts'
import { LAST_RECORDS_MS, REAL_WATCH_MS } from './limits.ts'
import { Observation } from './observation.ts'
import { Senders } from './senders.ts'

export interface Performed {
  readonly evidence: Evidence
  /** How late the latest entry was carried out, ms. */
  readonly latestMs: number
}

/** Rejects when the supervisor refuses an entry, or when it is aborted. */
export async function perform(manifest: Manifest, experiment: Experiment, options: RunOptions): Promise<Performed> {
  const stage = new Stage(manifest, experiment, options)
  try {
    return await stage.run()
  } finally {
    stage.close()
  }
}

class Stage {
  readonly #home: string
  readonly #experiment: Experiment
  readonly #options: RunOptions
  readonly #observation: Observation
  readonly #senders: Senders
  readonly #samples: Sample[] = []
  readonly #underWay = new Set<Promise<unknown>>()
  #steering: Promise<unknown> = Promise.resolve()
  #failure: Error | null = null
  #latestMs = 0

  constructor(manifest: Manifest, experiment: Experiment, options: RunOptions) {
    const { actions, lastFaultMs, runningAtEnd } = experiment
    this.#home = manifest.home
    this.#experiment = experiment
    this.#options = options
    this.#observation = new Observation({
      ...{ manifest, lastFaultMs, running: runningAtEnd },
      transactions: actions.filter(({ kind }) => kind === 'hand-in').length,
    })
    this.#senders = new Senders(manifest)
  }

  async run(): Promise<Performed> {
    const { actions, endMs } = this.#experiment
    await this.#observation.begin()
    const beside = [this.#noted(this.#watch()), this.#noted(this.#look())]
    try {
      for (const action of actions) {
        await this.#at(action.atMs)
        this.#begin(action)
      }
      await this.#at(endMs)
      await Promise.all(this.#underWay)
    } finally {
      // They end when all is over or something failed, and must not speak when nobody listens any more.
      await Promise.all(beside)
    }
    this.#check()
    await this.#wait(LAST_RECORDS_MS)
    const look = await this.#observation.look(true)
    this.#observation.measure.looked(look)
    const evidence = {
      figures: this.#observation.measure.figures(FIGURE_NAMES, look),
      samples: this.#samples,
    }
    return { evidence, latestMs: Math.round(this.#latestMs) }
  }

  close(): void {
    this.#observation.close()
  }

  /** Transactions wait for nobody; what steers the network goes one after the other, as its supervisor takes it. */
  #begin(action: Action): void {
    const lateMs = this.#observation.nowMs() - action.atMs
    this.#latestMs = Math.max(this.#latestMs, lateMs)
    const work =
      action.kind === 'hand-in'
        ? this.#handIn(action.node, action.payloadBytes)
        : this.#inTurn(() => this.#steer(action))
    const noted = this.#noted(work).finally(() => this.#underWay.delete(noted))
    this.#underWay.add(noted)
  }

  /** The first failure ends the run; the promise itself never rejects. */
  #noted(work: Promise<unknown>): Promise<unknown> {
    return work.catch((error: unknown) => {
      this.#failure ??= error instanceof Error ? error : new Error(String(error))
    })
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    // What waits behind a slow step must not reach a network whose run is over: it may be somebody's own.
    const turn = this.#steering.then(() => (this.#isOver() ? undefined : work()))
    this.#steering = turn.catch(() => undefined)
    return turn
  }

  /** At this node, or at the next one that runs. */
  async #handIn(node: number, payloadBytes: number): Promise<void> {
    const running = this.#observation.running()
    const chosen = running.find((each) => each >= node) ?? running[0]
    const client = chosen === undefined ? null : this.#observation.client(chosen)
    const { measure } = this.#observation
    if (chosen === undefined || client === null) {
      measure.unserved()
      return
    }
    let made = ''
    const refusal = await this.#senders.handIn(client, payloadBytes, (id) => {
      made = id
      measure.handedIn(id, chosen, this.#observation.nowMs())
    })
    // Nobody said which nonce is next: it was to be sent, and was not.
    if (made === '') measure.unserved()
    else measure.answered(made, refusal)
  }

  async #steer(action: Exclude<Action, { readonly kind: 'hand-in' }>): Promise<void> {
    const { measure } = this.#observation
    const nodes = 'nodes' in action ? action.nodes.map((node) => `node-${node}`) : []
    switch (action.kind) {
      case 'forge':
        await this.#forge(action)
        return
      case 'kill':
        for (const node of action.nodes) measure.died(node, this.#observation.nowMs())
        await this.#ask('kill', { nodes })
        return
      case 'leave':
        await this.#ask('stop', { nodes })
        return
      case 'restart':
        for (const node of action.nodes) measure.returned(node)
        await this.#ask('restart', { nodes })
        return
      case 'pause':
        await this.#ask('pause', { nodes, forMs: null })
        return
      case 'resume':
        await this.#ask('resume', { nodes })
        return
      case 'add':
        await this.#ask('add', { count: nodes.length })
        return
      case 'partition':
        await this.#ask('partition', {
          groups: action.groups.map((group) => group.map((node) => `node-${node}`)),
          forMs: null,
        })
        return
      case 'heal':
        await this.#ask('heal', {})
        return
      case 'slow':
        await this.#ask('slow', { nodes, extraMs: action.extraMs })
        return
      case 'tag':
        for (const node of action.nodes)
          for (const [key, value] of Object.entries(action.set))
            await this.#observation.client(node)?.setTag(key, value)
        return
      case 'power-cut':
      case 'skew':
      case 'lose-messages':
        throw new Error(`"${action.kind}" is for virtual time`)
      default:
        assertNever(action)
    }
  }

  /** The same as a hostile peer would send, past every API. */
  async #forge({ how, nodes }: Extract<Action, { readonly kind: 'forge' }>): Promise<void> {
    const { manifest, measure } = this.#observation
    const neighbours = nodes.flatMap((node) => manifest.nodes[node] ?? [])
    const client = this.#observation.client(nodes[0] ?? 0)
    const made = client === null ? null : await this.#senders.forgeable(client)
    if (made === null) throw new Error('no node answers that could be sent a forgery')
    const bytes = forge(how, made.genuine.bytes, made.signedForOther)
    const decoded = decodeTransaction(bytes, signingPrefix('hearsay/tx/1', asNetworkId(manifest.networkId)))
    if (!decoded.ok) throw new Error('the forgery has no form of a transaction')
    const { id } = decoded.value
    // It is watched for from the start, also where the peer that sends it does not get through.
    measure.forged(id)
    const { refusedBy, holders } = await forgeAsPeer(manifest, neighbours, { id, bytes })
    if (refusedBy.length + holders === 0) measure.forged(id, false)
  }

  async #ask<C extends Command>(name: C, request: ControlRequests[C]): Promise<void> {
    const outcome = await command(this.#home, name, request)
    this.#observation.update()
    if (outcome.kind === 'done' || this.#options.signal.aborted) return
    const why =
      outcome.kind === 'refused'
        ? outcome.refusal.message
        : outcome.kind === 'unreachable'
          ? outcome.message
          : 'the network is gone'
    throw new Error(`"${name}": ${why}`)
  }

  /** Takes the figures that must hold at times or throughout. */
  async #look(): Promise<void> {
    for (const { atMs, asks, figures } of looksOf(this.#experiment)) {
      await this.#at(atMs)
      const lookedMs = Math.round(this.#observation.nowMs())
      this.#samples.push({ atMs, lookedMs, figures: await this.#observation.figures(figures, asks) })
    }
  }

  /** Looks for agreement after the last fault, and for deaths that all have seen. */
  async #watch(): Promise<void> {
    const { endMs, lastFaultMs } = this.#experiment
    const { measure } = this.#observation
    while (this.#observation.nowMs() < endMs && !this.#isOver()) {
      await this.#wait(REAL_WATCH_MS)
      this.#options.onProgress(`${Math.round(this.#observation.nowMs() / 1_000)} of ${Math.round(endMs / 1_000)} s`)
      for (const node of measure.unseenDeaths)
        if (await this.#observation.isSeenDead(node)) measure.seenDead(node, this.#observation.nowMs())
      if (!measure.hasAgreed && this.#observation.nowMs() > lastFaultMs)
        measure.looked(await this.#observation.look(false))
    }
  }

  #isOver(): boolean {
    return this.#options.signal.aborted || this.#failure !== null
  }

  #check(): void {
    this.#options.signal.throwIfAborted()
    if (this.#failure !== null) throw this.#failure
  }

  async #at(atMs: number): Promise<void> {
    await this.#wait(atMs - this.#observation.nowMs())
    this.#check()
  }

  #wait(ms: number): Promise<void> {
    const { signal } = this.#options
    if (ms <= 0 || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      signal.addEventListener('abort', end, { once: true })
    })
  }
}
