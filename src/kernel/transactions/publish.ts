/** Letting transactions out: what the batcher releases becomes one message on the transactions topic. */
import type { WithTransactions } from './state.ts'
import { encodeBatch } from '../../domain/codec/transaction-codec.ts'
import type { PublishOutcome } from '../../ports/gossip.ts'
import type { Outgoing } from '../../relay/batcher.ts'
import type { Turn } from '../shared/turn.ts'

/** With fewer mesh peers than this a message is sent to every subscriber: the router's own lower bound, Dlo. */
export const THIN_MESH = 4

/** Queues a transaction for publication. One that does not fit stays in the pool, where repair finds it. */
export function enqueue(machines: WithTransactions, items: readonly Outgoing[], turn: Turn): void {
  for (const item of items) machines.transactions.batcher.add(item)
  release(machines, turn)
}

/**
 * Publishes the next batch if it may leave now, without what has left the pool while it waited: others have no more use
 * for it.
 */
export function release(machines: WithTransactions, turn: Turn): void {
  let batch: readonly Outgoing[] = []
  while (batch.length === 0) {
    const next = machines.transactions.batcher.next()
    if (next === null) return
    batch = next.filter(({ id }) => machines.transactions.pool.has(id))
    if (batch.length === 0) machines.transactions.batcher.left(true)
  }
  for (const item of batch)
    if (item.own) turn.note({ kind: 'transaction-published', id: item.id, bytes: item.bytes.byteLength })
  turn.do({
    kind: 'publish',
    topic: 'transactions',
    bytes: encodeBatch(batch.map((item) => item.bytes)),
    flood: machines.transactions.audience.mesh < THIN_MESH,
  })
}

/** Somebody may listen who did not: what waited for that leaves. */
export function listenersChanged(machines: WithTransactions, turn: Turn): void {
  machines.transactions.batcher.listenersChanged(machines.transactions.audience.subscribers)
  release(machines, turn)
}

/** The topic has other subscribers, or another mesh. */
export function onMeshChanged(machines: WithTransactions, subscribers: number, mesh: number, turn: Turn): void {
  machines.transactions.audience.subscribers = subscribers
  machines.transactions.audience.mesh = mesh
  listenersChanged(machines, turn)
}

/** A batch of ours has left, or found nobody who listens. */
export function onPublished(machines: WithTransactions, outcome: PublishOutcome, turn: Turn): void {
  machines.transactions.batcher.left(outcome.kind !== 'published' || outcome.recipients > 0)
  release(machines, turn)
}
