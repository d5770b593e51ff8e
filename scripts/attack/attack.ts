/** What an attack is: something that a stranger does to a node, and the figures that must come of it. */
import type { NetworkParams } from '../../src/domain/params.ts'

/** `short` runs in the tests, within a few seconds; `full` is what the threat list asks. */
export type Scale = 'short' | 'full'

/** A node under attack or beside it, as an attacker's process is told of it. */
export interface NodePlace {
  readonly name: string
  readonly peerId: string
  /** Multiaddr with peer id. */
  readonly address: string
  readonly apiUrl: string
  readonly cookieFile: string
  readonly pid: number
}

/** Where an attack takes place. */
export interface Ground {
  readonly scale: Scale
  readonly seed: number
  readonly network: NetworkParams
  readonly victim: NodePlace
  /** Honest nodes, meshed with the victim and with one another. */
  readonly others: readonly NodePlace[]
  /** First three numbers of the attackers' addresses, such as `127.66.7`: each attack has its own, since bans last. */
  readonly net: string
  /** Number of the first account that no honest traffic uses; funded, 128 of them. */
  readonly accounts: number
  /** Stops the victim in good order and starts it with its data. */
  restartVictim(): Promise<void>
  /** Moves the victim's wall clock, ms from the true time. */
  setVictimClock(aheadMs: number): Promise<void>
}

export type Figures = Record<string, number | string | boolean>

export interface Finding {
  readonly figures: Figures
  /** What did not hold; empty when the attack was withstood. */
  readonly failures: readonly string[]
}

export interface Attack {
  readonly id: string
  readonly title: string
  /** Honest traffic stops meanwhile: the attack makes it impossible by itself, as a wrong clock does. */
  readonly withoutTraffic?: true
  run(ground: Ground): Promise<Finding>
}

/** Collects what an attack found. */
export class Report {
  readonly figures: Figures = {}
  readonly failures: string[] = []

  figure(name: string, value: number | string | boolean): void {
    this.figures[name] = typeof value === 'number' ? Math.round(value * 100) / 100 : value
  }

  require(holds: boolean, what: string): void {
    if (!holds) this.failures.push(what)
  }

  /** A figure with its bound. */
  atMost(name: string, value: number, bound: number): void {
    this.figure(name, value)
    this.require(value <= bound, `${name} is ${Math.round(value * 100) / 100}, more than ${bound}`)
  }

  /** A figure with its exact value. */
  exactly(name: string, value: number, expected: number): void {
    this.figure(name, value)
    this.require(value === expected, `${name} is ${value}, not ${expected}`)
  }
}
