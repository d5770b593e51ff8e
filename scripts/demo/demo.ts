/** The demo, step by step. Every expectation becomes a check; the demo goes on after a failed one, to show as much as it can. */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { coverageLine } from '../../src/cli/coverage-text.ts'
import { tableText } from '../../src/cli/table-text.ts'
import { connect } from '../../src/client/connect.ts'
import { asNetworkId } from '../../src/domain/ids.ts'
import { assert } from '../../src/lib/assert.ts'
import { toHex } from '../../src/lib/bytes.ts'
import { sha256Hex } from '../../src/lib/hash.ts'
import { DEV_ACCOUNT_NAMES } from '../../src/wallet/dev-accounts.ts'
import { command, DEFAULT_PLAN, down, up } from '../../testnet/control-client.ts'
import type { NodeStatus } from '../../testnet/control.ts'
import type { Manifest, ManifestNode } from '../../testnet/manifest.ts'
import { presetPlan } from '../../testnet/presets.ts'
import { until } from '../../testnet/until.ts'
import { bundle } from '../bundle.ts'
import { runCommand } from './command-line.ts'
import { nodeFigures, spreadFigures, type SpreadFigures } from './figures.ts'
import { forge, FORGERIES, type Forged } from './forgeries.ts'
import type { Attempt, ForgerMessage, ForgerPlan } from './forger.ts'
import { Records } from './records.ts'
import { reportHtml, type ReportData } from './report.ts'
import { Screen } from './screen.ts'

const NODES = 10
const HONEST = 100
const FORGED = 20
/** How many nodes the forger knows. */
const NEIGHBOURS = 3
/** How long a spread may take until it counts as failed, ms: on a quiet machine it takes a tenth of a second. */
const SPREAD_MS_MAX = 20_000
const POLL_MS = 20

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Check {
  readonly name: string
  readonly detail: string
  readonly pass: boolean
}

export class Demo {
  readonly #json: boolean
  readonly #screen = new Screen()
  readonly #home = join(root, '.hearsay', 'demo')
  readonly #checks: Check[] = []
  readonly #abort = new AbortController()
  #interrupts = 0

  constructor(options: { json: boolean }) {
    this.#json = options.json
  }

