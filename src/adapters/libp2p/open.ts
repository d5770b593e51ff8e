/** A node's libp2p: made here, and seen from outside as three ports. */
import { gossipsub, type GossipsubOpts } from '@chainsafe/libp2p-gossipsub'
import type { MetricsRegister } from '@chainsafe/libp2p-gossipsub/metrics'
import { createLibp2p } from 'libp2p'
import { asPeerId, type NetworkId, type PeerId } from '../../domain/ids.ts'
import { TOPICS, topicName } from '../../domain/protocols.ts'
import { addressGroup, ipOf, isSharedLoopback, networkGroup } from '../../lib/address-group.ts'
import type { Connections, ConnectionsListener, Gatekeeper } from '../../ports/connections.ts'
import type { Gossip, GossipListener } from '../../ports/gossip.ts'
import type { Requests } from '../../ports/requests.ts'
import { ConnectionGuards } from './connection-guards.ts'
import { createConnections } from './connections.ts'
import { DialPermits, dialTargets, SYSTEM_RESOLVER, type Resolver } from './dial-targets.ts'
import { DIAL_TURNS } from './dial-turns.ts'
import { createGater, isUncounted } from './gater.ts'
import { createGossip, type GossipSizes } from './gossip.ts'
import { GossipLinks } from './gossip-links.ts'
import { gossipOptions, messageIdsOf } from './gossip-options.ts'
import { privateKeyFromSeed } from './identity.ts'
import { LargeRpcs } from './large-rpcs.ts'
import { MUTE_LOOK_MS } from './limits.ts'
import { MeshPolicy } from './mesh-policy.ts'
import { verifyGuard } from './muxer-guard.ts'
import { baseServices, nodeOptions } from './options.ts'
import type { Libp2pProfile } from './profile.ts'
import { createRequests } from './requests.ts'
import { verifyRouterHooks } from './router-hooks.ts'
import { routerOf } from './router.ts'
import { Tolls } from './tolls.ts'
import type { Books } from './work-watch.ts'

export interface Libp2pConfig {
  /** 32 secret bytes: the node's Ed25519 identity. */
  readonly identitySeed: Uint8Array
  readonly network: NetworkId
  readonly profile: Libp2pProfile
  /**
   * Whether it is an open network, where dials go to public addresses unless the operator says otherwise
   * (lib/reach.ts).
   */
  readonly isOpen: boolean
  /** Multiaddrs to listen on, such as `/ip4/127.0.0.1/tcp/0`. */
  readonly listen: readonly string[]
  readonly connectionsMax: number
  /** Inbound sockets in handshake; PENDING_INBOUND_MAX unless the process has too few files for so many. */
  readonly pendingMax?: number
  /** What identify tells others, such as `hearsay/0.1.0`. */
  readonly agentVersion: string
  /** A clock in milliseconds that doesn't go back. */
  readonly now: () => number
  /** What names lead to; the system's resolver by default. */
  readonly resolver?: Resolver
  /** False: every message goes to the whole mesh; for comparisons. */
  readonly routes?: boolean
  /**
   * Where the router's own metrics go: gossipsub's `metricsRegister`, over whatever keeps metrics. None: they are not
   * counted.
   */
  readonly metricsRegister?: RouterMetricsRegister
}

/** The shape of gossipsub's `MetricsRegister`, without its generic types, which don't survive a shim. */
export interface RouterMetricsRegister {
  gauge(config: { name: string; help: string }): unknown
  histogram(config: { name: string; help: string }): unknown
  avgMinMax(config: { name: string; help: string }): unknown
}

export interface Libp2pListeners {
  readonly gossip: GossipListener
  readonly connections: ConnectionsListener
  readonly gatekeeper: Gatekeeper
}

export interface OpenLibp2p {
  readonly self: PeerId
  readonly gossip: Gossip
  readonly requests: Requests
  readonly connections: Connections
  /** Fill of what the gossip adapter remembers. */
  gossipSizes(): GossipSizes
  /** Fill of what is remembered of work. */
  workSizes(): Readonly<
    Record<
      'workAccounts' | 'gonePeers' | 'tollPeers' | 'tollAddresses',
      { readonly size: number; readonly capacity: number }
    >
  >
  /**
   * Listens and joins the topics. Serve the request protocols first: peers ask at once. Rejects, saying why, when it
   * can't listen.
   */
  start(): Promise<void>
  /** Closes every connection and listener; the node can't be started again. */
  stop(): Promise<void>
}

/**
 * Makes a node that has not started. Rejects when the installed libraries differ from what the adapters rely on
 * (self-tests), or when a multiaddr can't be read.
 */
