/** The demo, step by step. Every expectation becomes a check; a failed one does not end it, so that it shows as much as it can. */
import { rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { coverageLine } from '../../src/cli/coverage-text.ts'
import { connect } from '../../src/client/connect.ts'
import { asNetworkId } from '../../src/domain/ids.ts'
import { assert } from '../../src/lib/assert.ts'
import { DEV_ACCOUNT_NAMES } from '../../src/wallet/dev-accounts.ts'
import { command, DEFAULT_PLAN, down, up } from '../../testnet/control-client.ts'
import type { Command, ControlAnswers, ControlRequests } from '../../testnet/control.ts'
import type { Manifest, ManifestNode } from '../../testnet/manifest.ts'
import { presetPlan } from '../../testnet/presets.ts'
import { until } from '../../testnet/until.ts'
import { bundle } from '../bundle.ts'
import { runCommand } from './command-line.ts'
import { nodeFigures, spreadFigures, type SpreadFigures } from './figures.ts'
import { forge } from './forgeries.ts'
import { forging, type ForgingFigures } from './forging.ts'
import { writePropagation } from './propagation.ts'
import { Records } from './records.ts'
import { nodeResult, resultText, writeReport, type Check } from './result.ts'
import { Screen } from './screen.ts'

const NODES = 10
const HONEST = 100
const FORGED = 20
/** How many nodes the forger knows. */
const NEIGHBOURS = 3
/** How long a step may take until it counts as failed, ms: on a quiet machine each takes a tenth of that or less. */
const STEP_MS_MAX = 20_000
const POLL_MS = 20

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Returned {
  readonly node: string
  readonly before: number
  readonly kept: number
  readonly readyMs: number
}

export class Demo {
  readonly #json: boolean
  readonly #screen = new Screen()
  readonly #home = join(root, '.hearsay', 'demo')
  readonly #recording = join(this.#home, 'recording.ndjson')
  readonly #checks: Check[] = []
  readonly #abort = new AbortController()

  constructor(options: { json: boolean }) {
    this.#json = options.json
  }

  /** Runs the demo; the exit code. */
  async run(): Promise<number> {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        // The second is now; the supervisor ends with this process.
        if (this.#abort.signal.aborted) process.exit(130)
        this.#abort.abort(new Error('interrupted'))
      })
    }
    try {
      bundle()
      return await this.#start()
    } catch (error) {
      if (this.#abort.signal.aborted) return 130
      console.error(`demo: ${error instanceof Error ? error.message : String(error)}; the logs are in ${this.#logs()}`)
      return 1
    }
  }

  async #start(): Promise<number> {
    const started = await up({
      ...DEFAULT_PLAN,
      ...presetPlan('small-10'),
      home: this.#home,
      seed: 1,
      record: this.#recording,
      detach: false,
      signal: this.#abort.signal,
      supervisorEntry: join(root, 'dist', 'supervisor.js'),
      onProgress: (text) => {
        this.#screen.live(text)
      },
    })
    if (started.kind === 'aborted') return 130
    if (started.kind === 'running') throw new Error(`another demo runs (process ${started.pid}): wait for its end`)
    if (started.kind === 'failed') throw new Error(`the network did not start: ${started.message}`)
    this.#screen.step(`${NODES} processes, every mesh stands after ${seconds(started.elapsedMs)}`)
    try {
      return await this.#show(started.manifest, started.elapsedMs)
    } finally {
      await down(this.#home, { force: this.#abort.signal.aborted })
    }
  }

  async #show(manifest: Manifest, readyMs: number): Promise<number> {
    const records = new Records(manifest.nodes)
    assert(await records.listening(NODES, STEP_MS_MAX), 'every node opens its event stream')
    const ids = await this.#spread(records)
    const names = manifest.nodes.map(({ name }) => name)
    const spread = spreadFigures(ids, names, records.all)
    this.#checkSpread(spread)
    const forged = await this.#forge(manifest, records)
    const complete = `${records.all.length} records, ${records.dropped} dropped`
    const returned = await this.#killAndReturn(manifest, ids)
    const { nodes: statuses } = await this.#ask('status', {})
    records.close()
    this.#check(records.dropped === 0, 'the figures are complete', complete)
    const nodes = statuses.map((status) => nodeResult(nodeFigures(status.name, ids, records.all), status))
    const reportFile = join(this.#home, 'report.html')
    const { network, createdAt } = manifest
    const checks = this.#checks
    writeReport(reportFile, { network, startedAt: new Date(createdAt), spread, nodes, refusals: forged.rows, checks })
    const pass = checks.every((check) => check.pass)
    await down(this.#home, { force: false })
    const propagation = join(this.#home, 'propagation.html')
    writePropagation(this.#recording, propagation)
    const [recorded, drawn] = [this.#recording, propagation].map((path) => relative(process.cwd(), path))
    this.#screen.step(`every record is in ${recorded}; \`hearsay replay\` draws ${drawn} from it again`)
    if (pass) rmSync(join(this.#home, 'nodes'), { recursive: true, force: true })
    const elapsedMs = Math.round(this.#screen.elapsedMs)
    const report = relative(process.cwd(), reportFile)
    if (this.#json) {
      const { curve: _, ...figures } = spread
      console.log(JSON.stringify({ v: 1, pass, elapsedMs, readyMs, checks, spread: figures, forged, returned, report }))
    } else console.log(resultText({ nodes, checks, report, logs: this.#logs(), elapsedMs }))
    return pass ? 0 : 1
  }

  /** Sends honest transactions with the command's own code, ten accounts at once, and watches until every node has every one. */
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
        ids.push(await this.#send(from, to, `node-${index % NODES}`))
        everywhere()
      }
    }
    await Promise.all(DEV_ACCOUNT_NAMES.map(sender))
    await this.#until(() => everywhere() === HONEST)
    return ids
  }

  #checkSpread(spread: SpreadFigures): void {
    const { everywhere, curve } = spread
    const reached = Math.round((curve.at(-1)?.share ?? 0) * NODES)
    this.#screen.step(coverageLine({ ...spread, coverage: curve.at(-1)?.share ?? 0, reached, laggards: [] }))
    const isWhole = everywhere === HONEST
    this.#check(isWhole, `${HONEST} honest transactions reach ${NODES}/${NODES} nodes`, `${everywhere} did`)
  }

  /** Sends 5 with `hearsay tx send`; the id. */
  async #send(from: string, to: string, node: string): Promise<string> {
    const line = `tx send --from ${from} --to ${to} --amount 5 --node ${node} --json`
    const { exitCode, stdout, stderr } = await runCommand([...line.split(' '), '--home', this.#home])
    if (exitCode !== 0) throw new Error(`\`hearsay ${line}\` ended with ${exitCode}: ${stderr.trim()}`)
    return (JSON.parse(stdout) as { id: string }).id
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
        const id = await this.#send('alice', 'bob', witnessed.name)
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
   * Kills a node as a power cut would, and brings it back cut off from all others: what it then has, it had on its disk. Then it is let
   * back to them.
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
    }
  }

  #check(pass: boolean, name: string, detail: string): void {
    this.#checks.push({ name, detail, pass })
    this.#screen.check(pass, name, detail)
  }

  async #until(condition: () => boolean | Promise<boolean>): Promise<boolean> {
    const held = await until(condition, { timeoutMs: STEP_MS_MAX, everyMs: POLL_MS, signal: this.#abort.signal })
    this.#abort.signal.throwIfAborted()
    return held
  }

  #logs(): string {
    return relative(process.cwd(), this.#home)
  }
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
