/** Asking a peer: the one place where a request of ours is noted down and leaves. */
import type { Protocol } from '../../domain/protocols.ts'
import type { Asked } from './asked.ts'
import type { JobNumber } from './event.ts'
import type { WithShared } from './state.ts'
import type { Turn } from './turn.ts'

/** The protocol that each kind of question is asked in. */
const PROTOCOLS: Readonly<Record<Asked['kind'], Protocol>> = {
  hello: 'hello',
  headers: 'chain',
  blocks: 'chain',
  'block-transactions': 'objects',
  reconcile: 'reconcile',
  transactions: 'objects',
  records: 'objects',
  probe: 'probe',
  survey: 'observe',
  'observe-relay': 'observe',
}

/** @param request its number, where a machine has given it one already @returns its number */
export function ask(
  machines: WithShared,
  asked: Asked,
  bytes: Uint8Array,
  turn: Turn,
  request: JobNumber = machines.shared.nextJob(),
): JobNumber {
  machines.shared.asked.set(request, asked)
  turn.do({ kind: 'ask', request, peer: asked.peer, protocol: PROTOCOLS[asked.kind], bytes })
  return request
}
