/**
 * The manifest of a running testnet, `<home>/testnet.json`: everything that another command needs to find the nodes and to steer the
 * supervisor. Written atomically on every change; removed by `down`.
 */

export type NodeState = 'starting' | 'ready' | 'paused' | 'killed' | 'stopped' | 'failed'

export interface ManifestNode {
  /** `node-0`, `node-1`, … */
  readonly name: string
  readonly peerId: string
  readonly pid: number | null
  readonly state: NodeState
  /** `http://127.0.0.1:<port>` */
  readonly apiUrl: string
  /** File with the token that writes need. */
  readonly cookieFile: string
  readonly p2pPort: number
  readonly dataDir: string
  readonly logFile: string
  /** Names of the nodes it dials. */
  readonly dials: readonly string[]
}

export interface Manifest {
  readonly v: 1
  readonly home: string
  readonly network: string
  readonly networkId: string
  readonly networkFile: string
  readonly supervisor: {
    readonly pid: number
    readonly url: string
    readonly cookieFile: string
    /** The page, with the key to act in its fragment: this file is for its owner alone (0600). */
    readonly pageUrl?: string
  }
  readonly seed: number
  readonly topology: string
  readonly degree: number
  readonly link: string
  readonly createdAt: number
  /** Where the network is being recorded to, if it is. */
  readonly recording?: string
  /** Why the recording ended before the network; it is then no longer named. */
  readonly recordingFailed?: string
  readonly nodes: readonly ManifestNode[]
}
