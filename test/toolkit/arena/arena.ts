/** A small network of honest node processes, one of which is attacked, with what holds for every attack. */
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { NetworkParams } from '../../../src/domain/params.ts'
import { Report } from '../report.ts'
import type { Attack, Finding, Scale, Setting } from './attack.ts'
import type { NodePlace } from '../processes/node-under-test.ts'
import type { AttackerAnswer, AttackerOrder } from './attacker.ts'
import { allIncluded } from './inclusion.ts'
import { parseMetrics, sumOf, type Metrics } from '../processes/metrics-text.ts'
import { attackNetwork, ATTACKER_ACCOUNTS, HONEST_ACCOUNTS } from '../processes/funded-network.ts'
import type { NodeUnderTest } from '../processes/node-under-test.ts'
import { ProcessNetwork } from '../processes/process-network.ts'
import { auditNode } from '../processes/audit.ts'
import { Traffic } from './traffic.ts'

export interface Outcome {
  readonly id: string
  readonly pass: boolean
  readonly figures: Finding['figures']
  readonly failures: readonly string[]
}

const HONEST_PER_SECOND = 10
const LATENCY_P99_MS_MAX = 2_000
const LOOP_P99_MS_MAX = 200
/**
 * What a node that nobody attacks needs to answer on a machine with nothing else to do, and a margin. Where it needs
 * more in a test, the runner and other work share the cores, and the bars stretch in proportion; those of the command
 * don't.
 */
const BYSTANDER_P99_MS = 50
const ATTACK_MS_MAX = 300_000
/** How old the network is: three hundred slots, each of which attackers may fill twice. */
const AGE_MS = 600_000
/** And one with validators: nine hundred. */
const VALIDATORS_AGE_MS = 1_800_000

/** What an attack may ask for. */
interface Services {
  restart(): Promise<void>
  birth(): Promise<void>
  join(known: readonly string[]): Promise<void>
  users(): Promise<void>
  clock(aheadMs: number): Promise<void>
}

/** In place of a node that does not run yet. */
const NOWHERE: NodePlace = { name: '', peerId: '', address: '', apiUrl: '', cookieFile: '', pid: 0 }

export class Arena {
  readonly victim: NodeUnderTest
  readonly others: NodeUnderTest[]
  readonly #make: (name: string, ip?: string) => Promise<NodeUnderTest>
  readonly #processes: ProcessNetwork
  readonly #sources: string | null
  readonly #nonces: number[] = []
  #attacker: ChildProcess | null = null
  #attacks = 0

  private constructor(
    processes: ProcessNetwork,
    nodes: Pick<Arena, 'victim' | 'others'>,
    make: (name: string, ip?: string) => Promise<NodeUnderTest>,
    sources: string | null,
  ) {
    this.#processes = processes
    this.#sources = sources
    this.victim = nodes.victim
    this.others = nodes.others
    this.#make = make
  }

  /**
   * Starts a victim and honest nodes, all meshed; those of a newborn network start later.
   * @param attacks how many attacks it shall bear, one after the other
   * @param copy what its nodes run, where it is not this project: a folder of sources, and the program made of them
   */
  static async open(
    attacks = 1,
    { outbound = 1, inbound = 1, newborn, discovery = false, network: kind = 'dev', validators }: Setting = {},
    copy?: { readonly root: string; readonly entry: string },
  ): Promise<Arena> {
    const ageMs = validators === undefined ? AGE_MS : VALIDATORS_AGE_MS
    const network = attackNetwork(Date.now() - ageMs, attacks, kind, validators?.keys ?? null)
    const keys = Array.from({ length: validators?.keys ?? 0 }, (_, key) => key).filter(
      (key) => validators?.attackers.includes(key) !== true,
    )
    const processes = new ProcessNetwork('attack', network)
    const make = (name: string, ip?: string): Promise<NodeUnderTest> =>
      processes.add(name, {
        profile: 'node',
        discovery,
        validator: keys.shift() ?? null,
        ...(ip !== undefined && { ip }),
        ...(copy !== undefined && { entry: copy.entry }),
      })
    if (newborn !== undefined) {
      const [victim, ...others] = await Promise.all(
        Array.from({ length: newborn }, (_, i) => make(`born-${i}`, `127.${i + 1}.0.1`)),
      )
      if (victim === undefined) throw new Error('a network of nobody')
      return new Arena(processes, { victim, others }, make, copy?.root ?? null)
    }
    const named = (prefix: string, count: number): Promise<NodeUnderTest[]> =>
      Promise.all(Array.from({ length: count }, (_, i) => make(i === 0 ? prefix : `${prefix}-${i + 1}`)))
    const [victim, near, far] = [await make('victim'), await named('near', outbound), await named('far', inbound)]
    const arena = new Arena(processes, { victim, others: [...near, ...far] }, make, copy?.root ?? null)
    try {
      // Some are dialled by the victim and others dial it, so that it has both kinds of peers.
      const known: string[] = []
      for (const node of [...near, victim, ...far]) {
        await node.start(known)
        known.push(node.place.address)
      }
      await arena.#meshed()
    } catch (error) {
      await arena.close()
      throw error
    }
    return arena
  }

