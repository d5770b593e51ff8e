/** The network as people read it: totals, then a line a member. */
import type { NetworkView } from '../domain/views.ts'
import { durationText, shortId, sizeText, tableText } from './table-text.ts'
import { plain } from '../lib/printable.ts'

const byName = new Intl.Collator('en', { numeric: true })

type Member = NetworkView['members'][number]

export function networkText(network: NetworkView, verbose: boolean): string {
  const { totals, versions, gossip, members } = network
  const states = Object.entries(totals)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
  const kinds = Object.entries(versions).map(([version, count]) => `${count} × ${plain(version)}`)
  const rate = `gossip ${sizeText(gossip.usualBytesPerSecond)}/s`
  const table = tableText(
    [
      { title: 'NAME' },
      { title: 'PEER' },
      { title: 'STATE' },
      { title: 'FOR', align: 'right' },
      { title: 'HEAD', align: 'right' },
      { title: 'LAG', align: 'right' },
      { title: 'POOL', align: 'right' },
      { title: 'HEARD', align: 'right' },
      { title: 'PHI', align: 'right' },
      { title: 'RTT', align: 'right' },
      { title: 'VERSION' },
      { title: 'TAGS' },
      ...(verbose ? [{ title: 'ADDRESSES' }] : []),
    ],
    // As people count: node-2 before node-10.
    members.toSorted((a, b) => byName.compare(a.name, b.name)).map((member) => memberRow(member, verbose)),
  )
  return [
    `${members.length} members: ${states.join(', ') || 'none'}`,
    `versions ${kinds.join(', ') || 'none'}`,
    gossip.alarm ? `${rate}: ALARM, far above what is usual; \`hearsay network reset\` where it does not end` : rate,
    `digest ${network.viewDigest}`,
    '',
    table,
  ].join('\n')
}

export function tagsText(tags: Readonly<Record<string, string>>): string {
  const lines = Object.entries(tags).map(([key, text]) => `${plain(key)}=${plain(text)}`)
  return lines.length === 0 ? 'no tags: `hearsay tags set KEY=VALUE` makes one' : lines.join('\n')
}

function memberRow(member: Member, verbose: boolean): readonly string[] {
  return [
    plain(member.name) + (member.neighbour ? ' *' : ''),
    verbose ? plain(member.peerId) : shortId(plain(member.peerId)),
    member.equivocated ? `${member.state} (two records)` : member.state,
    durationText(member.stateMs),
    String(member.head.height),
    String(member.lag),
    String(member.mempool.count),
    durationText(member.ageMs),
    member.phi.toFixed(1),
    // Only neighbours are pinged: for others nothing is known, and 0 would be a claim.
    member.rttMs === null ? '' : `${member.rttMs.toFixed(1)} ms`,
    plain(member.version),
    Object.entries(member.tags)
      .map(([key, text]) => `${plain(key)}=${plain(text)}`)
      .join(' '),
    ...(verbose ? [member.addresses.map(plain).join(' ')] : []),
  ]
}
