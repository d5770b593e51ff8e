import type { BanView, DialView, PeerView, PeersView } from '../../domain/views.ts'
import { openApi } from '../api.ts'
import { defineCommand, flag, value, valueOr } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { readDuration, readText } from '../parse.ts'
import { durationText, shortId, tableText } from '../table-text.ts'
import { plain } from '../../lib/printable.ts'
import { waitFor } from '../waiting.ts'

export const command = defineCommand({
  args: [],
  options: {
    watch: flag('--watch', 'draw again until stopped; with --json one document a line'),
    every: valueOr('--every <duration>', 'how often --watch looks', readDuration, '2s'),
    node: value('--node <node>', 'a node of the testnet', readText),
    verbose: flag('-v, --verbose', 'whole ids and addresses'),
  },
  examples: [
    ['peers', 'one line a peer'],
    ['peers --watch', 'the same, drawn again every 2 s'],
  ],
  follows: true,
  async run(context, { options }) {
    const { shared, terminal, stop } = context
    const api = openApi(context, findTarget(context, options.node))
    for (;;) {
      const peers = await api.peers()
      if (options.watch && !shared.json) terminal.redraw()
      if (shared.json) terminal.document(peers)
      else terminal.out(peersText(peers, options.verbose))
      if (!options.watch || !(await waitFor(options.every, stop))) return 'done'
    }
  },
})

function peersText({ peers, bans, ...more }: PeersView, verbose: boolean): string {
  // A node of an older version does not tell.
  const { dials = [] } = more as Partial<Pick<PeersView, 'dials'>>
  const table = tableText(
    [
      { title: 'NAME' },
      { title: 'PEER' },
      { title: 'DIR' },
      { title: 'RTT', align: 'right' },
      { title: 'SCORE', align: 'right' },
      { title: 'MESH' },
      { title: 'HEAD', align: 'right' },
      { title: 'OFFENCES', align: 'right' },
      { title: 'FOR', align: 'right' },
      { title: 'AGENT' },
      ...(verbose ? [{ title: 'ADDRESS' }] : []),
    ],
    peers.map((peer) => peerRow(peer, verbose)),
  )
  const inbound = peers.filter((peer) => peer.direction === 'inbound').length
  const total = `${peers.length} peers: ${inbound} in, ${peers.length - inbound} out`
  return [table, '', total, ...bans.map(banLine), ...dialLines(dials)].join('\n')
}

/** In place of the meshes, where one side hears nothing. */
const GOSSIP_GAPS: Readonly<Record<Exclude<PeerView['gossip'], 'both'>, string>> = {
  in: 'we are not heard',
  out: 'says nothing',
  none: 'no gossip',
  deaf: 'deaf to us',
}

function peerRow(peer: PeerView, verbose: boolean): readonly string[] {
  return [
    plain(peer.name),
    verbose ? plain(peer.peerId) : shortId(plain(peer.peerId)),
    peer.direction === 'inbound' ? 'in' : 'out',
    // Unknown is blank: 0 would be a claim.
    peer.rttMs === null ? '' : `${peer.rttMs.toFixed(1)} ms`,
    peer.score.toFixed(1),
    // What is as it should be says nothing.
    peer.gossip === 'both' ? peer.mesh.map(plain).join(',') : GOSSIP_GAPS[peer.gossip],
    peer.head === null ? '' : String(peer.head.height),
    String(peer.offences),
    durationText(peer.connectedMs),
    plain(peer.agentVersion),
    ...(verbose ? [plain(peer.address)] : []),
  ]
}

/** What became of the addresses that the node dials, where that is not a connection. */
function dialLines(dials: PeersView['dials']): readonly string[] {
  const missing = dials.filter(({ state, failure }) => state !== 'connected' || failure !== null)
  if (missing.length === 0) return []
  return ['', `not connected, of ${dials.length} addresses that this node dials:`, ...missing.flatMap(dialText)]
}

function dialText({ address, state, triedMs, failures, nextTryMs, failure }: DialView): readonly string[] {
  const times = failures === 1 ? 'once' : `${failures} times in a row`
  const tried =
    triedMs === null
      ? 'not tried yet'
      : `tried ${durationText(triedMs)} ago${failures === 0 ? '' : `, in vain ${times}`}`
  const next = state === 'dialling' ? 'being dialled' : nextTryMs === null ? '' : `again in ${durationText(nextTryMs)}`
  const lines = [`  ${plain(address)}`, `    ${[tried, next].filter((text) => text !== '').join(', ')}`]
  if (failure === null) return lines
  const { message, detail, next: step } = failure
  return [
    ...lines,
    `    why   ${plain(message)}${detail === '' ? '' : ` (${plain(detail)})`}`,
    `    next  ${plain(step)}`,
  ]
}

function banLine(ban: BanView): string {
  return `banned ${plain(ban.subject)} until ${new Date(ban.untilMs).toISOString()}: ${plain(ban.reason)}`
}
