/** What carries nodes of a testnet: a process of their own (node-process.ts), or this one (inside.ts). */
import type { ChainPlace } from '../src/node/blocks-on-demand.ts'
import type { BlockOrder, NodeReady } from './node-messages.ts'
import type { ObservedNode } from './readiness.ts'

export interface CarrierExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export type CarrierStart =
  { readonly ok: true; readonly nodes: readonly NodeReady[] } | { readonly ok: false; readonly message: string }

export interface Carrier {
  /** Null where it is this process, or never began. */
  readonly pid: number | null
  /** When its process began, in the system's words; null where there is none. */
  readonly startedAt: string | null
  /** Settles when every node is ready, one of them failed, or it ended first. */
  readonly started: Promise<CarrierStart>
  readonly exited: Promise<CarrierExit>
  readonly isRunning: boolean
  /** What its node of this name says, where it can be asked without its API; null: it does not run. */
  observe?(name: string): ObservedNode | null
  /**
   * Where the chain of its node of this name stands, after what was wanted of it; null where it does not say so in
   * time.
   */
  order(name: string, what: BlockOrder): Promise<ChainPlace | null>
  /** Ends it in good order, within `graceMs` where something can be done about it; resolves when it has ended. */
  stop(graceMs: number): Promise<void>
  /** Ends it at once. */
  kill(): Promise<void>
}

/** Begins to carry nodes, one configuration file each; what they log is appended to `logFile`. */
export type Carry = (what: { readonly configFiles: readonly string[]; readonly logFile: string }) => Carrier
