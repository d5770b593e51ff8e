import type { NetAddress } from '../../domain/ids.ts'
import type { JobNumber } from '../shared/event.ts'

/** What a node knows of itself beyond its machines. */
export interface Self {
  readonly key: Uint8Array
  incarnation: number
  seq: number
  startedAtMs: number
  addresses: readonly NetAddress[]
  tags: readonly (readonly [key: string, value: string])[]
  isLeaving: boolean
  /** Signatures with the node's key that are under way: of a record, or of suspicions. */
  readonly signing: Map<JobNumber, { readonly kind: 'record' | 'suspicion'; readonly body: Uint8Array }>
}
