import { connect } from '../../client/connect.ts'
import { why, type Side } from '../../trace/why.ts'
import { defineCommand, required } from '../command.ts'
import { Failure, usageFailure } from '../failure.ts'
import { readIdPrefix, readText } from '../parse.ts'
import { didYouMean } from '../../lib/suggest.ts'
import { openNetwork } from '../vantage/open.ts'
import type { SeenNode } from '../vantage/vantage.ts'

/** Below it a router doesn't gossip with a peer (adapters/libp2p/gossip-options, which commands don't load). */
const GOSSIP_THRESHOLD = -500
const ANSWER_MS_MAX = 2_000

export const command = defineCommand({
  details:
    'Asks both nodes what they recorded of the transaction and how they stand to each other: whether it was relayed after all, came from elsewhere ' +
    'first, was refused, or what is in the way: no link, a partition, a ban, a low score, not in the mesh.',
  args: [{ name: 'id', summary: 'id of the transaction, or its first digits (4 or more)' }],
  options: {
    node: required('--node <node>', 'the node that should have relayed it', readText),
    to: required('--to <node>', 'the node that should have got it', readText),
  },
  examples: [['why 3fa9 --node node-0 --to node-7', 'why node-7 did not get it from node-0']],
  without: ['token-file'],
  async run(context, { args, options }) {
    const id = readIdPrefix(args[0] ?? '')
    if (!id.ok) throw usageFailure(`id: ${id.message}`)
    const vantage = await openNetwork(context)
    const nodes = await vantage.nodes()
    const [from, to] = [nodeOf(nodes, options.node), nodeOf(nodes, options.to)]
    if (from === to) throw usageFailure('--node and --to are the same node')
    const [a, b] = await Promise.all([sideOf(from, id.value), sideOf(to, id.value)])
    if (!a.known && !b.known && a.records.length + b.records.length === 0 && a.trouble === null && b.trouble === null)
      throw new Failure(
        'not-found',
        'unknown-transaction',
        `neither ${a.name} nor ${b.name} knows a transaction ${id.value}`,
      )
    const names = new Map(nodes.map(({ name, peerId }) => [peerId, name]))
    const findings = why({
      a,
      b,
      partition: await vantage.cut(),
      gossipThreshold: GOSSIP_THRESHOLD,
      nameOf: (peerId) => names.get(peerId) ?? peerId,
    })
    const { shared, terminal } = context
    if (shared.json) terminal.document({ v: 1, id: id.value, from: a.name, to: b.name, findings })
    else findings.forEach(({ code, text }, index) => terminal.out(`${index === 0 ? '' : '  also: '}${text}  (${code})`))
    return 'done'
  },
})

/** The node of this name; `3` stands for `node-3`. */
function nodeOf(nodes: readonly SeenNode[], name: string): SeenNode {
  const node = nodes.find((each) => each.name === name) ?? nodes.find((each) => each.name === `node-${name}`)
  if (node !== undefined) return node
  const names = nodes.map((each) => each.name)
  const hint = didYouMean(name, names) || `there ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, 10).join(', ')}`
  throw new Failure('not-found', 'unknown-node', `there is no node ${name}`, hint)
}

async function sideOf({ name, peerId, apiUrl, trouble }: SeenNode, id: string): Promise<Side> {
  const silent = { name, peerId, known: false, records: [], peers: null }
  if (trouble !== null) return { ...silent, trouble }
  const client = connect(apiUrl, { timeoutMs: ANSWER_MS_MAX })
  const [propagation, peers, transaction] = await Promise.all([
    client.propagation(id),
    client.peers(),
    client.transaction(id),
  ])
  client.close()
  if (!peers.ok) return { ...silent, trouble: 'unreachable' }
  return {
    name,
    peerId,
    trouble: null,
    // One that was restarted, or got it with a block, has it and remembers nothing of its way.
    known: (propagation.ok && propagation.value.known) || transaction.ok,
    records: propagation.ok ? propagation.value.records : [],
    peers: peers.value,
  }
}
