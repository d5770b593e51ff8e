/** What the API tells of the network: one node's picture of all members. */
import { isTagKey, isTagValue } from '../domain/codec/record-codec.ts'
import { TAGS_MAX } from '../domain/record.ts'
import type { Now } from '../domain/time.ts'
import type { MemberStateView, NetworkView } from '../domain/views.ts'
import type { Machines } from '../kernel/machines.ts'

export function networkView(machines: Machines, now: Now): NetworkView {
  const { membership, alarm } = machines.members
  const rows = membership.rows(now)
  const living = rows.filter(({ state }) => state === 'alive')
  const highest = living.reduce((height, { record }) => Math.max(height, record.head.height), 0)
  const totals: Record<MemberStateView, number> = { alive: 0, suspect: 0, dead: 0, left: 0, unreachable: 0, unknown: 0 }
  const versions = new Map<string, number>()
  for (const { state, record } of rows) {
    totals[state]++
    versions.set(record.agentVersion, (versions.get(record.agentVersion) ?? 0) + 1)
  }
  return {
    v: 1,
    viewDigest: membership.digest(),
    totals,
    versions: Object.fromEntries(versions),
    gossip: { usualBytesPerSecond: Math.round(alarm.usual), alarm: alarm.isRaised },
    members: rows.map(({ peer, record, ...row }) => ({
      name: record.name,
      peerId: peer,
      state: row.state,
      stateMs: Math.round(row.stateMs),
      source: row.source,
      head: record.head,
      settled: { height: record.settledHeight },
      lag: Math.max(0, highest - record.head.height),
      mempool: { count: record.mempoolCount },
      version: record.agentVersion,
      ageMs: Math.round(row.ageMs),
      phi: Math.round(row.phi * 100) / 100,
      rttMs: row.rttMs,
      incarnation: record.incarnation,
      seq: record.seq,
      addresses: record.addresses,
      neighbour: row.isNeighbour,
      equivocated: row.hasEquivocated,
      tags: Object.fromEntries(record.tags),
    })),
  }
}

export function tagProblem(
  { members: { self } }: Machines,
  key: string,
  value: string | null,
): 'bad-key' | 'bad-value' | 'too-many' | null {
  if (!isTagKey(key)) return 'bad-key'
  if (value === null) return null
  if (!isTagValue(value)) return 'bad-value'
  return self.tags.length >= TAGS_MAX && !self.tags.some(([other]) => other === key) ? 'too-many' : null
}
