/**
 * What openapi-typescript makes of the API's own document: the client asks by these, so that the document, the node and
 * the client cannot part. Made by `npm run openapi`; a test makes it again and compares.
 */
export interface paths {
  readonly '/openapi.json': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** This document */
    readonly get: operations['getOpenapi']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/transactions': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * Hand in a signed transaction
     * @description 202 when it is on disk and on its way, 200 when the node has it already.
     */
    readonly post: operations['submitTransaction']
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/transactions/{id}': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** A transaction and what became of it */
    readonly get: operations['getTransaction']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/transactions/{id}/propagation': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** How a transaction came to this node: when, from whom, how often */
    readonly get: operations['getTransactionPropagation']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/transactions/{id}/observations': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /**
     * What every node that can be reached from this one saw of a transaction, with the clocks compared
     * @description On dev-* networks; elsewhere only between nodes that have it switched on, since it reveals origins.
     */
    readonly get: operations['getTransactionObservations']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/transactions:batch': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * Hand in up to 256 signed transactions
     * @description 200 with one result for each, in order, after every accepted one is on disk. A batch that cannot be read is refused as a whole.
     */
    readonly post: operations['submitTransactionBatch']
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/propagation': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /**
     * How objects came to this node: all that it remembers, the newest first, or those asked for
     * @description Whole objects, page by page; `seen` counts since the start what the pages may no longer hold. With `ids`: of these transactions alone, also whether it has them at all.
     */
    readonly get: operations['getMemory']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/accounts/{address}': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /**
     * Balance and nonces of an account
     * @description With `?proof`, also the proof that the account stands in the ledger, and the signed header that commits to it (PROTOCOL.md, Blocks).
     */
    readonly get: operations['getAccount']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/blocks': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Blocks of the best chain, highest first */
    readonly get: operations['listBlocks']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/blocks/{which}': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /**
     * A block, and where it stands
     * @description Digits alone are a height; for a hash that begins with digits, give more of it.
     */
    readonly get: operations['getBlock']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/evidence': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /**
     * Proposers that signed two blocks for one slot
     * @description The signed headers are included: anybody can check them.
     */
    readonly get: operations['listEvidence']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/mempool': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** What waits for a block */
    readonly get: operations['getMempool']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/peers': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Connected peers, and bans */
    readonly get: operations['listPeers']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/mesh': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Who hears each topic, and to whom whole messages are sent */
    readonly get: operations['getMesh']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/network': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** All members of the network as this node sees them */
    readonly get: operations['getNetwork']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/network/reset': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * Forget all that was learnt of the network, and learn it again
     * @description 202: the members come back one by one, from comparisons with the peers.
     */
    readonly post: operations['resetNetwork']
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/tags': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** This node's own tags */
    readonly get: operations['getTags']
    readonly put?: never
    /** Change one of this node's tags: every node shows it within seconds */
    readonly post: operations['setTag']
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/invitations': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * Invite another machine to the network: a line for `hearsay join`
     * @description Answered when the disk has what the line promises.
     */
    readonly post: operations['invite']
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/node/identity': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Who this node is */
    readonly get: operations['getIdentity']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/node/status': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** How this node is doing */
    readonly get: operations['getStatus']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/node/health': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** What is not well, in words */
    readonly get: operations['getHealth']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/node/doctor': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** What the node finds when it looks at itself, its machine and its peers */
    readonly get: operations['getDoctor']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/debug/log': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** The last lines of the log */
    readonly get: operations['getLog']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/debug/limits': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** How full every bounded structure is */
    readonly get: operations['getLimits']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/events': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /**
     * A stream of events
     * @description Server-sent events. `id:` resumes with Last-Event-ID (0: all that the node remembers). A comment every 10 s shows that the stream lives. A reader that is too slow gets the event `dropped` with the number of events it missed. When all places are taken, a newcomer takes the one of a reader that is too slow, or of the oldest; whoever shows that he knows the token has places of his own.
     */
    readonly get: operations['streamEvents']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/v1/observe/network': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** The network as this node sees it: itself, its peers and its mesh */
    readonly get: operations['observeNetwork']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/livez': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Whether the process turns its event loop */
    readonly get: operations['livez']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/readyz': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Whether the node can take transactions; if not, why */
    readonly get: operations['readyz']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly '/metrics': {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Metrics in the text format of Prometheus */
    readonly get: operations['getMetrics']
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
}
export type webhooks = Record<string, never>
export interface components {
  schemas: {
    readonly Accepted: {
      /** @enum {integer} */
      readonly v: 1
    }
    readonly Account: {
      /** @enum {integer} */
      readonly v: 1
      readonly address: string
      /** @description 64 lower-case hex digits */
      readonly key: string
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly balance: string
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly nonce: string
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly nextNonce: string
      /** Format: int64 */
      readonly pending: number
      /** Format: int64 */
      readonly parked: number
      readonly head: components['schemas']['Head']
      readonly proof?: components['schemas']['AccountProof'] | null
      /** @description lower-case hex, two digits a byte */
      readonly header?: string | null
    }
    readonly AccountProof: {
      /** @description 64 lower-case hex digits */
      readonly key: string
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly balance: string
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly nonce: string
      /** Format: int64 */
      readonly index: number
      /** Format: int64 */
      readonly size: number
      /** @description sibling hashes from the account up */
      readonly branch: readonly string[]
      /** @description 64 lower-case hex digits */
      readonly ledgerRoot: string
    }
    readonly Ban: {
      readonly subject: string
      readonly reason: string
      /** Format: int64 */
      readonly untilMs: number
    }
    readonly BatchRefused: {
      readonly status: components['schemas']['RefusalStatus']
      readonly code: string
      readonly message: string
      readonly hint: string
      readonly id?: string
    }
    readonly BatchResult: components['schemas']['BatchTaken'] | components['schemas']['BatchRefused']
    readonly BatchSubmission: {
      /** @enum {integer} */
      readonly v: 1
      /** Format: int64 */
      readonly accepted: number
      /** Format: int64 */
      readonly known: number
      /** Format: int64 */
      readonly rejected: number
      readonly results: readonly components['schemas']['BatchResult'][]
    }
    readonly BatchTaken: {
      readonly status: components['schemas']['SubmissionStatus']
      /** @description 64 lower-case hex digits */
      readonly id: string
      readonly state: components['schemas']['TransactionState']
    }
    readonly Block: {
      /** @enum {integer} */
      readonly v: 1
      /** @description 64 lower-case hex digits */
      readonly hash: string
      /** Format: int64 */
      readonly height: number
      /** Format: int64 */
      readonly slot: number
      /** Format: int64 */
      readonly slotTime: number
      /** @description 64 lower-case hex digits */
      readonly parent: string
      readonly proposer: string
      /** @description 64 lower-case hex digits */
      readonly txRoot: string
      /** @description 64 lower-case hex digits */
      readonly ledgerRoot: string
      /** Format: int64 */
      readonly txCount: number
      /** Format: int64 */
      readonly sizeBytes: number
      readonly branch: components['schemas']['BlockBranch']
      readonly reason: string | null
      readonly settled: boolean
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly firstSeenNs: string | null
      readonly from: string | null
      readonly transactions: readonly string[]
    }
    /** @enum {string} */
    readonly BlockBranch: 'best' | 'side' | 'invalid'
    readonly BlockList: {
      /** @enum {integer} */
      readonly v: 1
      readonly head: components['schemas']['Head']
      readonly settled: components['schemas']['SettledHead']
      readonly blocks: readonly components['schemas']['BlockSummary'][]
    }
    readonly BlockSummary: {
      /** @description 64 lower-case hex digits */
      readonly hash: string
      /** Format: int64 */
      readonly height: number
      /** Format: int64 */
      readonly slot: number
      /** Format: int64 */
      readonly slotTime: number
      /** @description 64 lower-case hex digits */
      readonly parent: string
      readonly proposer: string
      /** @description 64 lower-case hex digits */
      readonly txRoot: string
      /** @description 64 lower-case hex digits */
      readonly ledgerRoot: string
      /** Format: int64 */
      readonly txCount: number
      /** Format: int64 */
      readonly sizeBytes: number
      readonly branch: components['schemas']['BlockBranch']
      readonly reason: string | null
      readonly settled: boolean
    }
    readonly BoundedStructure: {
      readonly name: string
      /** Format: int64 */
      readonly size: number
      /** Format: int64 */
      readonly capacity: number
      readonly unit: string
    }
    readonly ClockComparison: {
      readonly offsetMs: number
      readonly errorMs: number
    }
    readonly Dial: {
      readonly address: string
      /** @description false: one of the best peers of before the last restart */
      readonly configured: boolean
      readonly state: components['schemas']['DialState']
      readonly peerId: string | null
      /** Format: int64 */
      readonly triedMs: number | null
      /** Format: int64 */
      readonly failures: number
      /** Format: int64 */
      readonly nextTryMs: number | null
      readonly failure: components['schemas']['DialFailure'] | null
    }
    readonly DialFailure: {
      readonly kind: string
      readonly message: string
      readonly next: string
      readonly detail: string
    }
    /** @enum {string} */
    readonly DialState: 'waiting' | 'dialling' | 'connected'
    /** @enum {string} */
    readonly Direction: 'inbound' | 'outbound'
    readonly Doctor: {
      /** @enum {integer} */
      readonly v: 1
      readonly ok: boolean
      readonly findings: readonly components['schemas']['Finding'][]
    }
    /**
     * @description some of propagation, transactions, peers, mesh, blocks, network, node, separated by commas
     * @enum {string}
     */
    readonly EventTopic: 'propagation' | 'transactions' | 'peers' | 'mesh' | 'blocks' | 'network' | 'node'
    readonly Evidence: {
      /** Format: int64 */
      readonly slot: number
      readonly proposer: string
      readonly hashes: readonly string[]
      readonly headers: readonly string[]
    }
    readonly EvidenceList: {
      /** @enum {integer} */
      readonly v: 1
      readonly evidence: readonly components['schemas']['Evidence'][]
    }
    readonly Finding: {
      /** @description stable name of the finding */
      readonly code: string
      readonly weight: components['schemas']['FindingWeight']
      /** @description what is seen */
      readonly message: string
      /** @description what to do; empty where nothing is */
      readonly next: string
    }
    /**
     * @description unseen: it can not be told from here
     * @enum {string}
     */
    readonly FindingWeight: 'sound' | 'doubtful' | 'wrong' | 'unseen'
    /** @enum {string} */
    readonly GossipDirections: 'both' | 'in' | 'out' | 'none' | 'deaf'
    readonly GossipRate: {
      /** Format: int64 */
      readonly usualBytesPerSecond: number
      readonly alarm: boolean
    }
    readonly Head: {
      /** Format: int64 */
      readonly height: number
      readonly hash: string
    }
    readonly Health: {
      /** @enum {integer} */
      readonly v: 1
      readonly ok: boolean
      readonly problems: readonly string[]
      readonly details: readonly components['schemas']['NodeProblem'][]
    }
    readonly Identity: {
      /** @enum {integer} */
      readonly v: 1
      readonly name: string
      readonly peerId: string
      readonly network: string
      readonly networkId: string
      readonly agentVersion: string
      readonly listen: readonly string[]
      /** Format: int64 */
      readonly pid: number
    }
    readonly Invitation: {
      /** @enum {integer} */
      readonly v: 1
      /** @description what whoever is invited is given; with a secret in it where it is for one */
      readonly line: string
      readonly networkId: string
      readonly peerId: string
      readonly addresses: readonly string[]
      /** Format: int64 */
      readonly expiresAt: number
      readonly once: boolean
    }
    readonly InvitationWish: {
      /**
       * Format: int32
       * @description ms from 1000 to 1209600000
       */
      readonly holdsMs: number
      /** @description true for a line that one node may use, false for one that many may */
      readonly once: boolean
    }
    readonly Limits: {
      /** @enum {integer} */
      readonly v: 1
      readonly structures: readonly components['schemas']['BoundedStructure'][]
    }
    readonly Member: {
      readonly name: string
      readonly peerId: string
      readonly state: components['schemas']['MemberState']
      /** Format: int64 */
      readonly stateMs: number
      readonly source: string
      readonly head: components['schemas']['Head']
      readonly settled: components['schemas']['SettledHead']
      /** Format: int64 */
      readonly lag: number
      readonly mempool: components['schemas']['MemberMempool']
      readonly version: string
      /** Format: int64 */
      readonly ageMs: number
      /** @description the chance of such a silence is 10^-phi */
      readonly phi: number
      readonly rttMs: number | null
      /** Format: int64 */
      readonly incarnation: number
      /** Format: int64 */
      readonly seq: number
      readonly addresses: readonly string[]
      readonly neighbour: boolean
      readonly equivocated: boolean
      readonly tags: {
        readonly [key: string]: string
      }
    }
    readonly MemberMempool: {
      /** Format: int64 */
      readonly count: number
    }
    /** @enum {string} */
    readonly MemberState: 'alive' | 'suspect' | 'dead' | 'left' | 'unreachable' | 'unknown'
    readonly MemberTotals: {
      /** Format: int64 */
      readonly alive: number
      /** Format: int64 */
      readonly suspect: number
      /** Format: int64 */
      readonly dead: number
      /** Format: int64 */
      readonly left: number
      /** Format: int64 */
      readonly unreachable: number
      /** Format: int64 */
      readonly unknown: number
    }
    readonly Memory: {
      /** @enum {integer} */
      readonly v: 1
      readonly node: string
      /** Format: int64 */
      readonly startedAt: number
      /** Format: int64 */
      readonly at: number
      readonly seen: components['schemas']['SeenCounts']
      readonly objects: readonly components['schemas']['RememberedObject'][]
      /** Format: int64 */
      readonly next: number | null
    }
    readonly Mempool: {
      /** @enum {integer} */
      readonly v: 1
      /** Format: int64 */
      readonly count: number
      /** Format: int64 */
      readonly bytes: number
      /** Format: int64 */
      readonly parked: number
      readonly limits: components['schemas']['MempoolLimits']
      readonly fingerprint: string
      readonly transactions: readonly components['schemas']['PooledTransaction'][]
    }
    readonly MempoolFill: {
      /** Format: int64 */
      readonly count: number
      /** Format: int64 */
      readonly bytes: number
      /** Format: int64 */
      readonly parked: number
      readonly fingerprint: string
    }
    readonly MempoolLimits: {
      /** Format: int64 */
      readonly count: number
      /** Format: int64 */
      readonly bytes: number
      /** Format: int64 */
      readonly parked: number
    }
    readonly Mesh: {
      /** @enum {integer} */
      readonly v: 1
      readonly topics: readonly components['schemas']['TopicMesh'][]
    }
    readonly Network: {
      /** @enum {integer} */
      readonly v: 1
      /** @description equal on two nodes when they see the same members in the same states */
      readonly viewDigest: string
      readonly totals: components['schemas']['MemberTotals']
      readonly versions: {
        readonly [key: string]: number
      }
      readonly gossip: components['schemas']['GossipRate']
      readonly members: readonly components['schemas']['Member'][]
    }
    readonly NodeProblem: {
      readonly code: components['schemas']['ProblemCode']
      readonly weight: components['schemas']['ProblemWeight']
      /** @description what is seen */
      readonly message: string
      /** @description why that probably is */
      readonly cause: string
      /** @description what to do */
      readonly next: string
    }
    /** @enum {string} */
    readonly NodeState: 'starting' | 'ready' | 'alone' | 'failing'
    readonly Observations: {
      /** @enum {integer} */
      readonly v: 1
      /** @description 64 lower-case hex digits */
      readonly id: string
      /** Format: int64 */
      readonly asked: number
      /** Format: int64 */
      readonly answered: number
      /** Format: int64 */
      readonly unreachable: number
      readonly nodes: readonly components['schemas']['ObservedNode'][]
    }
    readonly ObservedMember: {
      readonly name: string
      readonly peerId: string
      readonly agent?: string
      readonly state: string
      readonly states: readonly components['schemas']['StateSince'][]
      readonly mesh: readonly string[]
      readonly dials: readonly string[]
      readonly head: components['schemas']['Head'] | null
      /** Format: int64 */
      readonly settledHeight: number | null
      /** Format: int64 */
      readonly peers: number | null
      /** Format: int64 */
      readonly pool: number | null
      readonly seen: components['schemas']['SeenCounts'] | null
    }
    readonly ObservedNetwork: {
      /** @enum {integer} */
      readonly v: 1
      /** @enum {string} */
      readonly source: 'node' | 'testnet' | 'replay'
      readonly network: string
      readonly meshDegree: number | null
      readonly partition: components['schemas']['ObservedPartition'] | null
      readonly nodes: readonly components['schemas']['ObservedMember'][]
    }
    readonly ObservedNode: {
      readonly name: string
      readonly peerId: string
      readonly trouble: string | null
      readonly over: readonly string[]
      readonly clock: components['schemas']['ClockComparison'] | null
      readonly known: boolean
      /** Format: int64 */
      readonly copies: number
      readonly records: readonly components['schemas']['PropagationRecord'][]
    }
    readonly ObservedPartition: {
      readonly groups: readonly (readonly string[])[]
      readonly healsAt: number | null
    }
    /** @enum {string} */
    readonly ParkedFor: 'nonce' | 'balance' | 'room'
    readonly Peer: {
      readonly peerId: string
      readonly name: string
      readonly address: string
      readonly direction: components['schemas']['Direction']
      /** Format: int64 */
      readonly connectedMs: number
      readonly agentVersion: string
      readonly score: number
      readonly mesh: readonly string[]
      readonly topics: readonly string[]
      /** Format: int64 */
      readonly offences: number
      readonly rttMs: number | null
      readonly gossip: components['schemas']['GossipDirections']
      readonly head: components['schemas']['Head'] | null
    }
    readonly PeerList: {
      /** @enum {integer} */
      readonly v: 1
      readonly peers: readonly components['schemas']['Peer'][]
      readonly dials: readonly components['schemas']['Dial'][]
      readonly bans: readonly components['schemas']['Ban'][]
    }
    readonly PooledTransaction: {
      /** @description 64 lower-case hex digits */
      readonly id: string
      readonly sender: string
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly nonce: string
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly fee: string
      /** Format: int64 */
      readonly sizeBytes: number
      /** Format: int64 */
      readonly createdAt: number
      /** @enum {string} */
      readonly state: 'pending' | 'parked'
      readonly local: boolean
    }
    /** @description The request was not carried out */
    readonly Problem: {
      /** @description stable name of the reason */
      readonly code: string
      /** @description what is wrong */
      readonly message: string
      /** @description what to do next */
      readonly hint: string
      /** @description the transaction concerned */
      readonly id?: string
    }
    /**
     * @description stable name of the problem
     * @enum {string}
     */
    readonly ProblemCode:
      | 'store-failed'
      | 'no-peers'
      | 'identity-shared'
      | 'identity-copied'
      | 'peer-twins'
      | 'unreached'
      | 'other-network'
      | 'peer-ignored'
      | 'own-untaken'
      | 'no-mesh'
      | 'few-files'
      | 'log-lost'
      | 'slow-verifier'
      | 'memory-short'
      | 'loop-late'
      | 'head-withheld'
      | 'clock-off'
      | 'signed-ahead'
      | 'own-block-refused'
    /**
     * @description a problem keeps the node from its work
     * @enum {string}
     */
    readonly ProblemWeight: 'problem' | 'notice'
    readonly Propagation: {
      /** @enum {integer} */
      readonly v: 1
      /** @description 64 lower-case hex digits */
      readonly id: string
      readonly node: string
      readonly known: boolean
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly firstSeenNs: string | null
      readonly from: string | null
      /** Format: int64 */
      readonly copies: number
      readonly records: readonly components['schemas']['PropagationRecord'][]
    }
    /** @enum {string} */
    readonly PropagationEvent:
      'PUBLISH' | 'DELIVER' | 'DUPLICATE' | 'REJECT' | 'IGNORE' | 'FORWARD' | 'RECOVERED' | 'GRAFT' | 'PRUNE'
    readonly PropagationRecord: {
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly t_ns: string
      readonly node: string
      /** @enum {string} */
      readonly kind: 'transaction' | 'block' | 'record' | 'mesh'
      readonly id: string
      readonly event: components['schemas']['PropagationEvent']
      readonly from: string | null
      /** Format: int64 */
      readonly bytes: number
      readonly reason: string | null
      readonly queueMs?: number | null
      readonly checkMs?: number | null
    }
    readonly RecentLog: {
      /** @enum {integer} */
      readonly v: 1
      readonly lines: readonly string[]
    }
    /** @enum {string} */
    readonly RefusalStatus: 'rejected'
    readonly RememberedObject: {
      /** Format: int64 */
      readonly n: number | null
      readonly id: string
      readonly known: boolean
      /** Format: int64 */
      readonly copies: number
      readonly records: readonly components['schemas']['PropagationRecord'][]
    }
    readonly SeenCounts: {
      /** Format: int64 */
      readonly taken: number
      /** Format: int64 */
      readonly duplicates: number
      /** Format: int64 */
      readonly rejected: number
      /** Format: int64 */
      readonly ignored: number
      /** Format: int64 */
      readonly untraced: number
      /** Format: int64 */
      readonly forgotten: number
    }
    readonly SettledHead: {
      /** Format: int64 */
      readonly height: number
    }
    readonly SignedTransaction: {
      /** @description an address of this network or a public key of 64 hex digits */
      readonly sender: string
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly nonce: string
      /** @description an address of this network or a public key of 64 hex digits */
      readonly recipient: string
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly amount: string
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly fee: string
      /**
       * Format: int64
       * @description milliseconds since 1970, as a JSON number
       */
      readonly createdAt: number
      /** @description lower-case hex of at most 16384 bytes */
      readonly payload: string
      /** @description 128 lower-case hex digits */
      readonly signature: string
    }
    readonly StateSince: {
      readonly atMs: number
      readonly state: string
    }
    readonly Status: {
      /** @enum {integer} */
      readonly v: 1
      readonly name: string
      readonly peerId: string
      readonly network: string
      readonly networkId: string
      readonly agentVersion: string
      readonly listen: readonly string[]
      /** Format: int64 */
      readonly pid: number
      /** Format: int64 */
      readonly startedAt: number
      /** Format: int64 */
      readonly uptimeMs: number
      readonly state: components['schemas']['NodeState']
      /** Format: int64 */
      readonly peers: number
      /** Format: int64 */
      readonly mesh: number
      readonly head: components['schemas']['Head']
      readonly settled: components['schemas']['SettledHead']
      readonly validator: components['schemas']['Validator'] | null
      readonly mempool: components['schemas']['MempoolFill']
      readonly seen: components['schemas']['SeenCounts']
      readonly verifier: components['schemas']['Verifier']
      readonly eventLoopDelayP99Ms: number
      readonly eventLoopDelayMaxMs: number
      /** Format: int64 */
      readonly rssBytes: number
      readonly problems: readonly components['schemas']['NodeProblem'][]
    }
    readonly Submission: {
      /** @enum {integer} */
      readonly v: 1
      /** @description 64 lower-case hex digits */
      readonly id: string
      readonly status: components['schemas']['SubmissionStatus']
      readonly state: components['schemas']['TransactionState']
    }
    /** @enum {string} */
    readonly SubmissionStatus: 'accepted' | 'known'
    readonly TagChange: {
      /** @description the name of a tag: 1 to 32 of a-z, 0-9, "_", "." and "-", the first a letter or digit */
      readonly key: string
      /** @description at most 64 printable ASCII characters; null takes the tag away */
      readonly value: string | null
    }
    readonly Tags: {
      /** @enum {integer} */
      readonly v: 1
      readonly tags: {
        readonly [key: string]: string
      }
    }
    readonly TopicMesh: {
      readonly topic: string
      readonly subscribers: readonly string[]
      readonly mesh: readonly string[]
    }
    readonly Transaction: {
      /** @enum {integer} */
      readonly v: 1
      /** @description 64 lower-case hex digits */
      readonly id: string
      /** @description 64 lower-case hex digits */
      readonly hash: string
      readonly state: components['schemas']['TransactionState']
      /** Format: int64 */
      readonly height: number | null
      /** @description 64 lower-case hex digits */
      readonly blockHash: string | null
      /** @description 64 lower-case hex digits */
      readonly replacedBy: string | null
      readonly waitsFor: components['schemas']['ParkedFor'] | null
      readonly sender: string
      readonly recipient: string
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly amount: string
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly fee: string
      /** @description a decimal string from "0" to "18446744073709551615", without sign, exponent or leading zeros */
      readonly nonce: string
      /** Format: int64 */
      readonly createdAt: number
      /** @description lower-case hex, two digits a byte */
      readonly payload: string
      /** Format: int64 */
      readonly sizeBytes: number
      readonly local: boolean
    }
    /** @enum {string} */
    readonly TransactionState: 'pending' | 'parked' | 'in-block' | 'settled' | 'expired' | 'replaced' | 'evicted'
    readonly Validator: {
      readonly key: string
      /** Format: int64 */
      readonly lastSignedSlot: number | null
      readonly silentUntil: number | null
    }
    readonly Verifier: {
      readonly name: string
      readonly fallbackReason: string | null
      /** Format: int64 */
      readonly verifications: number
    }
  }
  responses: never
  parameters: never
  requestBodies: never
  headers: never
  pathItems: never
}
export type $defs = Record<string, never>
export interface operations {
  readonly getOpenapi: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description OpenAPI 3.1 */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': Record<string, never>
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly submitTransaction: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['SignedTransaction']
        readonly 'application/octet-stream': string
      }
    }
    readonly responses: {
      /** @description The node had it already */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Submission']
        }
      }
      /** @description It is on disk and on its way */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Submission']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The token of the node is missing, or is another one */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The transaction breaks a rule: `code` says which */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node cannot do this now: wait as long as Retry-After says */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getTransaction: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        /** @description 64 lower-case hex digits, or at least the first 4 of them */
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description The transaction */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Transaction']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description This node does not know it */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Several ids begin so */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getTransactionPropagation: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        /** @description 64 lower-case hex digits, or at least the first 4 of them */
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description What this node recorded of it */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Propagation']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description This node does not know it */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Several ids begin so */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getTransactionObservations: {
    readonly parameters: {
      readonly query?: {
        /** @description a number from 1 to 8 */
        readonly samples?: number
        /** @description a number from 100 to 6000 */
        readonly waitMs?: number
      }
      readonly header?: never
      readonly path: {
        /** @description 64 lower-case hex digits, or at least the first 4 of them */
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description What each node recorded of it */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Observations']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description This node does not know it */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Several ids begin so */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node cannot do this now: wait as long as Retry-After says */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly submitTransactionBatch: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly 'application/octet-stream': string
        readonly 'application/x-ndjson': string
      }
    }
    readonly responses: {
      /** @description One result for each, in order */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['BatchSubmission']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The token of the node is missing, or is another one */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node cannot do this now: wait as long as Retry-After says */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getMemory: {
    readonly parameters: {
      readonly query?: {
        /** @description a number that an earlier answer gave as "next" */
        readonly before?: number
        /** @description a number from 1 to 1000 */
        readonly limit?: number
        /** @description 1 to 24 ids of 64 lower-case hex digits, separated by commas */
        readonly ids?: string
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description What it remembers */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Memory']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getAccount: {
    readonly parameters: {
      readonly query?: {
        /** @description "true" or "false"; without a value, true */
        readonly proof?: boolean
      }
      readonly header?: never
      readonly path: {
        /** @description an address, or a public key of 64 hex digits */
        readonly address: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description The account at the head of the chain */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Account']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly listBlocks: {
    readonly parameters: {
      readonly query?: {
        /** @description a number from 1 to 1000 */
        readonly limit?: number
        /** @description a height: only blocks below it */
        readonly before?: number
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description The blocks */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['BlockList']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getBlock: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        /** @description head, settled, a height, or a hash (64 lower-case hex digits, or at least the first 4 of them) */
        readonly which: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description The block */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Block']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description This node does not know it */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Several ids begin so */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly listEvidence: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description The evidence that is kept */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['EvidenceList']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getMempool: {
    readonly parameters: {
      readonly query?: {
        /** @description a number from 0 to 10000 */
        readonly limit?: number
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description The pool, and the first of its transactions */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Mempool']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly listPeers: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Peers and bans */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['PeerList']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getMesh: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Subscribers and mesh of each topic */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Mesh']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getNetwork: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description The network */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Network']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly resetNetwork: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description It begins */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Accepted']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The token of the node is missing, or is another one */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getTags: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description The tags */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Tags']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly setTag: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['TagChange']
      }
    }
    readonly responses: {
      /** @description The tags as they are now */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Tags']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The token of the node is missing, or is another one */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly invite: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['InvitationWish']
      }
    }
    readonly responses: {
      /** @description The invitation */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Invitation']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The token of the node is missing, or is another one */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node cannot do this now: wait as long as Retry-After says */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getIdentity: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Names, keys and addresses */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Identity']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getStatus: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description The status */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Status']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getHealth: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description All is well */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Health']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not well */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Health']
        }
      }
    }
  }
  readonly getDoctor: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description The findings */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Doctor']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The token of the node is missing, or is another one */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getLog: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description The lines */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['RecentLog']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The token of the node is missing, or is another one */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly getLimits: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description The structures */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Limits']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The token of the node is missing, or is another one */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly streamEvents: {
    readonly parameters: {
      readonly query?: {
        /** @description some of propagation, transactions, peers, mesh, blocks, network, node, separated by commas */
        readonly topics?: readonly components['schemas']['EventTopic'][]
      }
      readonly header?: {
        /** @description an id that this stream has sent, or 0 */
        readonly 'Last-Event-ID'?: string
      }
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Events, one after another */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'text/event-stream': string
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly observeNetwork: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description The node and its peers */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['ObservedNetwork']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly livez: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description "ok" */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'text/plain': string
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  readonly readyz: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description It can */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Health']
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It cannot */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/json': components['schemas']['Health']
        }
      }
    }
  }
  readonly getMetrics: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Format 0.0.4 of Prometheus */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'text/plain': string
        }
      }
      /** @description The request is not what this document says */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The request comes from where it may not come, or asks for what this node does not tell */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The content type or encoding of the body is not accepted */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many requests: wait as long as Retry-After says */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The node failed; the fault is in the node */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly 'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
}
