/** Where peers' requests go. */
import type { WithMembers } from './members/state.ts'
import type { WithBlocks } from './blocks/state.ts'
import type { WithTransactions } from './transactions/state.ts'
import type { WithPeers } from './peers/state.ts'
import { assertNever } from '../lib/assert.ts'
import { decodeObjectsRequest } from '../domain/codec/objects-codec.ts'
import type { PeerId } from '../domain/ids.ts'
import type { Event, JobNumber } from './shared/event.ts'
import { headTold, onBlocksByHashRequest, onChainRequest, onPartsRequest } from './blocks/chain-requests.ts'
import { onIdsRequest } from './transactions/pool-set.ts'
import type { Machines } from './machines.ts'
import { onHelloRequest } from './on-peer.ts'
import { onObserveRequest } from './members/on-observe.ts'
import { onKeysRequest, onReconcileRequest } from './repair/on-repair.ts'
import { onProbeRequest } from './members/on-probes.ts'
import { onReachRequest } from './members/on-reach.ts'
import { onRecordKeysRequest } from './members/on-records.ts'
import { onInviteRequest } from './peers/on-invite.ts'
import { penalise } from './peers/penalise.ts'
import type { Turn } from './shared/turn.ts'

function onObjectsRequest(
  machines: WithPeers & WithTransactions & WithBlocks & WithMembers,
  request: JobNumber,
  from: PeerId,
  bytes: Uint8Array,
  turn: Turn,
): void {
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
    case 'transactions':
      onIdsRequest(machines, request, asked.ids, turn)
      return
    case 'blocks':
      onBlocksByHashRequest(machines, request, asked.hashes, turn)
      return
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
      headTold(machines, from, onProbeRequest(machines, request, from, bytes, turn), turn)
      return
    case 'observe':
      onObserveRequest(machines, request, from, bytes, turn)
      return
    case 'invite':
      onInviteRequest(machines, request, from, bytes, turn)
      return
    case 'reach':
      onReachRequest(machines, request, from, bytes, turn)
      return
    default:
      assertNever(event.protocol)
  }
}
