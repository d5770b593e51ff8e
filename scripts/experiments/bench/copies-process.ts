/**
 * One real libp2p node of twenty in a process of its own, with the production adapter: its router, its connections, its
 * streams. It takes every message at once, since what is counted is how they travel. `routes: false` is gossipsub at
 * degree 6 as it comes.
 */
import { randomBytes } from 'node:crypto'
import { openLibp2p } from '../../../src/adapters/libp2p/open.ts'
import { asNetAddress } from '../../../src/domain/ids.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { sha256 } from '../../../src/lib/hash.ts'
import { utf8 } from '../../../src/lib/bytes.ts'
import { DEAF } from './deaf.ts'
import { taskOf } from './processes.ts'
import { benchNetwork } from './workload.ts'

export interface CopiesTask {
  readonly index: number
  readonly routes: boolean
  readonly bytes: number
}

/** What a node got since it was last asked to forget. */
export interface CopiesFigures {
  readonly kind: 'figures'
  readonly mesh: number
  readonly first: number
  readonly again: number
  /** From each publication to its arrival here, ms. */
  readonly delaysMs: readonly number[]
}

export type CopiesMessage =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'dialled' }
  | CopiesFigures
  | { readonly kind: 'forgotten' }

type CopiesOrder =
  { readonly kind: 'dial'; readonly ports: readonly number[] } | { readonly kind: 'publish' | 'figures' | 'forget' }

const task = taskOf<CopiesTask>()
let first = 0
let again = 0
let delaysMs: number[] = []

/** One clock for all processes of the machine. */
const nowMs = (): number => performance.timeOrigin + performance.now()

const node = await openLibp2p(
  {
    identitySeed: sha256(utf8(`bench copies ${task.index}`)),
    network: networkIdOf(benchNetwork(1)),
    profile: 'bench',
    isOpen: false,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    connectionsMax: 64,
    agentVersion: 'hearsay/bench',
    now: () => performance.now(),
    routes: task.routes,
  },
  {
    ...DEAF,
    gossip: {
      ...DEAF.gossip,
      onMessage: ({ bytes, from, messageId }) => {
        first++
        delaysMs.push(nowMs() - new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0))
        node.gossip.reportVerdict(messageId, from, 'accept')
      },
      onDuplicate: () => {
        again++
      },
    },
  },
)
await node.start()

async function obey(order: CopiesOrder): Promise<CopiesMessage | null> {
  switch (order.kind) {
    case 'dial':
      for (const port of order.ports)
        await node.connections.dial(asNetAddress(`/ip4/127.0.0.1/tcp/${port}`), 'operator')
      return { kind: 'dialled' }
    case 'publish': {
      const bytes = new Uint8Array(randomBytes(task.bytes))
      new DataView(bytes.buffer).setFloat64(0, nowMs())
      await node.gossip.publish('transactions', bytes, { flood: false })
      return null
    }
    case 'figures':
      return { kind: 'figures', mesh: node.gossip.meshOf('transactions').mesh.length, first, again, delaysMs }
    case 'forget':
      first = 0
      again = 0
      delaysMs = []
      return { kind: 'forgotten' }
  }
}

process.on('message', (order: CopiesOrder) => {
  void obey(order).then((answer) => (answer === null ? undefined : process.send?.(answer)))
})
process.on('disconnect', () => {
  void node.stop().then(() => process.exit(0))
})
const port = Number(/\/tcp\/(\d+)/.exec(node.connections.addresses()[0] ?? '')?.[1])
process.send?.({ kind: 'ready', port } satisfies CopiesMessage)
