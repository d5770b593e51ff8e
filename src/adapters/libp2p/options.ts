/**
 * Every option of libp2p itself that we rely on, with its reason. The router's are in gossip-options.ts, figures in
 * limits.ts.
 */
import { identify, identifyPush } from '@libp2p/identify'
import type { ConnectionGater, PrivateKey } from '@libp2p/interface'
import { ping } from '@libp2p/ping'
import type { yamux } from '@libp2p/yamux'
import type { Libp2pOptions } from 'libp2p'
import type { ConnectionGuards } from './connection-guards.ts'
import {
  DIAL_MS,
  DIAL_TARGETS_MAX,
  IDENTIFY_BYTES_MAX,
  inboundBudget,
  PENDING_INBOUND_MAX,
  PING_INTERVAL_MS,
  PING_TIMEOUT_MS,
  STREAMS_PER_CONNECTION_MAX,
  UPGRADE_MS,
  WINDOW_BYTES,
  WINDOW_BYTES_MAX,
} from './limits.ts'
import { guardedYamux } from './muxer-guard.ts'
import type { Libp2pProfile } from './profile.ts'
import { encrypters, transports } from './transports.ts'

export interface NodeOptionsInput {
  readonly privateKey: PrivateKey
  readonly profile: Libp2pProfile
  readonly connectionsMax: number
  /** Inbound sockets in handshake. */
  readonly pendingMax?: number
  /** Multiaddrs to listen on; none: the node only dials. */
  readonly listen: readonly string[]
  readonly agentVersion: string
  readonly gater: ConnectionGater
  /** A clock in milliseconds that doesn't go back. */
  readonly now: () => number
  readonly guards: ConnectionGuards
}

/** The options of a node, without services that need its components. */
export function nodeOptions(input: NodeOptionsInput): Libp2pOptions {
  return {
    start: false,
    privateKey: input.privateKey,
    // What identify tells others about us.
    nodeInfo: { name: 'hearsay', version: '1', userAgent: input.agentVersion },
    // No announced addresses beyond those that we listen on.
    addresses: { listen: [...input.listen], announce: [], appendAnnounce: [], noAnnounce: [] },
    transports: transports({ ...input, pendingMax: input.pendingMax ?? PENDING_INBOUND_MAX }),
    connectionEncrypters: encrypters(),
    streamMuxers: [
      guardedYamux(yamuxOptions(), { ...inboundBudget(input.profile), now: input.now, guards: input.guards }),
    ],
    connectionGater: input.gater,
    connectionManager: connectionManagerOptions(input),
    connectionMonitor: monitorOptions(),
    // Only what the kernel asks for is dialled: no discovery, no routing, no relays; and the gater refuses the rest.
    peerDiscovery: [],
    peerRouters: [],
    contentRouters: [],
  }
}

/** Services that every node runs besides the router. */
export function baseServices() {
  const bounds = { timeout: 5_000, maxMessageSize: IDENTIFY_BYTES_MAX, maxInboundStreams: 2, maxOutboundStreams: 2 }
  return {
    // Addresses under which peers claim to see us are not believed, so none are kept.
    identify: identify({
      ...bounds,
      maxObservedAddresses: 0,
      runOnConnectionOpen: true,
      runOnLimitedConnection: false,
    }),
    // Tells connected peers when the router's protocols appear on a node that was dialled while it started.
    identifyPush: identifyPush({ ...bounds, maxObservedAddresses: 0, runOnLimitedConnection: false }),
    // The keep-alive and the confirmation of a dial may meet on one connection.
    ping: ping({
      maxInboundStreams: 4,
      maxOutboundStreams: 4,
      timeout: PING_TIMEOUT_MS,
      runOnLimitedConnection: false,
    }),
  }
}

function yamuxOptions(): NonNullable<Parameters<typeof yamux>[0]> {
  return {
    enableKeepAlive: true,
    keepAliveInterval: 30_000,
    maxInboundStreams: STREAMS_PER_CONNECTION_MAX,
    maxOutboundStreams: STREAMS_PER_CONNECTION_MAX,
    // Streams that arrive before the connection is ready: gossip, identify and hello of an eager peer.
    maxEarlyStreams: 10,
    streamOptions: {
      initialStreamWindowSize: WINDOW_BYTES,
      maxStreamWindowSize: WINDOW_BYTES_MAX,
      maxReadBufferLength: 2 * WINDOW_BYTES_MAX,
      // By default nothing bounds what waits for a peer that doesn't read (SECURITY.md L8).
      maxWriteBufferLength: 4 * WINDOW_BYTES_MAX,
    },
  }
}

function connectionManagerOptions({
  profile,
  connectionsMax,
  pendingMax = PENDING_INBOUND_MAX,
}: NodeOptionsInput): NonNullable<Libp2pOptions['connectionManager']> {
  return {
    maxConnections: connectionsMax,
    // With the default of ten a few silent sockets would shut the door for all others (SECURITY.md L9).
    maxIncomingPendingConnections: pendingMax,
    // A local testnet starts all its nodes at once from one address.
    inboundConnectionThreshold: profile === 'node' ? 5 : 1_000,
    inboundUpgradeTimeout: UPGRADE_MS,
    inboundStreamProtocolNegotiationTimeout: 5_000,
    outboundStreamProtocolNegotiationTimeout: 5_000,
    maxPeerAddrsToDial: DIAL_TARGETS_MAX,
    maxParallelDials: 16,
    maxDialQueueLength: 64,
    dialTimeout: DIAL_MS,
    addressDialTimeout: DIAL_MS,
    connectionCloseTimeout: 1_000,
    // Who is dialled again is the kernel's decision.
    reconnectRetries: 0,
  }
}

function monitorOptions(): NonNullable<Libp2pOptions['connectionMonitor']> {
  return {
    enabled: true,
    pingInterval: PING_INTERVAL_MS,
    // At least this long, since a busy machine answers late; a dead peer is noticed within twice of it.
    pingTimeout: { minTimeout: PING_TIMEOUT_MS, maxTimeout: 2 * PING_TIMEOUT_MS },
    abortConnectionOnPingFailure: true,
  }
}
