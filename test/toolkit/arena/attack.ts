/** What an attack is: something that a stranger does to a node, and the figures that must come of it. */
import type { NetworkParams } from '../../../src/domain/params.ts'
import type { NodePlace } from '../processes/node-under-test.ts'
import type { Figures } from '../report.ts'

/** `short` runs in the tests, within a few seconds; `full` is what the threat list asks. */
export type Scale = 'short' | 'full'

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
  /** Addresses where honest nodes will listen, in a network that is not born yet. */
  readonly expected: readonly string[]
  /** Folder of the sources that the honest side runs; null: this project's. */
  readonly sources: string | null
  /** Starts the honest nodes of such a network; the first is the victim. */
  birth(): Promise<readonly NodePlace[]>
  /** Starts one more honest node, which knows these addresses, the victim and the nodes beside it. */
  join(known?: readonly string[]): Promise<NodePlace>
  /** Stops the victim in good order and starts it with its data. */
  restartVictim(): Promise<void>
  /** Lets honest users begin, in an attack whose `usersLater` says so. */
  users(): Promise<void>
  /** Moves the victim's wall clock, ms from the true time. */
  setVictimClock(aheadMs: number): Promise<void>
}

export interface Finding {
  readonly figures: Figures
  /** What did not hold; empty when the attack was withstood. */
  readonly failures: readonly string[]
}

/** The honest nodes of an attack. */
export interface Setting {
  /** Whom the victim dials; 1 by default. */
  readonly outbound?: number
  /** Who dials the victim; 1 by default. */
  readonly inbound?: number
  /**
   * That many nodes that don't run yet, each with its own address; two of them know nobody, the others know these two.
   */
  readonly newborn?: number
  /** Honest nodes look for peers in records. */
  readonly discovery?: boolean
  /** `open`: one whose rules are those of an open network, though its nodes live on loopback; `dev` by default. */
  readonly network?: 'open' | 'dev'
  /**
   * Blocks are made: of that many keys the attackers hold some, and the nodes, the victim first, one each of the others
   * while there are any.
   */
  readonly validators?: Validators
}

export interface Validators {
  readonly keys: number
  /** Numbers of the attackers' (development validators, whose secrets everybody has). */
  readonly attackers: readonly number[]
}

/** A run of an attack on nodes without a defence: it must fail, or the attack proves nothing about that defence. */
export interface Control {
  /** Name of the mutant that switches the defence off (test/toolkit/mutants). Every node of the run is without it. */
  readonly without: string
  /**
   * What must then be among the failures: an attack that fails of something else proves as little as one that passes.
   */
  readonly shows: RegExp
  /** `full` where the short form is too short to show it. */
  readonly scale?: 'full'
}

export interface Attack {
  readonly id: string
  readonly title: string
  /** One at least for each defence that the attack is about. */
  readonly controls: readonly Control[]
  /** Honest traffic stops meanwhile: the attack makes it impossible by itself, as a wrong clock does. */
  readonly withoutTraffic?: true
  /** Honest users wait until the attack calls for them: it begins before there is a block. */
  readonly usersLater?: true
  /** A network of its own. Without it, the attack can share one with others. */
  readonly setting?: Setting
  /** How long honest transactions may take at p99, where it is not 2 s. */
  readonly latencyMs?: number
  /** Honest transactions a second, where ten are not what the attack needs to show itself. */
  readonly perSecond?: Readonly<Record<Scale, number>>
  run(ground: Ground): Promise<Finding>
}
