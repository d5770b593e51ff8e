/**
 * A node's API for commands: answers or a Failure with its exit code. The client's own errors are values; a command
 * that can't go on without the answer has no other use for them.
 */
import { connect } from '../client/connect.ts'
import type { EventStreamOptions, StreamItem } from '../client/event-stream.ts'
import type { Failure as ClientFailure, Outcome as Answer } from '../client/outcome.ts'
import type {
  AccountView,
  BlockListView,
  BlockView,
  EvidenceView,
  HealthView,
  IdentityView,
  InvitationView,
  LimitsView,
  LogView,
  MempoolView,
  MeshView,
  NetworkView,
  PeersView,
  StatusView,
  SubmitView,
  TagsView,
  TransactionView,
} from '../domain/views.ts'
import type { DoctorView } from '../domain/doctor.ts'
import type { Context } from './context.ts'
import { DEFAULT_SOURCE, startHint, type Target } from './discovery.ts'
import { Failure } from './failure.ts'

export interface Api {
  identity(): Promise<IdentityView>
  status(): Promise<StatusView>
  /** Also of a node that is not well. */
  health(): Promise<HealthView>
  doctor(): Promise<DoctorView>
  log(): Promise<LogView>
  limits(): Promise<LimitsView>
  metrics(): Promise<string>
  peers(): Promise<PeersView>
  mesh(): Promise<MeshView>
  network(): Promise<NetworkView>
  resetNetwork(): Promise<unknown>
  tags(): Promise<TagsView>
  /** Null takes the tag away. */
  setTag(key: string, value: string | null): Promise<TagsView>
  invite(options: { holdsMs: number; once: boolean }): Promise<InvitationView>
  mempool(limit: number): Promise<MempoolView>
  account(key: string, options?: { proof: boolean }): Promise<AccountView>
  block(which: string): Promise<BlockView>
  blocks(range: { limit: number; before?: number }): Promise<BlockListView>
  evidence(): Promise<EvidenceView>
  transaction(id: string): Promise<TransactionView>
  /** Hands in a signed transaction. A refusal is the outcome `rejected`, with the node's code. */
  submit(transaction: Uint8Array): Promise<SubmitView>
  events(options: EventStreamOptions): AsyncGenerator<StreamItem, void, undefined>
}

/** Opens the API of the target; nothing is sent yet. Every call ends when the user stops the command. */
export function openApi(context: Context, target: Target): Api {
  const client = connect(target.apiUrl, { token: target.token })
  const stopped = new Promise<never>((_, fail) => {
    context.stop.addEventListener('abort', () => fail(new Failure('interrupted', 'interrupted', 'interrupted')), {
      once: true,
    })
  })
  // It is awaited only beside a call.
  stopped.catch(() => undefined)
  const take = async <T>(call: Promise<Answer<T>>, submitting = false): Promise<T> => {
    const answer = await Promise.race([call, stopped])
    if (answer.ok) return answer.value
    throw apiFailure(answer, target, submitting)
  }
  return {
    identity: () => take(client.identity()),
    status: () => take(client.status()),
    health: () => take(client.health()),
    doctor: () => take(client.doctor()),
    log: () => take(client.log()),
    limits: () => take(client.limits()),
    metrics: () => take(client.metrics()),
    peers: () => take(client.peers()),
    mesh: () => take(client.mesh()),
    network: () => take(client.network()),
    resetNetwork: () => take(client.resetNetwork()),
    tags: () => take(client.tags()),
    setTag: (key, value) => take(client.setTag(key, value)),
    invite: (options) => take(client.invite(options)),
    mempool: (limit) => take(client.mempool({ limit })),
    account: (key, options) => take(client.account(key, options)),
    block: (which) => take(client.block(which)),
    blocks: (range) => take(client.blocks(range)),
    evidence: () => take(client.evidence()),
    transaction: (id) => take(client.transaction(id)),
    submit: (transaction) => take(client.submit(transaction), true),
    events: (options) => client.events({ signal: context.stop, ...options }),
  }
}

/** What the client's failure means for a command. */
export function apiFailure(
  failure: ClientFailure,
  target: Pick<Target, 'apiUrl' | 'source' | 'manifest' | 'home' | 'listed'> & Partial<Pick<Target, 'nodeName'>>,
  submitting: boolean,
): Failure {
  if (failure.kind === 'unreachable' && target.source === DEFAULT_SOURCE)
    return new Failure(
      'not-ready',
      'no-network',
      `no network here: no testnet and no node runs in ${target.home ?? 'this folder'}, and nobody answers at ${target.apiUrl}, ${DEFAULT_SOURCE}`,
      `${startHint(target.home)}, a node with \`hearsay node run\`, or name one with --api or --home`,
    )
  if (failure.kind === 'unreachable') {
    const hint =
      target.listed !== undefined
        ? `--node chooses another of ${target.listed.source}`
        : target.manifest === null
          ? 'start a network with `hearsay testnet up` or a node with `hearsay node run`, or name one with --api'
          : '`hearsay testnet status` shows its nodes; --node chooses another'
    return new Failure('unreachable', 'unreachable', `${failure.message} (address from ${target.source})`, hint)
  }
  const { status, problem } = failure
  const { code, message, hint, id } = problem
  if (code === 'strange-answer')
    return new Failure('unreachable', code, `${target.apiUrl} is no hearsay node: ${message}`, hint)
  if (status === 401) {
    return new Failure(
      'usage',
      code,
      message,
      target.listed === undefined
        ? "give the node's token with --token-file FILE; it is the file .cookie in its data directory, new with each start"
        : `name a copy of the file .cookie of its data directory, new with each start: "tokenFile" of ${target.nodeName ?? 'the node'} in ${target.listed.source}, or --token-file FILE`,
    )
  }
  if (status === 403) return new Failure('usage', code, message, hint)
  if (submitting)
    return new Failure(
      'rejected',
      code,
      `the node refused the transaction${id === undefined ? '' : ` ${id}`}: ${message}`,
      hint,
    )
  if (status === 404) return new Failure('not-found', code, message, hint)
  if (status === 429 || status === 503) return new Failure('not-ready', code, message, hint)
  return new Failure(status < 500 ? 'usage' : 'failed', code, message, hint)
}
