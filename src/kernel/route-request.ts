/** Where peers' requests go. */
import { assertNever } from '../lib/assert.ts'
import { decodeObjectsRequest, encodeObjectsAnswer } from '../domain/codec/objects-codec.ts'
import type { PeerId } from '../domain/ids.ts'
import type { Event, JobNumber } from './shared/event.ts'
import { onChainRequest, onPartsRequest } from './blocks/chain-requests.ts'
import type { Machines } from './machines.ts'
import { onHelloRequest } from './on-peer.ts'
import { onObserveRequest } from './members/on-observe.ts'
import { onKeysRequest, onReconcileRequest } from './repair/on-repair.ts'
import { onProbeRequest } from './members/on-probes.ts'
import { onRecordKeysRequest } from './members/on-records.ts'
import { penalise } from './peers/penalise.ts'
import type { Turn } from './shared/turn.ts'

function onObjectsRequest(machines: Machines, request: JobNumber, from: PeerId, bytes: Uint8Array, turn: Turn): void {
  const asked = decodeObjectsRequest(bytes)
  switch (asked?.kind) {
    case undefined:
      turn.do({ kind: 'reply', request, frames: null })
      penalise(machines, from, 'invalid', 'malformed-request', turn)
      return
    case 'block-transactions':
      onPartsRequest(machines, request, asked, turn)
      return
    case 'transactions-by-key':
      onKeysRequest(machines, request, from, asked.keys, turn)
      return
    case 'records-by-key':
      onRecordKeysRequest(machines, request, asked.keys, turn)
      return
    case 'transactions': {
      const found = asked.ids.map((id) => machines.transactions.pool.get(id)?.transaction.bytes ?? null)
      turn.do({ kind: 'reply', request, frames: [encodeObjectsAnswer(found)] })
      return
    }
    case 'blocks': {
      const found = asked.hashes.map((hash) => machines.blocks.bodies.get(hash)?.bytes ?? null)
      turn.do({ kind: 'reply', request, frames: [encodeObjectsAnswer(found)] })
      return
    }
    default:
      assertNever(asked)
  }
}

export function onRequest(machines: Machines, event: Extract<Event, { kind: 'request-received' }>, turn: Turn): void {
  const { request, from, bytes } = event
  switch (event.protocol) {
    case 'hello':
      onHelloRequest(machines, request, from, bytes, turn)
      return
    case 'chain':
      onChainRequest(machines, request, from, bytes, turn)
      return
    case 'objects':
      onObjectsRequest(machines, request, from, bytes, turn)
      return
    case 'reconcile':
      onReconcileRequest(machines, request, from, bytes, turn)
      return
    case 'probe':
      onProbeRequest(machines, request, from, bytes, turn)
      return
    case 'observe':
      onObserveRequest(machines, request, from, bytes, turn)
      return
    default:
      assertNever(event.protocol)
  }
}
