/** Where a page's picture comes from: a network that is watched, or a recording. */
import type { ObservedNetworkView } from '../src/domain/views.ts'
import type { Known } from '../src/trace/knowledge.ts'
import type { Sightings } from '../src/trace/sightings.ts'
import type { Outcome } from './control.ts'

/** What pages are drawn from while one of them is open. */
export interface PagePicture {
  readonly sightings: Sightings
  readonly known: Known
  /** The network as it is now, as JSON; the same text while it is the same. */
  networkText(): string
  /** Transactions that the network has taken since it began, as far as its nodes tell. */
  taken(): number
}

export interface PageSource {
  network(): ObservedNetworkView
  /** The picture, for as long as somebody looks at it; null where there is none yet. */
  open(): { readonly picture: PagePicture; close(): void } | null
  /** Null where nothing can be done: a recording. */
  readonly act: ((action: string, request: Readonly<Record<string, unknown>>) => Promise<Outcome<unknown>>) | null
}

/** The most that any node has taken: each has taken all that came to all. */
export function takenOf({ nodes }: ObservedNetworkView): number {
  return nodes.reduce((most, { seen }) => Math.max(most, seen?.taken ?? 0), 0)
}
