/** A node's API with types. Loads no libp2p and nothing but node:http; in a browser, nothing. */
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
  MemoryView,
  MempoolView,
  MeshView,
  NetworkView,
  PeersView,
  ObservationsView,
  PropagationView,
  StatusView,
  SubmitBatchView,
  SubmitView,
  TagsView,
  TransactionDocument,
  TransactionView,
} from '../domain/views.ts'
import type { DoctorView } from '../domain/doctor.ts'
import { encodeBatch } from '../domain/codec/transaction-codec.ts'
import { pathWith, type AnswerOf, type MediaOf, type PartsOf, type PathOf, type QueryOf } from './api-shapes.ts'
import type { EventStreamOptions, StreamItem } from './event-stream.ts'
import { readEvents } from './event-stream.ts'
import { parseJson, problemOf, strangeAnswer, type Call } from './call.ts'
import { Exchange, PROTOCOLS } from './exchange.ts'
import { TIMEOUT_DEFAULT_MS } from './limits.ts'
import type { Outcome } from './outcome.ts'
import { untilSettled, type SettledOptions } from './settled.ts'

export interface Client {
  /** `http://host:port` */
  readonly url: string
  /** Status 202: on the node's disk and on its way; 200: the node had it. */
  submit(transaction: Uint8Array | TransactionDocument): Promise<Outcome<SubmitView>>
  /** 1 to 256 signed transactions; one result for each, in order. */
  submitBatch(transactions: readonly Uint8Array[]): Promise<Outcome<SubmitBatchView>>
  /** By id or unique prefix of at least 4 digits. */
  transaction(id: string): Promise<Outcome<TransactionView>>
  /**
   * Waits until it is settled, or has ended otherwise (expired, replaced, evicted), for `timeoutMs` (30 s) at most: the
   * last answer, whose `state` says what it came to.
   */
  settled(id: string, options?: SettledOptions): Promise<Outcome<TransactionView>>
  propagation(id: string): Promise<Outcome<PropagationView>>
  /** What the node remembers of all objects, the newest first; `before`: what an earlier answer gave as `next`. */
  memory(page?: { before?: number; limit?: number }): Promise<Outcome<MemoryView>>
  /** The same of at most 24 transactions, and whether the node has them at all. */
  memoryOf(ids: readonly string[]): Promise<Outcome<MemoryView>>
  /** The same of every node that the asked one can reach; it takes up to `waitMs`. */
  observations(id: string, options?: { samples?: number; waitMs?: number }): Promise<Outcome<ObservationsView>>
  /** By address or public key in hex. */
  account(address: string, options?: { proof?: boolean }): Promise<Outcome<AccountView>>
  /** `head`, `settled`, a height of the best chain, a hash or a unique prefix of at least 4 digits. */
  block(which: string): Promise<Outcome<BlockView>>
  /** Of the best chain, highest first; `before`: only those below that height. */
  blocks(options?: { limit?: number; before?: number }): Promise<Outcome<BlockListView>>
  evidence(): Promise<Outcome<EvidenceView>>
  mempool(options?: { limit?: number }): Promise<Outcome<MempoolView>>
  peers(): Promise<Outcome<PeersView>>
  mesh(): Promise<Outcome<MeshView>>
  /** All members, as this node sees them. */
  network(): Promise<Outcome<NetworkView>>
  /** The node forgets what it learnt of the network, and learns it again. */
  resetNetwork(): Promise<Outcome<unknown>>
  /** The node's own tags. */
  tags(): Promise<Outcome<TagsView>>
  /** Changes one of them; null takes it away. */
  setTag(key: string, value: string | null): Promise<Outcome<TagsView>>
  /** A line by which another machine joins; answered when the node has written down what it promises. */
  invite(options: { holdsMs: number; once: boolean }): Promise<Outcome<InvitationView>>
  identity(): Promise<Outcome<IdentityView>>
  status(): Promise<Outcome<StatusView>>
  /** Also an unhealthy node is an answer: its problems are in the value. */
  health(): Promise<Outcome<HealthView>>
  /** The node looks at itself, its machine and its peers: takes a second or two. */
  doctor(): Promise<Outcome<DoctorView>>
  /** The last lines of its log. */
  log(): Promise<Outcome<LogView>>
  limits(): Promise<Outcome<LimitsView>>
  /** Prometheus text. */
  metrics(): Promise<Outcome<string>>
  openapi(): Promise<Outcome<unknown>>
  events(options?: EventStreamOptions): AsyncGenerator<StreamItem, void, undefined>
  /** Any other resource of the API that answers with JSON. */
  get(path: string): Promise<Outcome<unknown>>
  /** Closes idle connections; a client that is used again opens new ones. */
  close(): void
}

export interface ConnectOptions {
  /**
   * Content of the node's cookie file: it goes with what writes and with `limits`, and with nothing else; a stream of
   * events, and reads where others have asked too much, show with a keyed hash that it is known. Or a function that
   * reads it (null: there is none). It is asked again when the node refuses what it said before, since a node makes a
   * new one at each start.
   */
  readonly token?: string | (() => string | null)
  readonly timeoutMs?: number
}

