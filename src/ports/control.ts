/**
 * What the API may ask of a node: the port between adapters/http and the runtime. Answers are the documents of
 * domain/views.
 */
import type {
  ApiEvent,
  AccountView,
  BlockListView,
  BlockView,
  EventTopic,
  EvidenceView,
  HealthView,
  IdentityView,
  InvitationView,
  LimitsView,
  LogView,
  MemoryView,
  MempoolView,
  MeshView,
  NetworkView,
  ObservationsView,
  PeersView,
  PropagationView,
  StatusView,
  TransactionState,
  TransactionView,
} from '../domain/views.ts'
import type { DoctorView } from '../domain/doctor.ts'
import type { RejectCode } from '../domain/reject.ts'

export type SubmitResult =
  | { readonly kind: 'accepted'; readonly id: string; readonly state: TransactionState }
  | { readonly kind: 'known'; readonly id: string; readonly state: TransactionState }
  | { readonly kind: 'rejected'; readonly code: RejectCode; readonly id: string | null }

export type Lookup<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'missing' }
  /** A prefix that several ids share. */
  | { readonly kind: 'ambiguous'; readonly matches: readonly string[] }

export type Invited =
  | { readonly kind: 'invited'; readonly invitation: InvitationView }
  /**
   * `deaf`: it is reached nowhere. `full`: too many hold. `too-large`: the document is longer than an answer may be.
   */
  | { readonly kind: 'deaf' | 'full' | 'too-large' | 'unwritten' }

export interface EventSubscription {
  close(): void
}

/** How far a node is with what its peers have. */
export interface Progress {
  /** Since the start a pool was compared to its end, nothing of it is still to come, and no peer's head is higher. */
  readonly isInSync: boolean
  readonly peers: number
  readonly height: number
  /** The highest head that a connected peer has told. */
  readonly bestHeight: number
  readonly transactions: number
  /** Transactions that are known of and not here yet. */
  readonly toFetch: number
}

export interface NodeControl {
  identity(): IdentityView
  status(): StatusView
  health(): HealthView
  /** Looks at the node, its machine and its peers: a write that is synced, and a question to each node. */
  doctor(): Promise<DoctorView>
  /** The last lines of its log. */
  log(): LogView
  peers(): PeersView
  mesh(): MeshView
  mempool(options: { limit: number }): MempoolView
  limits(): LimitsView
  /** One result for each item, in order; settles after every accepted one is durable. */
  submit(items: readonly Uint8Array[]): Promise<readonly SubmitResult[]>
  /** By id or unique prefix of at least 4 hex digits. */
  transaction(idOrPrefix: string): Promise<Lookup<TransactionView>>
  propagation(idOrPrefix: string): Lookup<PropagationView>
  /** What it remembers of all objects, from number `before` (exclusive; null: the newest) downwards. */
  memory(page: { before: number | null; limit: number }): MemoryView
  /** The same of these transactions, in this order; those that it never saw are told as not known. */
  memoryOf(ids: readonly string[]): Promise<MemoryView>
  /**
   * The same of every node that can be reached from here. `off`: this network has it switched off. `busy`: too many of
   * these are under way.
   */
  observations(
    idOrPrefix: string,
    options: { samples: number; waitMs: number },
  ): Promise<Lookup<ObservationsView> | { readonly kind: 'off' } | { readonly kind: 'busy' }>
  account(key: string, options?: { proof: boolean }): AccountView
  /** `head`, `settled`, a height of the best chain, a hash or a unique prefix of at least 4 hex digits. */
  block(which: string): Promise<Lookup<BlockView>>
  /** Of the best chain, from `before` (exclusive; default: the head, inclusive) downwards. */
  blocks(options: { limit: number; before?: number }): Promise<BlockListView>
  evidence(): EvidenceView
  network(): NetworkView
  /** This node's own tags. */
  tags(): Readonly<Record<string, string>>
  /** Changes a tag of this node's own record; null takes it away. */
  setTag(key: string, value: string | null): 'set' | 'bad-key' | 'bad-value' | 'too-many'
  /** Invites: settles when what the line promises is on the disk. */
  invite(options: { readonly holdsMs: number; readonly once: boolean }): Promise<Invited>
  /** Drops all that was learnt of the network, and learns it again. */
  resetNetwork(): void
  /** Calls back for every event of the topics, synchronously; the callback must be cheap and bounded. */
  subscribe(topics: readonly EventTopic[], onEvent: (event: ApiEvent, sequence: number) => void): EventSubscription
  /** Events still in the ring after `sequence`; `missed` is how many are gone. */
  eventsSince(
    topics: readonly EventTopic[],
    sequence: number,
  ): { readonly events: readonly (readonly [number, ApiEvent])[]; readonly missed: number }
  /** Prometheus text of all metrics. */
  metrics(): Promise<string>
}
