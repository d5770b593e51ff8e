/** Real libp2p nodes on loopback that remember what they are told. */
import { openLibp2p, type OpenLibp2p, type RouterMetricsRegister } from '../../../src/adapters/libp2p/open.ts'
import type { Resolver } from '../../../src/adapters/libp2p/dial-targets.ts'
import type { Libp2pProfile } from '../../../src/adapters/libp2p/profile.ts'
import { asNetworkId, type NetAddress, type NetworkId, type PeerId } from '../../../src/domain/ids.ts'
import type { Direction, GossipLink } from '../../../src/ports/connections.ts'
import type { GossipListener } from '../../../src/ports/gossip.ts'
import { sha256, sha256Hex } from '../../../src/lib/hash.ts'
import { utf8 } from '../../../src/lib/bytes.ts'
import { until } from '../until.ts'

export const TEST_NETWORK: NetworkId = asNetworkId(sha256Hex(utf8('dev-libp2p')))

type Message = Parameters<GossipListener['onMessage']>[0]
type Copy = Parameters<GossipListener['onDuplicate']>[0]
type MeshChange = Parameters<GossipListener['onMeshChange']>[0]

export interface TestNode extends OpenLibp2p {
  readonly messages: readonly Message[]
  readonly copies: readonly Copy[]
  readonly malformed: readonly { peer: PeerId; what: string }[]
  readonly unheard: readonly { peer: PeerId; messages: number }[]
  /** Connections that were ended for want of gossip. */
  readonly mute: readonly { peer: PeerId; link: GossipLink }[]
  readonly deaf: readonly PeerId[]
  readonly overworked: readonly { kind: string; name: string; what: string }[]
  readonly meshChanges: readonly MeshChange[]
  readonly connected: ReadonlyMap<PeerId, { address: NetAddress; direction: Direction }>
  readonly connects: readonly PeerId[]
  readonly disconnects: readonly PeerId[]
  readonly agents: ReadonlyMap<PeerId, string>
  readonly bannedPeers: Set<PeerId>
  readonly bannedIps: Set<string>
  address(): NetAddress
}

/** The real time, and what a test adds to it. */
export class TestClock {
  #aheadMs = 0

  now(): number {
    return performance.now() + this.#aheadMs
  }

  advance(ms: number): void {
    this.#aheadMs += ms
  }
}

export interface TestNodeOptions {
  readonly metricsRegister?: RouterMetricsRegister
  readonly clock?: TestClock
  readonly network?: NetworkId
  readonly profile?: Libp2pProfile
  readonly isOpen?: boolean
  /** What names lead to. */
  readonly resolver?: Resolver
  readonly connectionsMax?: number
  readonly listen?: readonly string[]
  /** Called for every message; by default each is accepted. */
  readonly judge?: (message: Message, node: OpenLibp2p) => void
  readonly hasRoom?: GossipListener['hasRoom']
  /** Called before the node starts, to serve protocols. */
  readonly beforeStart?: (node: OpenLibp2p) => Promise<void>
}

/** The seed of the identity called `name`: the same in every run. */
export function seedOf(name: string): Uint8Array {
  return sha256(utf8(`identity ${name}`))
}

/** Starts a node on a free port of loopback. */
export async function startNode(name: string, options: TestNodeOptions = {}): Promise<TestNode> {
  const seen = {
    messages: [] as Message[],
    copies: [] as Copy[],
    malformed: [] as { peer: PeerId; what: string }[],
    unheard: [] as { peer: PeerId; messages: number }[],
    mute: [] as { peer: PeerId; link: GossipLink }[],
    deaf: [] as PeerId[],
    overworked: [] as { kind: string; name: string; what: string }[],
    meshChanges: [] as MeshChange[],
    connected: new Map<PeerId, { address: NetAddress; direction: Direction }>(),
    connects: [] as PeerId[],
    disconnects: [] as PeerId[],
    agents: new Map<PeerId, string>(),
    bannedPeers: new Set<PeerId>(),
    bannedIps: new Set<string>(),
  }
  const clock = options.clock ?? new TestClock()
  const judge =
    options.judge ?? ((message, node) => void node.gossip.reportVerdict(message.messageId, message.from, 'accept'))
  const opened: OpenLibp2p = await openLibp2p(
    {
      identitySeed: seedOf(name),
      network: options.network ?? TEST_NETWORK,
      profile: options.profile ?? 'dev',
      isOpen: options.isOpen ?? false,
      ...(options.resolver && { resolver: options.resolver }),
      listen: options.listen ?? ['/ip4/127.0.0.1/tcp/0'],
      connectionsMax: options.connectionsMax ?? 32,
      agentVersion: `hearsay-test/${name}`,
      now: () => clock.now(),
      ...(options.metricsRegister && { metricsRegister: options.metricsRegister }),
    },
    {
      gossip: {
        ...(options.hasRoom && { hasRoom: options.hasRoom }),
        onMessage: (message) => {
          seen.messages.push(message)
          judge(message, opened)
        },
        onDuplicate: (copy) => seen.copies.push(copy),
        onMalformed: (peer, what) => seen.malformed.push({ peer, what }),
        onUnheard: (peer, messages) => seen.unheard.push({ peer, messages }),
        onMeshChange: (change) => seen.meshChanges.push(change),
      },
      connections: {
        onConnect: (peer, address, direction) => {
          seen.connects.push(peer)
          seen.connected.set(peer, { address, direction })
        },
        onDisconnect: (peer) => {
          seen.disconnects.push(peer)
          seen.connected.delete(peer)
        },
        onOverwork: (subject, what) => seen.overworked.push({ ...subject, what }),
        onIdentify: (peer, agent) => seen.agents.set(peer, agent),
        onMute: (peer, link) => seen.mute.push({ peer, link }),
        onDeaf: (peer) => seen.deaf.push(peer),
      },
      gatekeeper: {
        admitsAddress: (ip) => !seen.bannedIps.has(ip),
        admitsPeer: (peer) => !seen.bannedPeers.has(peer),
      },
    },
  )
  await options.beforeStart?.(opened)
  await opened.start()
  return { ...opened, ...seen, address: () => opened.connections.addresses()[0] as NetAddress }
}

/** Dials from the first node to the others' addresses, and waits until every mesh of `transactions` holds. */
export async function connect(from: TestNode, ...to: readonly TestNode[]): Promise<void> {
  for (const node of to) {
    const outcome = await from.connections.dial(node.address(), 'operator')
    if (outcome.kind !== 'connected') throw new Error(`dial failed: ${outcome.failure.detail}`)
  }
  await until(() => to.every((node) => isMeshed(from, node) && isMeshed(node, from)), 'the meshes')
}

function isMeshed(node: TestNode, with_: TestNode): boolean {
  return node.gossip.meshOf('transactions').mesh.includes(with_.self)
}
