/**
 * The propagation record: one shape for the stream, the trace, the report, the map and the replay. Event names follow
 * go-libp2p's trace. The wire carries no hop count: who told whom is rebuilt from the `from` of every node.
 */

export const PROPAGATION_EVENTS = [
  'PUBLISH', // this node made it or took it from its user, and handed it to the router
  'DELIVER', // seen here for the first time, and valid
  'DUPLICATE', // a further copy arrived
  'REJECT', // refused: an offence of the sender
  'IGNORE', // not taken, for a reason of state, clock, policy or load
  'FORWARD', // handed on to the mesh
  'RECOVERED', // came by repair instead of gossip
  'GRAFT',
  'PRUNE',
] as const
export type PropagationEvent = (typeof PROPAGATION_EVENTS)[number]

/** What records are about. */
export const PROPAGATION_KINDS = ['transaction', 'block', 'record', 'mesh'] as const

export interface PropagationRecord {
  /** Wall clock in nanoseconds since the Unix epoch, decimal. */
  readonly t_ns: string
  /** Name of the node that writes the record. */
  readonly node: string
  readonly kind: (typeof PROPAGATION_KINDS)[number]
  /** Id of the object, or of the message where the object could not be read; empty for mesh events. */
  readonly id: string
  readonly event: PropagationEvent
  /** Peer id of who it came from, or went to for mesh events; null at the origin. */
  readonly from: string | null
  readonly bytes: number
  /** Why, for REJECT and IGNORE; else null. */
  readonly reason: string | null
  /** Milliseconds it waited in the node before it was judged, and that judging took; null where it was not judged. */
  readonly queueMs?: number | null
  readonly checkMs?: number | null
}
