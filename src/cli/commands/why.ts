import { connect } from '../../client/connect.ts'
import { why, type Side } from '../../trace/why.ts'
import type { Manifest } from '../../home/manifest.ts'
import { defineCommand, required } from '../command.ts'
import type { Context } from '../context.ts'
import { runningTestnet } from '../discovery.ts'
import { Failure, usageFailure } from '../failure.ts'
import { readIdPrefix, readNodeNames, type Reader } from '../parse.ts'

/** Below it a router doesn't gossip with a peer (adapters/libp2p/gossip-options, which commands don't load). */
const GOSSIP_THRESHOLD = -500
const ANSWER_MS_MAX = 2_000

const readOneNode: Reader<string> = (text) => {
  const names = readNodeNames(text)
  if (!names.ok) return names
  const [name, ...others] = names.value
  return name === undefined || others.length > 0 ? { ok: false, message: 'is not one node' } : { ok: true, value: name }
}

export const command = defineCommand({
  details:
    'Asks both nodes what they recorded of the transaction and how they stand to each other: whether it was relayed after all, came from elsewhere ' +
    'first, was refused, or what is in the way: no link, a partition, a ban, a low score, not in the mesh.',
  args: [{ name: 'id', summary: 'id of the transaction, or its first digits (4 or more)' }],
  options: {
    node: required('--node <node>', 'the node that should have relayed it', readOneNode),
    to: required('--to <node>', 'the node that should have got it', readOneNode),
  },
  examples: [['why 3fa9 --node node-0 --to node-7', 'why node-7 did not get it from node-0']],
  without: ['api', 'token-file'],
  async run(context, { args, options }) {
    const id = readIdPrefix(args[0] ?? '')
    if (!id.ok) throw usageFailure(`id: ${id.message}`)
    if (options.node === options.to) throw usageFailure('--node and --to are the same node')
    const manifest = runningTestnet(context)
    const [a, b] = await Promise.all([sideOf(manifest, options.node, id.value), sideOf(manifest, options.to, id.value)])
    if (!a.known && !b.known && a.records.length + b.records.length === 0 && a.trouble === null && b.trouble === null)
      throw new Failure(
        'not-found',
        'unknown-transaction',
        `neither ${a.name} nor ${b.name} knows a transaction ${id.value}`,
      )
    const names = new Map(manifest.nodes.map(({ name, peerId }) => [peerId, name]))
    const findings = why({
      a,
      b,
      partition: await partitionOf(context, manifest),
      gossipThreshold: GOSSIP_THRESHOLD,
      nameOf: (peerId) => names.get(peerId) ?? peerId,
    })
    const { shared, terminal } = context
    if (shared.json) terminal.document({ v: 1, id: id.value, from: a.name, to: b.name, findings })
    else findings.forEach(({ code, text }, index) => terminal.out(`${index === 0 ? '' : '  also: '}${text}  (${code})`))
    return 'done'
  },
})

async function sideOf(manifest: Manifest, name: string, id: string): Promise<Side> {
  const node = manifest.nodes.find((each) => each.name === name)
  if (node === undefined)
    throw new Failure('not-found', 'unknown-node', `there is no node ${name}`, '`hearsay testnet status` lists them')
  const silent = { name, peerId: node.peerId, known: false, records: [], peers: null }
  if (node.state !== 'ready') return { ...silent, trouble: node.state }
  const client = connect(node.apiUrl, { timeoutMs: ANSWER_MS_MAX })
  const [propagation, peers, transaction] = await Promise.all([
    client.propagation(id),
    client.peers(),
    client.transaction(id),
  ])
  client.close()
  if (!peers.ok) return { ...silent, trouble: 'unreachable' }
  return {
    name,
    peerId: node.peerId,
    trouble: null,
    // One that was restarted, or got it with a block, has it and remembers nothing of its way.
    known: (propagation.ok && propagation.value.known) || transaction.ok,
    records: propagation.ok ? propagation.value.records : [],
    peers: peers.value,
  }
}

async function partitionOf(context: Context, manifest: Manifest): Promise<readonly (readonly string[])[] | null> {
  const { command: ask } = await import('../../../testnet/control-client.ts')
  const status = await ask(manifest.home, 'status', {})
  if (status.kind === 'done') return status.value.partition?.groups ?? null
  context.terminal.note('the supervisor does not answer: whether links are cut is not known')
  return null
}
