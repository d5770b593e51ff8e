/**
 * What the API tells of the objects that this node remembers: pages from the newest back, or those that were asked for.
 */
import { asTxId } from '../domain/ids.ts'
import type { MemoryView, RememberedObject, TransactionView } from '../domain/views.ts'
import type { Machines } from '../kernel/machines.ts'
import type { Lookup } from '../ports/control.ts'
import type { Clock } from './clock.ts'
import { REMEMBERED_RECORDS_MAX } from './limits.ts'
import type { Observer } from './observe.ts'
import type { Sighting } from './propagation-log.ts'

interface Sources {
  readonly observer: Observer
  readonly machines: Machines
  readonly clock: Clock
  /** Wall clock, ms. */
  readonly startedAt: number
}

export function memoryPage(sources: Sources, page: { before: number | null; limit: number }): MemoryView {
  const { propagation } = sources.observer
  const { objects, next } = propagation.before(page.before, page.limit, REMEMBERED_RECORDS_MAX)
  return memoryView(
    sources,
    objects.map(([id, sighting]) => remembered(id, sighting, isHeld(sources, id, sighting))),
    next,
  )
}

/** @param find what is known of a transaction that is neither remembered nor in the pool: blocks and those that left */
export async function memoryOf(
  sources: Sources,
  ids: readonly string[],
  find: (id: string) => Promise<Lookup<TransactionView>>,
): Promise<MemoryView> {
  const { propagation } = sources.observer
  const objects: RememberedObject[] = []
  for (const id of ids) {
    const before = propagation.get(id)
    const isKnown = isHeld(sources, id, before) || (await find(id)).kind === 'found'
    // Looked up again: what came meanwhile is no contradiction then.
    const sighting = propagation.get(id)
    objects.push(remembered(id, sighting, isKnown || (sighting?.first ?? null) !== null))
  }
  return memoryView(sources, objects, null)
}

function memoryView(
  { observer, machines, clock, startedAt }: Sources,
  objects: MemoryView['objects'],
  next: number | null,
): MemoryView {
  return {
    v: 1,
    node: machines.shared.config.name,
    startedAt,
    at: clock.now().wallMs,
    seen: observer.propagation.counts(),
    objects,
    next,
  }
}

function isHeld({ machines }: Sources, id: string, sighting: Sighting | undefined): boolean {
  return (sighting?.first ?? null) !== null || machines.transactions.pool.has(asTxId(id))
}

function remembered(id: string, sighting: Sighting | undefined, known: boolean): RememberedObject {
  return { n: sighting?.n ?? null, id, known, copies: sighting?.copies ?? 0, records: sighting?.records ?? [] }
}
