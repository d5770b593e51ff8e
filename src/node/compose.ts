/**
 * Puts a node together: the one place that constructs adapters. Everything that an operator can mend comes back as a
 * value.
 */
import { join } from 'node:path'
import { createSigner } from '../adapters/crypto/signer.ts'
import { openVerifier } from '../adapters/crypto/open-verifier.ts'
import { giveBackAtRest } from '../adapters/give-back.ts'
import { openHttpApi, type HttpApi } from '../adapters/http/open-http-api.ts'
import { CONNECTIONS_MAX } from '../adapters/http/limits.ts'
import { COOKIE_FILE_NAME, writeCookie, type Cookie } from '../adapters/http/cookie-file.ts'
import { MESH_DLO } from '../adapters/libp2p/gossip-options.ts'
import { PENDING_INBOUND_MAX } from '../adapters/libp2p/limits.ts'
import { openLibp2p, type OpenLibp2p } from '../adapters/libp2p/open.ts'
import { peerIdFromSeed } from '../adapters/libp2p/identity.ts'
import { openJournal, type Journal } from '../adapters/log/journal.ts'
import { createMetrics, type NodeMetrics } from '../adapters/metrics/metrics.ts'
import { openDiskStore } from '../adapters/store/open-disk-store.ts'
import { openMemoryStore } from '../adapters/store/open-memory-store.ts'
import { loadOrCreateIdentity } from '../adapters/store/identity-file.ts'
import {
  groupMemoryMax,
  measureDisk,
  openFiles,
  openFilesMax,
  systemAddresses,
  systemNow,
  systemRandomBytes,
  systemSeed,
  systemWallNs,
  watchProcess,
} from '../adapters/system.ts'
import { decodeAddress, networkKindOf } from '../domain/address.ts'
import { announceFault } from '../domain/dial-address.ts'
import { asAccountId, asNetAddress, isHashText, type AccountId, type NetAddress } from '../domain/ids.ts'
import { isDevNetwork, networkIdOf } from '../domain/params.ts'
import { TOPICS } from '../domain/protocols.ts'
import { Kernel } from '../kernel/kernel.ts'
import { toHex } from '../lib/bytes.ts'
import { splitWeb } from '../lib/endpoint.ts'
import { createPrng } from '../lib/prng.ts'
import type { NodeControl, Progress } from '../ports/control.ts'
import type { Store } from '../ports/store.ts'
import type { BlocksOnDemand } from './blocks-on-demand.ts'
import { openBlocksOnDemand } from './open-blocks-on-demand.ts'
import type { Clock } from './clock.ts'
import { wrongInConfig } from './config-check.ts'
import type { NodeConfig } from './config.ts'
import { ReachAsker } from './ask-reach.ts'
import { readBootstrap } from './bootstrap.ts'
import { createControl } from './control.ts'
import { budgetFiles } from './file-budget.ts'
import { progressOf } from './in-sync.ts'
import { healthChecks } from './health-checks.ts'
import { Health } from './health.ts'
import { FILES_SOUND, GROUP_BYTES_MIN } from './limits.ts'
import { Observer } from './observe.ts'
import { Runtime } from './runtime.ts'
import { VERSION } from './version.ts'
import { watchMemory } from './watchdog.ts'

/** Time for the last record to reach the neighbours: a signature, one write, one hop. */
const GOODBYE_MS = 100

export interface Node {
  readonly peerId: string
  /** Multiaddrs that it listens on, with its peer id. */
  readonly listen: readonly NetAddress[]
  /** Base URL of the API; null without one. */
  readonly apiUrl: string | null
  readonly cookieFile: string | null
  readonly control: NodeControl
  /** Blocks when they are asked for instead of in slots; null on networks that are not for development. */
  readonly blocksOnDemand: BlocksOnDemand | null
  /** How far it is with what its peers have. */
  progress(): Progress
  /** Opens the file of the log again by name. @throws Error where it can't be opened; the log goes on where it was */
  reopenLog(): void
  /** Graceful: stops accepting, closes connections, frees the disk. */
  stop(): Promise<void>
}

export type NodeOpening =
  { readonly ok: true; readonly node: Node } | { readonly ok: false; readonly message: string; readonly hint: string }

/**
 * Starts a node. Never rejects for a taken port, a locked or broken directory, or a wrong address.
 * @param ownsProcess whether the process is for nodes only: then memory that nobody uses goes back to the system when
 *   it rests
 */