export async function openLibp2p(config: Libp2pConfig, listeners: Libp2pListeners): Promise<OpenLibp2p> {
  const ids = messageIdsOf(config.network)
  const tolls = new Tolls()
  const guards = new ConnectionGuards({
    tolls,
    now: config.now,
    cpuMs: () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1_000
    },
    onOverwork: (subject, what, ip, peers) => {
      for (const peer of peers) connections.cut(peer)
      listeners.connections.onOverwork(subject, what, ip)
    },
  })
  const groupOf = (address: string): string | null => {
    const ip = ipOf(address)
    return ip === null || isUncounted(ip, config.profile) ? null : addressGroup(ip)
  }
  const policy = new MeshPolicy({
    isOurs: (peer) => connections.connectionWith(peer)?.direction === 'outbound',
    networkOf: (peer) => networkOf(connections.connectionWith(peer)?.remoteAddr.toString() ?? '', config.profile),
    isDeaf: (peer) => links.isDeaf(peer, config.now()),
    now: config.now,
  })
  const permits = new DialPermits()
  const largeRpcs = new LargeRpcs()
  const node = await createLibp2p({
    ...nodeOptions({
      privateKey: await privateKeyFromSeed(config.identitySeed),
      profile: config.profile,
      connectionsMax: config.connectionsMax,
      ...(config.pendingMax === undefined ? {} : { pendingMax: config.pendingMax }),
      listen: config.listen,
      agentVersion: config.agentVersion,
      gater: createGater(listeners.gatekeeper, config.profile, permits, (group) => guards.handshake(group)),
      now: config.now,
      guards,
    }),
    services: {
      ...baseServices(),
      pubsub: gossipsub({
        ...gossipOptions(config, ids, (peer) => policy.score(asPeerId(peer))),
        ...metricsOptions(config),
      }),
    },
  })
  const router = routerOf(node.services.pubsub)
  await verifyRouterHooks(router)
  await verifyGuard()

  const gossip = createGossip({
    router,
    ids,
    network: config.network,
    profile: config.profile,
    routes: config.routes ?? true,
    listener: listeners.gossip,
    now: config.now,
    onBroken: (peer) => void connections.disconnect(peer),
    policy,
    work: {
      turnOf: (peer) => guards.turnOf(peer),
      enter: (peer) => void guards.watch.enter(peer === null ? null : guards.booksOf(peer)),
      pay: (peer, count) => {
        const payer = guards.payerOf(peer)
        return payer === null || tolls.pay(payer, count, config.now())
      },
      gave: (peer, bytes) => guards.gave(peer, bytes),
      accepted: (bytes) => guards.watch.accounts.accepted(bytes, config.now()),
      onEmptyRpcs: (peer) => guards.overworked({ kind: 'peer', name: peer }, 'empty-rpcs'),
    },
    peers: () => [...connections.open()].map(([peer]) => peer),
  })
  const connections = createConnections({
    node,
    listener: listeners.connections,
    ping: (connection, signal) => node.services.ping.ping(connection.remotePeer, { signal }),
    onGone: (peer) => {
      gossip.forget(peer)
      links.forget(peer)
    },
    onLeaving: (peer) => gossip.mute(peer),
    targets: (address, namedBy) =>
      dialTargets(address, namedBy, { isOpen: config.isOpen, resolver: config.resolver ?? SYSTEM_RESOLVER }),
    permits,
    turns: DIAL_TURNS,
    onOpening: (connection) => {
      const address = connection.remoteAddr.toString()
      guards.adopt(connection, groupOf(address), ipOf(address))
      largeRpcs.watch(connection)
    },
    isDeaf: (peer) => links.isDeaf(peer, config.now()),
    work: {
      enter: (peer) => guards.watch.enter(peer === null ? null : guards.booksOf(peer)),
      resume: (token) => void guards.watch.enter(token as Books | null),
      current: () => guards.watch.current,
      spentElsewhere: (token, ms) => guards.watch.spentElsewhere(token as Books | null, ms),
    },
  })
  const links = new GossipLinks({
    sentLarge: (stream) => largeRpcs.has(stream),
    speak: (connection) => router.onPeerConnected(connection.remotePeer, connection),
    onMute: (peer, link) => {
      listeners.connections.onMute?.(peer, link)
      void connections.disconnect(peer)
    },
    onDeaf: (peer) => listeners.connections.onDeaf?.(peer),
  })
  const looking = setInterval(() => links.check(connections.open(), config.now()), MUTE_LOOK_MS)
  looking.unref()
  const requests = createRequests(
    {
      connectionWith: (peer) => connections.connectionWith(peer),
      handle: (protocol, handler, options) => node.handle(protocol, handler, options),
      onAsked: (peer) => guards.asked(peer),
    },
    config,
  )
  return {
    self: connections.self,
    gossip,
    requests,
    connections,
    gossipSizes: () => gossip.sizes(),
    workSizes: () => ({ ...guards.sizes(), ...tolls.sizes() }),
    async start() {
      try {
        await node.start()
      } catch (error) {
        throw new Error(`cannot listen on ${config.listen.join(', ')}: ${listenFailure(error)}`, { cause: error })
      }
      gossip.join()
    },
    async stop() {
      clearInterval(looking)
      requests.stop()
      guards.watch.stop()
      await node.stop()
    },
  }
}

/** All nodes of a local testnet share one address; they count for no network. */
function networkOf(address: string, profile: Libp2pProfile): string | null {
  const ip = ipOf(address)
  return ip === null || (profile !== 'node' && isSharedLoopback(ip)) ? null : networkGroup(ip)
}

function metricsOptions({ metricsRegister, network }: Libp2pConfig): Partial<GossipsubOpts> {
  if (metricsRegister === undefined) return {}
  return {
    metricsRegister: metricsRegister as MetricsRegister,
    metricsTopicStrToLabel: new Map(TOPICS.map((topic) => [topicName(network, topic), topic])),
  }
}

/**
 * The system's own reason, where libp2p's text has one: the rest of it speaks of settings that a node does not have.
 */
function listenFailure(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const code = /\b(EADDRINUSE|EADDRNOTAVAIL|EACCES|EAFNOSUPPORT|EMFILE)\b/.exec(text)?.[1]
  switch (code) {
    case 'EADDRINUSE':
      return 'the port is taken (EADDRINUSE)'
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address (EADDRNOTAVAIL)'
    case 'EACCES':
      return 'the system does not permit this port (EACCES)'
    case undefined:
      return text
    default:
      return `the system says ${code}`
  }
}
