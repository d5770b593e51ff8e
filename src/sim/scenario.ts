/** What a simulation is asked to do: data, so that a run can be written down, sent to a child process and repeated. */
import { createPrng } from '../lib/prng.ts'
import { REFERENCE_LINKS, type LinkProfile, type Regions } from './network.ts'
import type { Edge, TopologyKind } from './topology.ts'

/** `atMs` counts from the end of the warm-up. */
export type Fault =
  | { readonly atMs: number; readonly kind: 'partition'; readonly groups: readonly (readonly number[])[] }
  | { readonly atMs: number; readonly kind: 'cut'; readonly a: number; readonly b: number }
  | { readonly atMs: number; readonly kind: 'heal' }
  /**
   * `kill` as SIGKILL: peers see a reset. `power-cut`: they see nothing, and unsynced writes are lost. `leave`: stops
   * in good order. `restart` follows any. `reset-view`: the operator lets a node forget the network.
   */
  | {
      readonly atMs: number
      readonly kind: 'kill' | 'power-cut' | 'leave' | 'restart' | 'pause' | 'resume' | 'reset-view'
      readonly node: number
    }
  /** A node that was absent starts for the first time. */
  | { readonly atMs: number; readonly kind: 'join'; readonly node: number }
  /** Changes what a node says of itself. */
  | { readonly atMs: number; readonly kind: 'tag'; readonly node: number; readonly key: string; readonly value: string }
  /** Takes this many transactions of the pool off a node's disk; for one that does not run. */
  | { readonly atMs: number; readonly kind: 'forget-pool'; readonly node: number; readonly count: number }
  /** Sets the clock of a node wrong by this much, ms. */
  | { readonly atMs: number; readonly kind: 'skew'; readonly node: number; readonly skewMs: number }
  /** Slows every link of a node down by this much, ms. */
  | { readonly atMs: number; readonly kind: 'slow'; readonly node: number; readonly extraMs: number }
  /** From now on gossip messages are lost whole at this rate. */
  | { readonly atMs: number; readonly kind: 'lose-messages'; readonly rate: number }

/** How a message comes to be: at which node and when; `forged` ones no honest node may pass on. */
export interface Publication {
  readonly atMs: number
  readonly node: number
  readonly forged?: Forgery
  /** Its user goes to the next node that runs where this one does not. */
  readonly orNext?: true
  /** Bytes of its payload, where others have other ones. */
  readonly payloadBytes?: number
  /** It is sent for the network to learn its routes by, and counts in no figure of the spread. */
  readonly isRehearsal?: true
  /**
   * Whose transaction it is. Without it, it is the first one of an account of its own, so that none depends on another.
   */
  readonly transfer?: Transfer
}

export interface Transfer {
  /** Number of a funded account. */
  readonly account: number
  readonly nonce: number
  readonly fee?: number
  /** How long ago it was created when it is handed in, ms; negative: in the future. */
  readonly ageMs?: number
}

/** Blocks among relays. */
export interface ChainSetup {
  /** Nodes that are the validators, in the order of their slots. */
  readonly validators: readonly number[]
  readonly slotMs: number
  /** Instead of the 30 minutes of other networks. */
  readonly txLifetimeMs?: number
  /** How old the network is when it starts, in slots that nobody used. */
  readonly ageMs?: number
  readonly withholding?: Withholding
}

/** Validators who show headers and keep bodies back (withholder.ts). */
export interface Withholding {
  /** Nodes among the validators; all act as one. */
  readonly nodes: readonly number[]
  /** Whether they make honest blocks too. */
  readonly works: boolean
  /** Headers of one slot that they show together. */
  readonly siblings: number
  /** Whether a question for bodies is left without an answer, instead of being told that there are none. */
  readonly isSilent: boolean
  /** Whether there are bodies, and they are given from `lateMs` after the start on. */
  readonly comesLate: boolean
  readonly lateMs: number
}

export type Forgery = 'amount' | 'signature' | 'high-s' | 'other-network'

export interface Scenario {
  readonly seed: number
  readonly nodes: number
  readonly topology: TopologyKind
  /** Connections a node, for the random topology. */
  readonly degree: number
  /** Instead of a topology: who dials whom. */
  readonly edges: readonly Edge[] | null
  /** Whether relays look for peers by themselves, in records. */
  readonly discovers: boolean
  /** Whether relays begin as a network that has stood for long: everybody knows everybody (acquaintance.ts). */
  readonly stands: boolean
  /** Whether the report tells of repair and membership. */
  readonly watchesNetwork: boolean
  readonly links: LinkProfile
  /** Instead of these, where they differ by place; null: nowhere. */
  readonly regions: Regions | null
  /** Nodes that start by a fault `join` and not before. */
  readonly absent: readonly number[]
  /** `router`: bare gossipsub, everything is valid. `relay`: the whole node, kernel and runtime, on the same router. */
  readonly member: 'router' | 'relay'
  /**
   * Among relays: nodes that are bare routers. They pass everything on, are counted nowhere, and alone publish
   * forgeries.
   */
  readonly hostile: readonly number[]
  /** Time for connections and mesh before anything is published, ms. */
  readonly warmUpMs: number
  readonly publications: readonly Publication[]
  /** Bytes of a router's message, or of a relay's transaction's payload. */
  readonly payloadBytes: number
  /** Time after the last publication or fault, ms. */
  readonly settleMs: number
  /** Switches IHAVE and IWANT off, to see what they are worth. */
  readonly eagerOnly: boolean
  /** Whether relays learn routes; without, every message goes to the whole mesh, as with bare gossipsub. */
  readonly routes: boolean
  readonly faults: readonly Fault[]
  /** Null: nobody makes blocks. */
  readonly chain: ChainSetup | null
}

/** The scenario of the reference measurements with everything that is not given: links 20-120 ms, 12 connections. */
export function scenario(given: Partial<Scenario> & { readonly seed: number; readonly nodes: number }): Scenario {
  return {
    topology: 'random',
    degree: 12,
    edges: null,
    discovers: false,
    stands: false,
    watchesNetwork: false,
    links: REFERENCE_LINKS,
    regions: null,
    absent: [],
    member: 'router',
    hostile: [],
    warmUpMs: 10_000,
    publications: [],
    payloadBytes: 250,
    settleMs: 3_000,
    eagerOnly: false,
    routes: true,
    faults: [],
    chain: null,
    ...given,
  }
}

/** One message a second, each from a node drawn by the seed. */
export function everySecond(messages: number, nodes: number, seed: number): readonly Publication[] {
  const random = createPrng(seed).child('origins')
  return Array.from({ length: messages }, (_, index) => ({ atMs: index * 1_000, node: random.below(nodes) }))
}

/** Time between two rehearsals, ms. */
const REHEARSAL_MS = 100

/** As `everySecond`, after as many rehearsals as given, ten a second: what the spread is once routes are learnt. */
export function afterRehearsals(
  rehearsals: number,
  messages: number,
  nodes: number,
  seed: number,
): readonly Publication[] {
  const random = createPrng(seed).child('rehearsals')
  const first = Array.from({ length: rehearsals }, (_, index) => ({
    atMs: index * REHEARSAL_MS,
    node: random.below(nodes),
    isRehearsal: true as const,
  }))
  // Words on the last of them wait, and travel.
  const fromMs = rehearsals * REHEARSAL_MS + 1_000
  return [...first, ...everySecond(messages, nodes, seed).map(({ atMs, node }) => ({ atMs: fromMs + atMs, node }))]
}
