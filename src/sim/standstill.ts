/**
 * Whether heads go on: how many slots of honest validators with something to put into a block pass at each honest node
 * before its head moves.
 */
import type { NetworkParams } from '../domain/params.ts'
import { slotAt, slotTimeMs } from '../domain/slots.ts'
import { chainChecks } from '../node/chain-health.ts'
import type { StandstillFigures } from './chain-report.ts'
import type { RelayMember } from './relay-member.ts'
import type { Fault, Scenario } from './scenario.ts'
import type { Scheduler } from './scheduler.ts'

/**
 * For how long after a fault nothing is asked of whom it befell, ms: what the network promises to need
 * (chain-report.ts).
 */
const CALM_MS = 15_000

interface Options {
  readonly scenario: Scenario
  readonly scheduler: Scheduler
  readonly params: NetworkParams
  /** The honest nodes that run now. */
  readonly relays: () => readonly RelayMember[]
  readonly reaches: (a: number, b: number) => boolean
}

export class Standstill {
  readonly #options: Options
  readonly #begun = new Map<number, number>()
  readonly #befallenMs = new Map<number, number>()
  readonly #named = new Set<number>()
  #allBefallenMs: number
  #slots = 0
  #longest = 0

  constructor(options: Options) {
    this.#options = options
    this.#allBefallenMs = options.scenario.warmUpMs - CALM_MS
    if (options.scenario.chain?.withholding !== undefined) this.#next()
  }

  /** The head of a node moved. */
  moved(node: number): void {
    this.#begun.delete(node)
  }

  inflicted(fault: Fault): void {
    const { nowMs } = this.#options.scheduler
    if ('node' in fault) this.#befallenMs.set(fault.node, nowMs)
    else this.#allBefallenMs = nowMs
  }

  figures(): StandstillFigures {
    return { slots: this.#slots, longest: this.#longest, named: this.#named.size }
  }

  /** Looks again when the next slot begins. */
  #next(): void {
    const { scheduler, params } = this.#options
    const slot = slotAt(params, scheduler.epochMs + scheduler.nowMs) + 1
    const inMs = slotTimeMs(params, slot) - scheduler.epochMs - scheduler.nowMs
    scheduler.schedule(
      inMs,
      () => {
        this.#begins(slot)
        this.#next()
      },
      null,
    )
  }

  #begins(slot: number): void {
    const { relays, scenario, reaches } = this.#options
    const { validators = [] } = scenario.chain ?? {}
    const maker = relays().find(({ host }) => host.index === validators[slot % validators.length])
    for (const relay of relays()) {
      const { index } = relay.host
      if (!this.#isCalm(relay)) this.#begun.delete(index)
      else {
        if (namesIt(relay)) this.#named.add(index)
        if (maker === undefined || !this.#isCalm(maker) || !isDue(maker) || !reaches(maker.host.index, index)) continue
        this.#slots++
        const begun = (this.#begun.get(index) ?? 0) + 1
        this.#begun.set(index, begun)
        this.#longest = Math.max(this.#longest, begun)
      }
    }
  }

  #isCalm({ host }: RelayMember): boolean {
    const befallenMs = Math.max(this.#allBefallenMs, this.#befallenMs.get(host.index) ?? Number.NEGATIVE_INFINITY)
    return host.process.state === 'running' && this.#options.scheduler.nowMs - befallenMs >= CALM_MS
  }
}

function isDue({ runtime }: RelayMember): boolean {
  const {
    transactions: { pool },
    blocks: { chain },
  } = runtime.kernel.machines
  return pool.count > pool.parked || chain.isUnsettled
}

function namesIt({ runtime, clock }: RelayMember): boolean {
  return chainChecks(runtime.kernel.machines, clock).some((check) => check()?.code === 'head-withheld')
}