  /** Runs the demo; the exit code. */
  async run(): Promise<number> {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        this.#interrupt()
      })
    bundle()
    const started = await up({
      ...DEFAULT_PLAN,
      home: this.#home,
      ...presetPlan('small-10'),
      seed: 1,
      detach: false,
      signal: this.#abort.signal,
      supervisorEntry: join(root, 'dist', 'supervisor.js'),
      onProgress: (text) => {
        this.#screen.live(text)
      },
    })
    if (started.kind === 'aborted') return 130
    if (started.kind !== 'ready') {
      console.error(
        `demo: the network did not start: ${started.kind === 'running' ? `another demo runs (process ${started.pid})` : started.message}`,
      )
      return 1
    }
    const { manifest, elapsedMs } = started
    this.#screen.step(`${NODES} processes, every mesh stands after ${(elapsedMs / 1_000).toFixed(1)} s`)
    try {
      return await this.#show(manifest, elapsedMs)
    } catch (error) {
      if (this.#abort.signal.aborted) return 130
      console.error(
        `demo: ${error instanceof Error ? error.message : String(error)}; the logs are in ${relative(process.cwd(), this.#home)}`,
      )
      return 1
    } finally {
      await down(this.#home, { force: this.#abort.signal.aborted })
    }
  }

  async #show(manifest: Manifest, readyMs: number): Promise<number> {
    const records = new Records(manifest.nodes)
    assert(await records.listening(NODES, 5_000), 'every node opens its event stream')
    const honest = await this.#spread(records)
    const spread = spreadFigures(
      honest,
      manifest.nodes.map(({ name }) => name),
      records.all,
    )
    const forged = forge(FORGED, { name: manifest.network, id: asNetworkId(manifest.networkId) })
    const refusals = await this.#forge(manifest, forged, honest, records)
    const returned = await this.#killAndReturn(manifest)
    const status = await this.#nodes()
    records.close()
    this.#check(
      records.dropped === 0,
      'the figures are complete',
      `${records.all.length} records, ${records.dropped} dropped`,
    )
    const passed = this.#checks.every(({ pass }) => pass)
    const report = this.#report(manifest, spread, refusals.rows, records, status, [...honest, refusals.proof])
    await down(this.#home, { force: false })
    if (passed) rmSync(join(this.#home, 'nodes'), { recursive: true, force: true })
    const figures = {
      readyMs,
      spread: { ...spread, curve: undefined },
      forged: refusals.figures,
      returned,
      report,
      elapsedMs: Math.round(this.#screen.elapsedMs),
    }
    this.#finish(passed, figures, status, records, honest)
    return passed ? 0 : 1
  }

  /** Sends honest transactions with the command's own code, ten accounts at once, and watches until every node has every one. */
  async #spread(records: Records): Promise<string[]> {
    this.#screen.step(`sending ${HONEST} signed transactions`)
    const ids: string[] = []
    const wholes = (): number => ids.filter((id) => records.reached(id) === NODES).length
    const sender = async (from: string, index: number): Promise<void> => {
      const to = DEV_ACCOUNT_NAMES[(index + 1) % DEV_ACCOUNT_NAMES.length] ?? 'bob'
      for (let sent = 0; sent < HONEST / DEV_ACCOUNT_NAMES.length; sent++) {
        ids.push(await this.#send(from, to, `node-${index % NODES}`))
        this.#screen.live(`${wholes()}/${HONEST} transactions on ${NODES}/${NODES} nodes`)
      }
    }
    await Promise.all(DEV_ACCOUNT_NAMES.map(sender))
    await this.#until(() => {
      this.#screen.live(`${wholes()}/${HONEST} transactions on ${NODES}/${NODES} nodes`)
      return wholes() === HONEST
    })
    const names = Array.from({ length: NODES }, (_, index) => `node-${index}`)
    const { everywhere, p50Ms, p95Ms, maxMs, copies } = spreadFigures(ids, names, records.all)
    const line = coverageLine({
      coverage: everywhere / HONEST,
      nodes: NODES,
      reached: everywhere === HONEST ? NODES : 0,
      p50Ms,
      p95Ms,
      maxMs,
      copies,
      laggards: [],
    })
    this.#check(
      everywhere === HONEST,
      `${HONEST} honest transactions reach ${NODES}/${NODES} nodes`,
      `${everywhere} did`,
    )
    this.#screen.step(line)
    return ids
  }

  async #send(from: string, to: string, node: string): Promise<string> {
    const argv = [
      'tx',
      'send',
      '--from',
      from,
      '--to',
      to,
      '--amount',
      '5',
      '--node',
      node,
      '--home',
      this.#home,
      '--json',
    ]
    const { exitCode, stdout, stderr } = await runCommand(argv)
    if (exitCode !== 0) throw new Error(`\`hearsay ${argv.join(' ')}\` ended with ${exitCode}: ${stderr.trim()}`)
    return (JSON.parse(stdout) as { id: string }).id
  }

  /** Lets a hostile peer send forged ones to its neighbours, and looks for them everywhere. */
  async #forge(manifest: Manifest, forged: readonly Forged[], honest: readonly string[], records: Records) {
    const neighbours = manifest.nodes.slice(0, NEIGHBOURS)
    const witnessed = manifest.nodes.at(-1)
    assert(witnessed !== undefined, 'there is a last node')
    this.#screen.step(`a hostile peer sends ${FORGED} forged ones to ${neighbours.map(({ name }) => name).join(', ')}`)
    const child = fork(fileURLToPath(new URL('forger.ts', import.meta.url)), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    try {
      const plan: ForgerPlan = {
        networkId: manifest.networkId,
        neighbours: neighbours.map((node) => ({ name: node.name, address: addressOf(node) })),
        witnessed: { name: witnessed.name, address: addressOf(witnessed) },
        forged: forged.map(({ bytes }) => toHex(bytes)),
      }
      child.send(plan)
      const { forger } = await next(child, 'joined')
      const { attempts } = await next(child, 'sent')
      // What was forwarded would have come to the witness before an honest one that is sent now.
      const proof = await this.#send('alice', 'bob', witnessed.name)
      await this.#until(() => records.reached(proof) === NODES)
      const heard = await this.#heardByWitness(child, honest)
      return await this.#judge(manifest, forged, { forger, attempts, heard, proof }, records)
    } finally {
      child.kill()
    }
  }

  /** What the witness has heard, once it has heard something honest. */
  async #heardByWitness(child: ChildProcess, honest: readonly string[]): Promise<ReadonlySet<string>> {
    let heard = new Set<string>()
    assert(honest.length > 0, 'honest transactions were sent')
    await this.#until(async () => {
      child.send('heard')
      heard = new Set((await next(child, 'heard')).hashes)
      return heard.size > 0
    })
    return heard
  }

  async #judge(
    manifest: Manifest,
    forged: readonly Forged[],
    seen: { forger: string; attempts: readonly Attempt[]; heard: ReadonlySet<string>; proof: string },
    records: Records,
  ) {
    const stored = await storedAnywhere(manifest.nodes, forged)
    const spreading = new Set(
      records.all
        .filter(({ record }) => ['PUBLISH', 'DELIVER', 'FORWARD', 'RECOVERED'].includes(record.event))
        .map(({ record }) => record.id),
    )
    const isForwarded = ({ id, bytes }: Forged): boolean => spreading.has(id) || seen.heard.has(sha256Hex(bytes))
    const rows = FORGERIES.map((kind) => {
      const ones = forged.filter((each) => each.kind === kind)
      const ids = new Set(ones.map(({ id }) => id))
      const refusedBy = [
        ...new Set(
          records.all.filter(({ record }) => record.event === 'REJECT' && ids.has(record.id)).map(({ node }) => node),
        ),
      ].sort()
      return {
        kind,
        sent: ones.length,
        refusedBy,
        stored: ones.filter(({ id }) => stored.has(id)).length,
        forwarded: ones.filter(isForwarded).length,
      }
    })
    const total = (of: 'stored' | 'forwarded'): number => rows.reduce((sum, row) => sum + row[of], 0)
    const refused = new Set(
      records.all.filter(({ record }) => record.event === 'REJECT').map(({ record }) => record.id),
    )
    const arrived = forged.filter(({ id }) => refused.has(id)).length
    const bannedBy = await bansOf(manifest.nodes, seen.forger)
    const cutOff = seen.attempts.filter((attempt) => attempt.cutOff && attempt.refusedAgain)
    this.#check(arrived === FORGED, `all ${FORGED} forged ones arrived and were refused`, `${arrived} were`)
    this.#check(total('stored') === 0, 'no honest node stored a forged one', `${total('stored')} stored`)
    this.#check(
      total('forwarded') === 0,
      'no honest node forwarded a forged one',
      `${total('forwarded')} forwarded; the witness heard ${seen.heard.size} honest ones`,
    )
    this.#check(
      cutOff.length === NEIGHBOURS && bannedBy.length === NEIGHBOURS,
      'the forger is cut off and refused again by each neighbour',
      `banned by ${bannedBy.join(', ') || 'nobody'}`,
    )
    const figures = {
      sent: FORGED,
      refused: arrived,
      stored: total('stored'),
      forwarded: total('forwarded'),
      neighbours: NEIGHBOURS,
      bannedBy,
      attempts: seen.attempts,
    }
    return { rows, figures, proof: seen.proof }
  }

  /** Kills a node as a power cut would, and compares its pool before and after. */
  async #killAndReturn(manifest: Manifest) {
    const node = manifest.nodes.at(-2)
    assert(node !== undefined, 'there is a node to kill')
    const pool = async (): Promise<string[]> => {
      const answer = await connect(node.apiUrl).mempool({ limit: 1_000 })
      return answer.ok ? answer.value.transactions.map(({ id }) => id) : []
    }
    const before = await pool()
    this.#screen.step(`killing ${node.name}, which has ${before.length} transactions`)
    const killed = await command(this.#home, 'kill', { nodes: [node.name] })
    assert(killed.kind === 'done', 'the supervisor kills a node')
    const restarted = await command(this.#home, 'restart', { nodes: [node.name] })
    const after = new Set(await pool())
    const kept = before.filter((id) => after.has(id)).length
    const isBack = restarted.kind === 'done'
    this.#check(
      isBack && before.length > 0 && kept === before.length,
      `${node.name} comes back with all it had`,
      `${kept} of ${before.length}${isBack ? `, ready after ${(restarted.value.elapsedMs / 1_000).toFixed(1)} s` : ', not ready'}`,
    )
    return { node: node.name, before: before.length, kept, readyMs: isBack ? restarted.value.elapsedMs : null }
  }

  async #nodes(): Promise<readonly NodeStatus[]> {
    const outcome = await command(this.#home, 'status', {})
    return outcome.kind === 'done' ? outcome.value.nodes : []
  }

  #report(
    manifest: Manifest,
    spread: SpreadFigures,
    refusals: ReportData['refusals'],
    records: Records,
    status: readonly NodeStatus[],
    ids: readonly string[],
  ): string {
    const file = join(this.#home, 'report.html')
    const nodes = status.map(({ name, peers, mesh, mempool }) => ({
      ...nodeFigures(name, ids, records.all),
      peers,
      mesh,
      pool: mempool?.count ?? null,
    }))
    mkdirSync(this.#home, { recursive: true })
    writeFileSync(
      file,
      reportHtml({
        network: manifest.network,
        startedAt: new Date(manifest.createdAt),
        spread,
        nodes,
        refusals,
        checks: this.#checks,
      }),
    )
    return relative(process.cwd(), file)
  }

  #finish(
    passed: boolean,
    figures: { readonly report: string; readonly elapsedMs: number },
    status: readonly NodeStatus[],
    records: Records,
    ids: readonly string[],
  ): void {
    if (this.#json) {
      console.log(JSON.stringify({ v: 1, pass: passed, checks: this.#checks, ...figures }))
      return
    }
    const rows = status.map(({ name, state, peers, mesh, mempool }) => {
      const { duplicates, refused, p50Ms } = nodeFigures(name, ids, records.all)
      return [
        name,
        state,
        ...[peers, mesh, mempool?.count, duplicates, refused].map((value) => String(value ?? '–')),
        p50Ms === null ? '–' : `${p50Ms.toFixed(1)} ms`,
      ]
    })
    const right = (title: string) => ({ title, align: 'right' as const })
    console.log(
      tableText(
        [
          { title: 'node' },
          { title: 'state' },
          right('peers'),
          right('mesh'),
          right('pool'),
          right('duplicates'),
          right('refused'),
          right('p50'),
        ],
        rows,
      ),
    )
    console.log('')
    for (const { pass, name, detail } of this.#checks) console.log(`${pass ? '✓' : '✗'} ${name}: ${detail}`)
    console.log(`\nreport: ${figures.report}`)
    if (passed)
      console.log(
        `Everything as expected, in ${(figures.elapsedMs / 1_000).toFixed(1)} s; nothing is left running. To go on: npm run testnet`,
      )
    else
      console.error(
        `demo: not as expected: ${this.#checks
          .filter(({ pass }) => !pass)
          .map(({ name }) => name)
          .join('; ')}; the logs are in ${relative(process.cwd(), this.#home)}`,
      )
  }

  #check(pass: boolean, name: string, detail: string): void {
    this.#checks.push({ name, detail, pass })
    this.#screen.check(pass, name, detail)
  }

  async #until(condition: () => boolean | Promise<boolean>): Promise<boolean> {
    const held = await until(condition, { timeoutMs: SPREAD_MS_MAX, everyMs: POLL_MS, signal: this.#abort.signal })
    this.#abort.signal.throwIfAborted()
    return held
  }

  #interrupt(): void {
    this.#interrupts++
    this.#abort.abort(new Error('interrupted'))
    // The supervisor ends with this process.
    if (this.#interrupts > 1) process.exit(130)
  }
}

function addressOf(node: ManifestNode): string {
  return `/ip4/127.0.0.1/tcp/${node.p2pPort}/p2p/${node.peerId}`
}

/** Ids among the forged ones that some node has or had. */
async function storedAnywhere(nodes: readonly ManifestNode[], forged: readonly Forged[]): Promise<ReadonlySet<string>> {
  const stored = new Set<string>()
  for (const { apiUrl } of nodes) {
    const client = connect(apiUrl)
    const answers = await Promise.all(forged.map(({ id }) => client.transaction(id)))
    forged.forEach(({ id }, index) => {
      const answer = answers[index]
      if (answer?.ok !== false || answer.kind !== 'problem' || answer.status !== 404) stored.add(id)
    })
    client.close()
  }
  return stored
}

/** Names of the nodes that have banned a peer. */
async function bansOf(nodes: readonly ManifestNode[], peerId: string): Promise<string[]> {
  const views = await Promise.all(
    nodes.map(async ({ name, apiUrl }) => ({ name, answer: await connect(apiUrl).peers() })),
  )
  return views.flatMap(({ name, answer }) =>
    answer.ok && answer.value.bans.some(({ subject }) => subject.endsWith(peerId)) ? [name] : [],
  )
}

async function next<K extends ForgerMessage['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<ForgerMessage, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => {
      reject(new Error('the hostile peer ended too early'))
    }
    const onMessage = (message: ForgerMessage): void => {
      if (message.kind !== kind) return
      child.off('message', onMessage).off('exit', onExit)
      resolve(message as Extract<ForgerMessage, { kind: K }>)
    }
    child.on('message', onMessage).once('exit', onExit)
  })
}
