/**
 * What a page is sent: the network when it is another one, and of each object that it shows what is new since it was
 * sent last.
 */
import type { PropagationRecord } from '../domain/propagation.ts'
import type { ObservedNetworkView } from '../domain/views.ts'

export interface PageBatch {
  readonly v: 1
  /** Only when it changed. */
  readonly network?: ObservedNetworkView
  readonly objects: readonly PageObject[]
  /** Ids of objects that are shown no longer. */
  readonly gone: readonly string[]
  /** Share of the transactions that is shown; below 1 more happens than a page can draw. */
  readonly share: number
  /** Transactions that the network has taken and this page does not show. */
  readonly older: number
}

export interface PageObject {
  readonly id: string
  /** New ones; all, where the page does not have it. */
  readonly records: readonly PropagationRecord[]
  /** What nodes without a record answered when they were asked for it. */
  readonly answers: readonly { readonly node: string; readonly known: boolean; readonly tNs: string }[]
}