/**
 * A client of the node at `apiUrl` (`http://host:port`). Nothing is sent yet.
 * @throws TypeError when `apiUrl` is no http URL
 */
export function connect(apiUrl: string, options: ConnectOptions = {}): Client {
  const url = new URL(apiUrl)
  if (!PROTOCOLS.includes(url.protocol)) throw new TypeError(`not an http URL: ${apiUrl}`)
  const { token = null } = options
  const exchange = new Exchange({
    url,
    token: typeof token === 'function' ? token : () => token,
    timeoutMs: options.timeoutMs ?? TIMEOUT_DEFAULT_MS,
  })
  /** Whatever is asked stands in the document, and what it promises is what the client promises. */
  const get = <Path extends PathOf<'get'>>(
    path: Path,
    parts: PartsOf<'get', Path>,
    query?: QueryOf<'get', Path>,
    how: Pick<Call, 'needsToken'> = {},
  ): Promise<Outcome<AnswerOf<'get', Path>>> =>
    askJson(exchange, {
      method: 'GET',
      path: pathWith(path, parts as Readonly<Record<string, string>>, query ?? {}),
      ...how,
    })
  const post = <Path extends PathOf<'post'>>(
    path: Path,
    body?: { readonly type: MediaOf<'post', Path>; readonly bytes: Uint8Array | string },
  ): Promise<Outcome<AnswerOf<'post', Path>>> =>
    askJson(exchange, { method: 'POST', path, ...(body === undefined ? {} : { body }) })
  const transaction = (id: string): Promise<Outcome<TransactionView>> => get('/v1/transactions/{id}', { id })
  return {
    url: url.origin,
    submit: (transaction) =>
      post(
        '/v1/transactions',
        transaction instanceof Uint8Array
          ? { type: 'application/octet-stream', bytes: transaction }
          : { type: 'application/json', bytes: JSON.stringify(transaction) },
      ),
    submitBatch: (transactions) =>
      post('/v1/transactions:batch', { type: 'application/octet-stream', bytes: encodeBatch(transactions) }),
    transaction,
    settled: (id, waiting) => untilSettled(() => transaction(id), waiting),
    propagation: (id) => get('/v1/transactions/{id}/propagation', { id }),
    memory: (page = {}) => get('/v1/propagation', {}, page),
    memoryOf: (ids) => get('/v1/propagation', {}, { ids: ids.join(',') }),
    observations: (id, range = {}) => get('/v1/transactions/{id}/observations', { id }, range),
    account: (address, { proof = false } = {}) => get('/v1/accounts/{address}', { address }, proof ? { proof } : {}),
    block: (which) => get('/v1/blocks/{which}', { which }),
    blocks: (range = {}) => get('/v1/blocks', {}, range),
    evidence: () => get('/v1/evidence', {}),
    mempool: (range = {}) => get('/v1/mempool', {}, range),
    peers: () => get('/v1/peers', {}),
    mesh: () => get('/v1/mesh', {}),
    network: () => get('/v1/network', {}),
    resetNetwork: () => post('/v1/network/reset'),
    tags: () => get('/v1/tags', {}),
    setTag: (key, value) => post('/v1/tags', { type: 'application/json', bytes: JSON.stringify({ key, value }) }),
    invite: (options) => post('/v1/invitations', { type: 'application/json', bytes: JSON.stringify(options) }),
    identity: () => get('/v1/node/identity', {}),
    status: () => get('/v1/node/status', {}),
    health: () => askHealth(exchange),
    doctor: () => get('/v1/node/doctor', {}, undefined, { needsToken: true }),
    log: () => get('/v1/debug/log', {}, undefined, { needsToken: true }),
    limits: () => get('/v1/debug/limits', {}, undefined, { needsToken: true }),
    metrics: () => askText(exchange, '/metrics'),
    openapi: () => get('/openapi.json', {}),
    events: (streamOptions) => readEvents(exchange, streamOptions),
    get: (path) => askJson(exchange, { method: 'GET', path }),
    close: () => {
      exchange.close()
    },
  }
}

async function askJson<T>(exchange: Exchange, call: Call): Promise<Outcome<T>> {
  const answer = await exchange.ask(call)
  if (!answer.ok) return answer
  if (answer.status < 200 || answer.status > 299) return problemOf(answer.status, answer.body)
  const value = parseJson(answer.body)
  if (typeof value !== 'object' || value === null)
    return { ok: false, kind: 'problem', status: answer.status, problem: strangeAnswer(answer.status) }
  return { ok: true, status: answer.status, value: value as T }
}

async function askText(exchange: Exchange, path: string): Promise<Outcome<string>> {
  const answer = await exchange.ask({ method: 'GET', path })
  if (!answer.ok) return answer
  return answer.status === 200 ? { ok: true, status: 200, value: answer.body } : problemOf(answer.status, answer.body)
}

async function askHealth(exchange: Exchange): Promise<Outcome<HealthView>> {
  const answer = await exchange.ask({ method: 'GET', path: '/readyz' })
  if (!answer.ok) return answer
  const value = parseJson(answer.body)
  if (typeof value === 'object' && value !== null && 'problems' in value)
    return { ok: true, status: answer.status, value: value as HealthView }
  return problemOf(answer.status, answer.body)
}