  get network(): NetworkParams {
    return this.#processes.params
  }

  /** The honest node that no attack is aimed at. */
  get #bystander(): NodeUnderTest {
    return this.others.at(-1) ?? this.victim
  }

  get nodes(): readonly NodeUnderTest[] {
    return [this.victim, ...this.others]
  }

  async close(): Promise<void> {
    this.#attacker?.kill('SIGKILL')
    await this.#processes.close()
  }

  /** Runs one attack with honest traffic beside it. */
  async run(attack: Attack, scale: Scale, seed: number): Promise<Outcome> {
    const report = new Report()
    const pid = attack.setting?.newborn === undefined ? this.victim.pid : null
    const restarts = { count: 0 }
    const traffic = new Traffic(
      {
        network: this.network,
        nodes: this.nodes,
        victim: this.victim,
        bystander: this.#bystander,
        perSecond: attack.perSecond?.[scale] ?? HONEST_PER_SECOND,
      },
      this.#nonces,
    )
    if (attack.withoutTraffic !== true && attack.usersLater !== true && pid !== null) await traffic.start()
    const finding = await this.#attack(attack, scale, seed, {
      restart: async () => {
        restarts.count++
        // A node that restarts has no users meanwhile: theirs are counted before.
        if (attack.withoutTraffic !== true) await traffic.finish()
        report.require(await this.#restartVictim(), 'the victim has no mesh after its restart')
      },
      birth: async () => {
        await this.#startNewborn()
        await traffic.start()
      },
      join: (known) => this.#join(known),
      users: () => traffic.start(),
      clock: (aheadMs) => this.victim.setClock(aheadMs),
    })
    Object.assign(report.figures, finding.figures)
    report.failures.push(...finding.failures)
    if (attack.withoutTraffic !== true) {
      const { sent, delivery, latencyP99Ms, loopP99Ms, bystanderP99Ms, refused } = await traffic.finish()
      const stretch = scale === 'full' ? 1 : Math.max(1, bystanderP99Ms / BYSTANDER_P99_MS)
      report.figure('bystanderP99Ms', bystanderP99Ms)
      report.figure('honestSent', sent)
      report.exactly('honestDelivery', delivery, 1)
      report.atMost('honestP99Ms', latencyP99Ms, (attack.latencyMs ?? LATENCY_P99_MS_MAX) * stretch)
      report.atMost('loopP99Ms', loopP99Ms, LOOP_P99_MS_MAX * stretch)
      report.require(refused.length === 0, `honest users were refused: ${[...new Set(refused)].join(', ')}`)
      if (attack.setting?.validators !== undefined) await allIncluded(report, this.nodes, traffic.accepted)
    }
    report.require(
      this.victim.isRunning && (restarts.count > 0 || pid === null || this.victim.pid === pid),
      'the victim died',
    )
    await this.#audit(report)
    return { id: attack.id, pass: report.failures.length === 0, figures: report.figures, failures: report.failures }
  }

  /**
   * What holds after every attack: books that add up, bounds that held, nothing invalid handed on, no honest peer
   * charged.
   */
  async #audit(report: Report): Promise<void> {
    const honest = new Set(this.nodes.map((node) => node.place.peerId))
    for (const node of this.nodes) {
      if (!node.isRunning) continue
      const waiting = await auditNode(report, node)
      // Null: too busy to answer. That is what became of it, and no reason to end the run.
      if (waiting === null) continue
      report.require(waiting === 0, `${node.name}: ${waiting} messages are settled nowhere`)
      const peers = await node.client.peers()
      if (!peers.ok) continue
      for (const { peerId, offences } of peers.value.peers)
        if (honest.has(peerId)) report.require(offences === 0, `${node.name} charged an honest peer ${offences} times`)
      for (const { subject } of peers.value.bans)
        report.require(![...honest].some((peer) => subject.includes(peer)), `${node.name} banned an honest peer`)
    }
    for (const node of this.others) {
      const metrics = node.isRunning ? await metricsOf(node) : null
      if (metrics === null) continue
      const rejected = sumOf(metrics, 'hearsay_outcomes_total', ['outcome', /^rejected-/])
      report.require(rejected === 0, `${rejected} invalid messages were handed on to ${node.name}`)
    }
  }

  async #meshed(): Promise<void> {
    if (!(await this.#isMeshed())) throw new Error('the honest nodes do not mesh')
  }

  #isMeshed(): Promise<boolean> {
    return this.#processes.isMeshed(2, { timeoutMs: 30_000, everyMs: 50 })
  }

  async #attack(attack: Attack, scale: Scale, seed: number, services: Services): Promise<Finding> {
    const attacker = (this.#attacker ??= fork(fileURLToPath(new URL('attacker.ts', import.meta.url)), [], {
      execArgv: ['--no-warnings'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    }))
    const order: AttackerOrder = {
      kind: 'attack',
      id: attack.id,
      scale,
      seed,
      network: this.network,
      victim: this.victim.isRunning ? this.victim.place : NOWHERE,
      others: this.others.flatMap((node) => (node.isRunning ? [node.place] : [])),
      expected: this.nodes.map((node) => node.address),
      sources: this.#sources,
      net: `127.66.${this.#attacks + 1}`,
      accounts: HONEST_ACCOUNTS + this.#attacks++ * ATTACKER_ACCOUNTS,
    }
    return new Promise((resolve) => {
      const end = (finding: Finding): void => {
        clearTimeout(timer)
        attacker.off('message', onMessage)
        attacker.off('exit', onExit)
        resolve(finding)
      }
      const onExit = (): void => {
        this.#attacker = null
        end({ figures: {}, failures: ['the attacker died'] })
      }
      const onMessage = (message: unknown): void => {
        const answer = message as AttackerAnswer
        if (answer.kind === 'found') end(answer.finding)
        else {
          void perform(answer, services).then(() =>
            attacker.send({ kind: 'done', nodes: this.nodes.map((node) => node.place) }),
          )
        }
      }
      const timer = setTimeout(() => {
        attacker.kill('SIGKILL')
      }, ATTACK_MS_MAX)
      attacker.on('message', onMessage)
      attacker.on('exit', onExit)
      attacker.send(order)
    })
  }

  /** The first two know nobody, and the others know these two. */
  async #startNewborn(): Promise<void> {
    const [first, second, ...others] = this.nodes
    await first?.start([])
    await second?.start([first?.address ?? ''])
    const known = [first, second].map((node) => node?.place.address ?? '')
    await Promise.all(others.map((node) => node.start(known)))
  }

  async #join(known: readonly string[]): Promise<void> {
    const joiner = await this.#make(`joiner-${this.others.length}`)
    await joiner.start([...known, ...this.nodes.map((node) => node.place.address)])
    this.others.push(joiner)
  }

  /** Whether it has its place among the others again. */
  async #restartVictim(): Promise<boolean> {
    await this.victim.stop()
    await this.victim.start()
    return this.#isMeshed()
  }
}

/** Null when it does not answer. */
async function metricsOf(node: NodeUnderTest): Promise<Metrics | null> {
  const outcome = await node.client.metrics()
  return outcome.ok ? parseMetrics(outcome.value) : null
}

function perform(asked: Exclude<AttackerAnswer, { kind: 'found' }>, services: Services): Promise<void> {
  if (asked.kind === 'clock') return services.clock(asked.aheadMs)
  return asked.kind === 'join' ? services.join(asked.known) : services[asked.kind]()
}