export async function openNode(config: NodeConfig, { ownsProcess = false } = {}): Promise<NodeOpening> {
  const wrong = wrongInConfig(config)
  if (wrong !== null)
    return { ok: false, message: wrong, hint: 'the type NodeConfig of the library says what each key is' }
  if (ownsProcess) giveBackAtRest()
  const closers: (() => unknown)[] = []
  const closeAll = async (): Promise<void> => {
    for (const close of closers.reverse()) await close()
  }
  const fail = async (message: string, hint: string): Promise<NodeOpening> => {
    await closeAll()
    return { ok: false, message, hint }
  }
  try {
    return await assemble(config, closers, fail, closeAll)
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), 'see the log of the node')
  }
}

async function assemble(
  config: NodeConfig,
  closers: (() => unknown)[],
  fail: (message: string, hint: string) => Promise<NodeOpening>,
  closeAll: () => Promise<void>,
): Promise<NodeOpening> {
  const filesMax = openFilesMax()
  // Sockets in handshake stand before each of two doors, TCP and WebSockets.
  const doors = config.listen.some((address) => splitWeb(address).isWeb) ? 2 : 1
  const files = budgetFiles(filesMax, {
    connectionsMax: config.connectionsMax,
    pendingMax: doors * PENDING_INBOUND_MAX,
    apiSocketsMax: CONNECTIONS_MAX,
  })
  if (!files.ok)
    return fail(
      `the process may open ${filesMax ?? 0} files, and a node needs ${files.filesMin} at least`,
      `raise the limit (\`ulimit -n ${FILES_SOUND}\`, or LimitNOFILE= of its service) and start again`,
    )
  const { connectionsMax, pendingMax, apiSocketsMax } = files.budget
  const groupBytesMax = groupMemoryMax()
  if (groupBytesMax !== null && groupBytesMax < GROUP_BYTES_MIN)
    return fail(
      `the control group of the process may take ${mebibytes(groupBytesMax)} of memory, and a node needs ${mebibytes(GROUP_BYTES_MIN)} at least`,
      'raise MemoryMax= of its service, or the memory limit of its container, and start again',
    )
  const identity =
    config.dataDir === null
      ? ({ ok: true, secret: systemRandomBytes(32) } as const)
      : await loadOrCreateIdentity(join(config.dataDir, 'identity'), () => systemRandomBytes(32))
  if (!identity.ok) return fail(identity.message, identity.hint)

  const self = await peerIdFromSeed(identity.secret)
  const reached = readBootstrap(config, self, systemAddresses())
  if (!reached.ok) return fail(reached.message, reached.hint)

  for (const address of config.announce ?? []) {
    const fault = announceFault(address, !isDevNetwork(config.network.name))
    if (fault !== null) return fail(fault.message, fault.hint)
  }

  const opening = config.dataDir === null ? null : await openDiskStore(join(config.dataDir, 'store'))
  if (opening !== null && !opening.ok) return fail(opening.message, opening.hint)
  const store: Store = opening?.store ?? (await openMemoryStore())
  closers.push(() => store.close())

  const journal = openJournal({
    level: config.logLevel,
    name: config.name,
    ...(config.logFile === undefined ? {} : { file: config.logFile }),
  })
  closers.push(() => {
    journal.close()
  })
  const { verifier, fallbackReason } = await openVerifier()
  const clock = systemClock()
  const metrics = createMetrics({ version: VERSION, network: config.network.name })
  closers.push(() => metrics.close())
  const observer = new Observer({ name: config.name, clock, meter: metrics.meter, journal })
  const prng = createPrng(systemSeed())
  const kernel = new Kernel({
    network: config.network,
    profile: config.profile,
    name: config.name,
    self,
    bootstrap: reached.bootstrap,
    validator: config.validator?.key ?? null,
    blocksOnDemand: config.blocksOnDemand ?? false,
    agentVersion: `hearsay/${VERSION}`,
    discovers: config.discovery ?? config.profile === 'node',
    observes: config.observe ?? isDevNetwork(config.network.name),
    chance: () => prng.next(),
    connectionsMax,
  })
  const runtime = new Runtime({ kernel, clock, observer })
  const libp2p = await openLibp2p(
    {
      identitySeed: identity.secret,
      network: networkIdOf(config.network),
      profile: config.profile,
      isOpen: !isDevNetwork(config.network.name),
      listen: config.listen,
      connectionsMax,
      pendingMax: Math.floor(pendingMax / doors),
      agentVersion: `hearsay/${VERSION}`,
      now: () => performance.now(),
      metricsRegister: metrics.gossipRegister,
    },
    { gossip: runtime.gossipListener, connections: runtime.connectionsListener, gatekeeper: runtime.gatekeeper },
  )
  closers.push(() => libp2p.stop())
  const ports = {
    gossip: libp2p.gossip,
    requests: libp2p.requests,
    connections: libp2p.connections,
    store,
    verifier,
    identity: createSigner(identity.secret),
    signer: config.validator === null ? null : createSigner(config.validator.secret),
  }
  const attached = await runtime.attach(ports)
  if (!attached.ok) {
    const where = config.dataDir === null ? 'memory' : join(config.dataDir, 'store')
    return fail(
      `the store in ${where} is damaged: ${attached.message}`,
      'move it away and start again: the node fetches the chain from its peers (a validator keeps its record of signed slots only there)',
    )
  }
  try {
    await libp2p.start()
  } catch (error) {
    return fail(
      error instanceof Error ? error.message : String(error),
      'choose another --listen address, or stop what uses the port',
    )
  }
  const vitals = watchProcess()
  closers.push(() => {
    vitals.stop()
  })
  const lookAtMemory = watchMemory({
    clock,
    profile: config.profile,
    groupBytesMax,
    rssBytes: () => vitals.rssBytes(),
    onPressure: (rssBytes) => {
      observer.memoryShort(rssBytes)
      runtime.post({ kind: 'memory-pressed' })
    },
  })
  const health = new Health({
    checks: healthChecks({
      machines: kernel.machines,
      observer,
      clock,
      vitals,
      fallbackReason,
      files: files.budget,
      lostLines: () => journal.lostLines(),
    }),
    clock,
    listener: {
      began: (problem) => {
        observer.problemBegan(problem)
      },
      ended: (code, heldMs) => {
        observer.problemEnded(code, heldMs)
      },
    },
  })
  await runtime.open({
    announce: config.announce?.map(asNetAddress) ?? null,
    loopDelayMs: () => vitals.eventLoopDelayP99Ms(),
    atWake: () => {
      lookAtMemory()
      health.watch()
    },
  })
  closers.push(() => {
    runtime.stop()
  })
  let api: ApiOpening | null = null
  const control = createControl({
    runtime,
    ports,
    observer,
    clock,
    vitals,
    health,
    agentVersion: `hearsay/${VERSION}`,
    pid: process.pid,
    fallbackReason,
    metrics: () => metrics.text(),
    reach: new ReachAsker(),
    recentLines: () => journal.recentLines(),
    announced: () => config.announce ?? libp2p.connections.addresses(),
    secretBytes: systemRandomBytes,
    machine: async () => {
      const open = openFiles()
      return {
        announce: config.announce ?? null,
        api: api?.ok === true ? api.api.url : null,
        own: systemAddresses(),
        disk: config.dataDir === null ? null : await measureDisk(config.dataDir),
        files: open === null || filesMax === null ? null : { open, max: filesMax },
        groupBytesMax,
        meshWanted: MESH_DLO,
      }
    },
    adapterSizes: () => [
      { name: 'gossip.seenIds', ...libp2p.gossipSizes().seenIds, unit: 'messages' },
      { name: 'gossip.countedCopies', ...libp2p.gossipSizes().countedCopies, unit: 'messages' },
      { name: 'gossip.waitingBytes', ...libp2p.gossipSizes().waitingBytes, unit: 'bytes' },
      { name: 'gossip.openVerdicts', ...libp2p.gossipSizes().openVerdicts, unit: 'messages' },
      { name: 'gossip.forgedIds', ...libp2p.gossipSizes().forgedIds, unit: 'messages' },
      { name: 'work.accounts', ...libp2p.workSizes().workAccounts, unit: 'accounts' },
      { name: 'work.gonePeers', ...libp2p.workSizes().gonePeers, unit: 'peers' },
      { name: 'work.tollPeers', ...libp2p.workSizes().tollPeers, unit: 'peers' },
      { name: 'work.tollAddresses', ...libp2p.workSizes().tollAddresses, unit: 'addresses' },
      { name: 'gossip.loudPeers', ...libp2p.gossipSizes().loudPeers, unit: 'peers' },
      { name: 'gossip.silentPeers', ...libp2p.gossipSizes().silentPeers, unit: 'peers' },
      ...verifier
        .caches()
        .map(({ name, size, capacity }) => ({ name: `verifier.${name}`, size, capacity, unit: 'keys' })),
    ],
  })
  const {
    transactions: { pool },
    peers: { table: peers },
  } = kernel.machines
  metrics.gauge('pool_transactions', 'Transactions in the pool', () => pool.count)
  metrics.gauge('pool_bytes', 'Bytes of the transactions in the pool', () => pool.bytes)
  metrics.gaugeBy('messages_waiting', 'Gossip messages that arrived and are not settled yet', 'topic', () =>
    Object.fromEntries(TOPICS.map((topic) => [topic, observer.conservation.balance(topic).waiting])),
  )
  metrics.gauge('peers', 'Connected peers', () => peers.size)
  metrics.gauge(
    'mesh_peers',
    'Peers in the mesh of the transactions topic',
    () => kernel.machines.transactions.audience.mesh,
  )
  metrics.counter('signature_checks_total', 'Signatures checked since the start', () => verifier.stats().verifications)
  metrics.gauge(
    'event_loop_delay_p99_seconds',
    'How late the event loop is',
    () => vitals.eventLoopDelayP99Ms() / 1_000,
  )
  metrics.gauge(
    'event_loop_delay_max_seconds',
    'The longest delay of the event loop within the last 10 to 20 s',
    () => vitals.eventLoopDelay().maxMs / 1_000,
  )
  metrics.gauge('log_lines_lost', 'Lines of the log that could not be written', () => journal.lostLines())
  metrics.gaugeBy('problem', 'Whether this is wrong with the node now (/v1/node/health says it in words)', 'code', () =>
    health.gauge(),
  )
  api = await openApi({ config, control, closers, metrics, journal, apiSocketsMax, light: () => lightEntrance(libp2p) })
  if (api !== null && !api.ok) return fail(api.message, api.hint)
  return {
    ok: true,
    node: {
      peerId: libp2p.self,
      listen: libp2p.connections.addresses(),
      apiUrl: api?.api.url ?? null,
      cookieFile: api?.cookieFile ?? null,
      control,
      blocksOnDemand: openBlocksOnDemand(runtime),
      progress: () => progressOf(kernel.machines),
      reopenLog: () => journal.reopen(),
      stop: async () => {
        runtime.leave()
        // The goodbye needs a moment to get out; whoever is in a hurry kills the process and is missed.
        await new Promise((resolve) => setTimeout(resolve, GOODBYE_MS))
        await closeAll()
      },
    },
  }
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1_048_576)} MiB`
}

type ApiOpening =
  | { readonly ok: true; readonly api: HttpApi; readonly cookieFile: string | null }
  | { readonly ok: false; readonly message: string; readonly hint: string }

interface LightEntrance {
  readonly peerId: string
  readonly port: number
}

interface ApiParts {
  readonly config: NodeConfig
  readonly control: NodeControl
  readonly closers: (() => unknown)[]
  readonly metrics: Pick<NodeMetrics, 'httpAnswered'>
  readonly journal: Journal
  readonly apiSocketsMax: number
  readonly light: () => LightEntrance | null
}

async function openApi({
  config,
  control,
  closers,
  metrics,
  journal,
  apiSocketsMax,
  light,
}: ApiParts): Promise<ApiOpening | null> {
  if (config.api === null) return null
  const cookieFile = config.dataDir === null ? null : join(config.dataDir, COOKIE_FILE_NAME)
  const cookie: Cookie =
    cookieFile === null
      ? { token: toHex(systemRandomBytes(32)), remove: () => undefined }
      : await writeCookie(cookieFile, systemRandomBytes(32))
  closers.push(() => {
    cookie.remove()
  })
  const opening = await openHttpApi({
    control,
    listen: config.api,
    token: cookie.token,
    hosts: config.apiHosts,
    dev: config.profile !== 'node',
    socketsMax: apiSocketsMax,
    network: config.network,
    light,
    version: VERSION,
    parseAccount: (text) => parseAccount(text, config.network.name),
    monotonicMs: () => performance.now(),
    onAnswer: (answer) => {
      metrics.httpAnswered(answer)
    },
    onFailure: (error, route) => {
      journal.error(
        { route, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
        'a request failed',
      )
    },
  })
  if (!opening.ok) return opening
  closers.push(() => opening.api.close())
  return { ok: true, api: opening.api, cookieFile }
}

/** Where pages join: the first port for WebSockets. */
function lightEntrance({ self, connections }: Pick<OpenLibp2p, 'self' | 'connections'>): LightEntrance | null {
  for (const address of connections.addresses()) {
    const [, port] = /\/tcp\/(\d+)\/ws(?:\/|$)/.exec(address) ?? []
    if (port !== undefined) return { peerId: self, port: Number(port) }
  }
  return null
}

function parseAccount(text: string, network: string): AccountId | null {
  if (isHashText(text)) return asAccountId(text)
  const decoded = decodeAddress(text, networkKindOf(network))
  return decoded.ok ? asAccountId(toHex(decoded.publicKey)) : null
}

function systemClock(): Clock {
  return {
    now: systemNow,
    wallNs: systemWallNs,
    after(ms, callback) {
      const timer = setTimeout(callback, ms)
      timer.unref()
      return () => {
        clearTimeout(timer)
      }
    },
    soon(callback) {
      setImmediate(callback)
    },
  }
}
