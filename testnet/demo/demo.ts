/**
 * The demo, step by step. Every expectation becomes a check; a failed one does not end it, so that it shows as much as
 * it can.
 */
import { lstatSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../../src/client/connect.ts'
import { asNetworkId } from '../../src/domain/ids.ts'
import { assert } from '../../src/lib/assert.ts'
import { DEV_ACCOUNT_NAMES } from '../../src/wallet/dev-accounts.ts'
import { command, DEFAULT_PLAN, down, up } from '../control-client.ts'
import type { Command, ControlAnswers, ControlRequests, NodeStatus } from '../control.ts'
import type { Manifest, ManifestNode } from '../../src/home/manifest.ts'
import { replaceFile } from '../../src/home/own-file.ts'
import { presetPlan } from '../presets.ts'
import { until } from '../until.ts'
import { nodeFigures, spreadFigures, type NodeFigures, type SpreadFigures } from './figures.ts'
import { forge } from './forgeries.ts'
import { forging, type ForgingFigures } from './forging.ts'
import { writePropagation } from './propagation.ts'
import { Records } from './records.ts'
import { reportHtml } from './report.ts'

const NODES = 10
const HONEST = 100
const FORGED = 20
const AMOUNT = 5
/** How many nodes the forger knows. */
const NEIGHBOURS = 3
/** How long a step may take until it counts as failed, ms: on a quiet machine each takes a tenth of that or less. */
const STEP_MS_MAX = 20_000
const POLL_MS = 20

/** Where the demo shows itself as it goes on. */
export interface DemoScreen {
  /** A step begins. */
  step(text: string): void
  /** What is going on within a step; each replaces the one before. */
  live(text: string): void
  /** How the honest transactions spread. */
  spread(figures: SpreadFigures): void
  check(check: Check): void
}

export interface DemoOptions {
  /** The network's home; emptied of what an earlier demo left. */
  readonly home: string
  readonly screen: DemoScreen
  /** Signs and sends 5 from one account to another by a node, as the command does; the id. */
  readonly send: (transfer: Transfer) => Promise<string>
  /** Ends the demo, and the network with it. */
  readonly signal: AbortSignal
}

export interface Transfer {
  readonly from: string
  readonly to: string
  readonly amount: number
  readonly node: string
}

export interface Check {
  readonly name: string
  readonly detail: string
  readonly pass: boolean
}

/** A node with its figures and its state at the end. */
export interface NodeResult extends NodeFigures {
  readonly state: string
  readonly peers: number | null
  readonly mesh: number | null
  readonly pool: number | null
}

export type DemoOutcome =
  | { readonly kind: 'shown'; readonly result: DemoResult }
  | { readonly kind: 'aborted' }
  /** It could not be shown to its end. */
  | { readonly kind: 'failed'; readonly message: string }

export interface DemoResult {
  readonly pass: boolean
  readonly readyMs: number
  readonly checks: readonly Check[]
  readonly spread: SpreadFigures
  readonly forged: ForgingFigures
  readonly returned: Returned
  readonly nodes: readonly NodeResult[]
  /** Files: what the checks say, how the rumours spread, and every record. */
  readonly report: string
  readonly propagation: string
  readonly recording: string
}

export interface Returned {
  readonly node: string
  readonly before: number
  readonly kept: number
  readonly readyMs: number
}

/** Shows the demo once. Whatever happens, no process of it stays. */
export async function showDemo(options: DemoOptions): Promise<DemoOutcome> {
  try {
    return await new Demo(options).run()
  } catch (error) {
    if (options.signal.aborted) return { kind: 'aborted' }
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}

class Demo {
  readonly #home: string
  readonly #screen: DemoScreen
  readonly #send: DemoOptions['send']
  readonly #signal: AbortSignal
  readonly #recording: string
  readonly #checks: Check[] = []

  constructor({ home, screen, send, signal }: DemoOptions) {
    this.#home = home
    this.#screen = screen
    this.#send = send
    this.#signal = signal
    this.#recording = join(home, 'recording.ndjson')
  }

  async run(): Promise<DemoOutcome> {
    // It would be followed.
    if (lstatSync(this.#recording, { throwIfNoEntry: false })?.isSymbolicLink() === true) rmSync(this.#recording)
    const started = await up({
      ...DEFAULT_PLAN,
      ...presetPlan('small-10'),
      home: this.#home,
      seed: 1,
      record: this.#recording,
      detach: false,
      signal: this.#signal,
      onProgress: (text) => {
        this.#screen.live(text)
      },
    })
    if (started.kind === 'aborted') return { kind: 'aborted' }
    if (started.kind === 'running') throw new Error(`another demo runs (process ${started.pid}): wait for its end`)
    if (started.kind === 'failed') throw new Error(`the network did not start: ${started.message}`)
    if (started.kind === 'nothing-to-resume') throw new Error('a demo begins anew')
    if (started.kind === 'distrusted') throw new Error(started.distrust.message)
    this.#screen.step(`${NODES} processes, every mesh stands after ${seconds(started.elapsedMs)}`)
    try {
      return { kind: 'shown', result: await this.#show(started.manifest, started.elapsedMs) }
    } finally {
      await down(this.#home, { force: this.#signal.aborted })
    }
  }

  async #show(manifest: Manifest, readyMs: number): Promise<DemoResult> {
    const records = new Records(manifest.nodes)
    assert(await records.listening(NODES, STEP_MS_MAX), 'every node opens its event stream')
    const ids = await this.#spread(records)
    const names = manifest.nodes.map(({ name }) => name)
    const spread = spreadFigures(ids, names, records.all)
    this.#screen.spread(spread)
    const isWhole = spread.everywhere === HONEST
    this.#check(isWhole, `${HONEST} honest transactions reach ${NODES}/${NODES} nodes`, `${spread.everywhere} did`)
    const forged = await this.#forge(manifest, records)
    const complete = `${records.all.length} records, ${records.dropped} dropped`
    const returned = await this.#killAndReturn(manifest, ids)
    const { nodes: statuses } = await this.#ask('status', {})
    records.close()
    this.#check(records.dropped === 0, 'the figures are complete', complete)
    const nodes = statuses.map((status) => nodeResult(nodeFigures(status.name, ids, records.all), status))
    const report = join(this.#home, 'report.html')
    const { network, createdAt } = manifest
    const checks = this.#checks
    const data = { network, startedAt: new Date(createdAt), spread, nodes, refusals: forged.rows, checks }
    replaceFile(report, reportHtml(data))
    const pass = checks.every((check) => check.pass)
    await down(this.#home, { force: false })
    const propagation = join(this.#home, 'propagation.html')
    writePropagation(this.#recording, propagation)
    if (pass) rmSync(join(this.#home, 'nodes'), { recursive: true, force: true })
    const files = { report, propagation, recording: this.#recording }
    return { pass, readyMs, checks, spread, forged, returned, nodes, ...files }
  }

  /** Sends honest transactions, ten accounts at once, and watches until every node has every one. */
  async #spread(records: Records): Promise<string[]> {
    this.#screen.step(`sending ${HONEST} signed transactions`)
    const ids: string[] = []
    const everywhere = (): number => {
      const count = ids.filter((id) => records.reached(id) === NODES).length
      this.#screen.live(`${count}/${HONEST} transactions on ${NODES}/${NODES} nodes`)
      return count
    }
    const sender = async (from: string, index: number): Promise<void> => {
      const to = DEV_ACCOUNT_NAMES[(index + 1) % DEV_ACCOUNT_NAMES.length] ?? 'bob'
      for (let sent = 0; sent < HONEST / DEV_ACCOUNT_NAMES.length; sent++) {
        ids.push(await this.#send({ from, to, amount: AMOUNT, node: `node-${index % NODES}` }))
        everywhere()
      }
    }
    await Promise.all(DEV_ACCOUNT_NAMES.map(sender))
    await this.#until(() => everywhere() === HONEST)
    return ids
  }

  async #forge(manifest: Manifest, records: Records): Promise<ForgingFigures> {
    const neighbours = manifest.nodes.slice(0, NEIGHBOURS)
    const witnessed = manifest.nodes.at(-1)
    assert(witnessed !== undefined, 'there is a last node')
    this.#screen.step(`a hostile peer sends ${FORGED} forged ones to ${neighbours.map(({ name }) => name).join(', ')}`)
    const figures = await forging({
      manifest,
      neighbours,
      witnessed,
      records,
      forged: forge(FORGED, { name: manifest.network, id: asNetworkId(manifest.networkId) }),
      sendProof: async () => {
        const id = await this.#send({ from: 'alice', to: 'bob', amount: AMOUNT, node: witnessed.name })
        await this.#until(() => records.reached(id) === NODES)
      },
    })
    const { refused, stored, forwarded, attempts, bannedBy, witnessed: heard } = figures
    const silence = `${forwarded} forwarded; a witness at ${witnessed.name} heard ${heard} honest and no forged one`
    this.#check(refused === FORGED, `all ${FORGED} forged ones arrived and were refused`, `${refused} were`)
    this.#check(stored === 0, 'no honest node stored a forged one', `${stored} stored`)
    this.#check(forwarded === 0 && heard > 0, 'no honest node forwarded a forged one', silence)
    const isCutOff = attempts.every((attempt) => attempt.cutOff && attempt.refusedAgain)
    const cutOff = `banned by ${bannedBy.join(', ') || 'nobody'}`
    const isBanned = bannedBy.length === NEIGHBOURS
    this.#check(isCutOff && isBanned, 'each neighbour cuts the forger off and refuses it again', cutOff)
    return figures
  }

  /**
   * Kills a node as a power cut would, and brings it back cut off from all others: what it then has, it had on its
   * disk. Then it is let back to them.
   */
  async #killAndReturn(manifest: Manifest, ids: readonly string[]): Promise<Returned> {
    const node = manifest.nodes.at(-2)
    assert(node !== undefined, 'there is a node to kill')
    const others = manifest.nodes.filter(({ name }) => name !== node.name).map(({ name }) => name)
    const before = await idsOn(node, ids)
    this.#screen.step(
      `killing ${node.name}, which has ${before.length} of them, and bringing it back without its peers`,
    )
    await this.#ask('kill', { nodes: [node.name] })
    await this.#ask('partition', { groups: [[node.name], others], forMs: null })
    const { elapsedMs } = await this.#ask('restart', { nodes: [node.name] })
    const kept = (await idsOn(node, before)).length
    const detail = `${kept} of ${before.length}, ready after ${seconds(elapsedMs)}`
    this.#check(kept === before.length && kept > 0, `${node.name} comes back with all it had`, detail)
    await this.#ask('heal', {})
    const isBack = await this.#until(async () => {
      const { nodes } = await this.#ask('status', {})
      return nodes.every(({ peers }) => (peers ?? 0) >= manifest.degree)
    })
    this.#check(
      isBack,
      `${node.name} is a peer again`,
      isBack ? `every node has its ${manifest.degree} links` : 'links are missing',
    )
    return { node: node.name, before: before.length, kept, readyMs: elapsedMs }
  }

  /** A command to the supervisor that must succeed. */
  async #ask<C extends Command>(name: C, request: ControlRequests[C]): Promise<ControlAnswers[C]> {
    const outcome = await command(this.#home, name, request)
    switch (outcome.kind) {
      case 'done':
        return outcome.value
      case 'refused':
        throw new Error(`${name}: ${outcome.refusal.message}`)
      case 'none':
        throw new Error(`${name}: the network is gone`)
      case 'unreachable':
        throw new Error(`${name}: ${outcome.message}`)
      case 'distrusted':
        throw new Error(`${name}: ${outcome.distrust.message}`)
    }
  }

  #check(pass: boolean, name: string, detail: string): void {
    const check = { name, detail, pass }
    this.#checks.push(check)
    this.#screen.check(check)
  }

  async #until(condition: () => boolean | Promise<boolean>): Promise<boolean> {
    const held = await until(condition, { timeoutMs: STEP_MS_MAX, everyMs: POLL_MS, signal: this.#signal })
    this.#signal.throwIfAborted()
    return held
  }
}

function nodeResult(figures: NodeFigures, { state, peers, mesh, mempool }: NodeStatus): NodeResult {
  return { ...figures, state, peers, mesh, pool: mempool?.count ?? null }
}

/** Those of the transactions that a node has. */
async function idsOn(node: ManifestNode, ids: readonly string[]): Promise<string[]> {
  const client = connect(node.apiUrl)
  const found: string[] = []
  for (const id of ids) if ((await client.transaction(id)).ok) found.push(id)
  client.close()
  return found
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
