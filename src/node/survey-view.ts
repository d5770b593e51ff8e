/** What the API tells of a survey: a row a node, this one first, each with its clock beside its records. */
import type { TxId } from '../domain/ids.ts'
import type { Observation } from '../domain/observation.ts'
import type { PropagationRecord } from '../domain/propagation.ts'
import type { ObservationsView, PropagationView } from '../domain/views.ts'
import type { SurveyOutcome } from '../kernel/effect.ts'

type Surveyed = Extract<SurveyOutcome, { kind: 'surveyed' }>['rows'][number]

/** @param own what this node saw itself */
export function observationsView(
  id: TxId,
  own: { readonly peerId: string; readonly seen: PropagationView },
  rows: readonly Surveyed[],
): ObservationsView {
  const names = uniqueNames([{ peer: own.peerId, name: own.seen.node }, ...rows])
  const nameOf = (peer: string): string => names.get(peer) ?? peer
  const others = rows.map(({ peer, trouble, over, clock, observations }) => {
    const [seen] = observations
    const name = nameOf(peer)
    return {
      name,
      peerId: peer,
      trouble,
      over: over.map(nameOf),
      clock: clock === null ? null : { offsetMs: toMs(clock.offsetNs), errorMs: toMs(clock.errorNs) },
      known: seen?.known ?? false,
      copies: seen?.copies ?? 0,
      records: seen === undefined ? [] : recordsOf(id, name, seen),
    }
  })
  const { known, copies, records } = own.seen
  const self = {
    name: nameOf(own.peerId),
    peerId: own.peerId,
    trouble: null,
    over: [],
    clock: { offsetMs: 0, errorMs: 0 },
    known,
    copies,
    records,
  }
  const answered = others.filter(({ trouble }) => trouble === null).length
  return {
    v: 1,
    id,
    asked: others.length,
    answered,
    unreachable: others.length - answered,
    nodes: [self, ...others],
  }
}

/** Names are claims: where two nodes have the same one, the end of the peer id tells them apart. */
function uniqueNames(nodes: readonly { readonly peer: string; readonly name: string }[]): Map<string, string> {
  const taken = new Set<string>()
  const names = new Map<string, string>()
  for (const { peer, name } of nodes) {
    const own = name === '' || taken.has(name) ? `${name === '' ? 'node' : name}~${peer.slice(-6)}` : name
    taken.add(own)
    names.set(peer, own)
  }
  return names
}

function recordsOf(id: TxId, node: string, { isBlock, records }: Observation): PropagationRecord[] {
  return records.map(({ event, tNs, from, bytes, queueUs, checkUs, reason }) => ({
    t_ns: tNs.toString(),
    node,
    kind: isBlock ? 'block' : 'transaction',
    id,
    event,
    from,
    bytes,
    reason,
    queueMs: queueUs === null ? null : queueUs / 1_000,
    checkMs: checkUs === null ? null : checkUs / 1_000,
  }))
}

function toMs(ns: bigint): number {
  return Number(ns / 1_000n) / 1_000
}
