/**
 * The configuration of one node, parsed once and frozen. Everything a deployment may choose; what all nodes share is in
 * NetworkParams.
 */
import type { NetworkParams } from '../domain/params.ts'
import type { AccountId } from '../domain/ids.ts'

/**
 * `node` for the open network, `dev` for a local testnet, `bench` for measurements without protections that loopback
 * trips.
 */
export type Profile = 'node' | 'dev' | 'bench'

export interface NodeConfig {
  /** How the node calls itself to its peers and in records, 1 to 64 printable ASCII characters. */
  readonly name: string
  readonly network: NetworkParams
  readonly profile: Profile
  /** Null: everything in memory (simulations and tests). */
  readonly dataDir: string | null
  /** Multiaddrs to listen on. */
  readonly listen: readonly string[]
  /**
   * Multiaddrs under which others are told that they reach this node, instead of those that it listens on; left out:
   * those.
   */
  readonly announce?: readonly string[]
  /** Multiaddrs to dial and to keep dialling. */
  readonly bootstrap: readonly string[]
  /**
   * The addresses are those of the network's document, which all nodes share: this node's own among them is left out,
   * not an error.
   */
  readonly bootstrapIsShared?: boolean
  /**
   * Whether it looks for peers by itself, in records; left out: on the open network only, since the links of a testnet
   * are planned.
   */
  readonly discovery?: boolean
  /**
   * Whether it tells other nodes what it saw of a transaction, and from whom, and asks them; left out: on `dev-*`
   * networks only.
   */
  readonly observe?: boolean
  /** `host:port` of the API; null: none. */
  readonly api: string | null
  /** Host names besides loopback ones that the API answers to. */
  readonly apiHosts: readonly string[]
  /** Public key of the validator whose blocks this node makes, and its secret (32 bytes); null: it makes none. */
  readonly validator: { readonly key: AccountId; readonly secret: Uint8Array } | null
  /**
   * Whether it makes its blocks when it is asked for them (`Node.blocksOnDemand`) instead of in its slots; on `dev-*`
   * networks only, and not unless given.
   */
  readonly blocksOnDemand?: boolean
  /** File that the log is appended to; left out: stderr. */
  readonly logFile?: string
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Largest number of connections; a star's hub needs its degree. */
  readonly connectionsMax: number
}
