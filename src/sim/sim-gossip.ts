/**
 * The node's own Gossip adapter on the real router on a simulated host: the options and the code are those of
 * production.
 */
import { gossipsub } from '@chainsafe/libp2p-gossipsub'
import { createGossip, type RouterGossip } from '../adapters/libp2p/gossip.ts'
import { gossipOptions } from '../adapters/libp2p/gossip-options.ts'
import type { MessageIds } from '../adapters/libp2p/message-id.ts'
import { routerOf } from '../adapters/libp2p/router.ts'
import type { decodeRecord } from '../domain/codec/record-codec.ts'
import { asPeerId, type NetworkId } from '../domain/ids.ts'
import type { GossipListener } from '../ports/gossip.ts'
import { readDirectly } from './frames.ts'
import type { SimHost } from './host.ts'
import type { SameBytes } from './same-bytes.ts'
import type { Scheduler } from './scheduler.ts'

/** Largest number of connections of a simulated node: none is turned away for it. */
const CONNECTIONS_MAX = 1_024

/** What all routers of a simulated network share, since they are one process. */
export interface SharedWire {
  readonly ids: MessageIds
  readonly sameBytes: SameBytes
  readonly readRecord: typeof decodeRecord
}

export interface SimGossip {
  readonly gossip: RouterGossip
  /** Starts the router and joins the topics. */
  start(): Promise<void>
}

/** @param options.eagerOnly without IHAVE, to see what it is worth */
export function createSimGossip(options: {
  host: SimHost
  networkId: NetworkId
  wire: SharedWire
  listener: GossipListener
  scheduler: Scheduler
  eagerOnly: boolean
  routes: boolean
}): SimGossip {
  const { host, networkId, listener, scheduler } = options
  const { ids, sameBytes } = options.wire
  const shared = gossipOptions({ network: networkId, profile: 'node', connectionsMax: CONNECTIONS_MAX }, ids)
  const gossipsubOptions = options.eagerOnly ? { ...shared, Dlazy: 0, gossipFactor: 0 } : shared
  const instance = gossipsub(gossipsubOptions)(host.components)
  const router = routerOf(instance)
  const gossip = createGossip({
    router,
    ids,
    network: networkId,
    profile: 'node',
    routes: options.routes,
    listener,
    now: () => scheduler.nowMs,
    onBroken: (peer) => host.connectionTo(peer)?.abort(),
  })
  readDirectly(router, sameBytes, (from) => listener.onMalformed(asPeerId(from.toString()), 'rpc'))
  host.onClose((connection) => gossip.forget(asPeerId(connection.remotePeer.toString())))
  return {
    gossip,
    async start() {
      await (instance as unknown as { start(): Promise<void> }).start()
      gossip.join()
    },
  }
}
