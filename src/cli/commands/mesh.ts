import { openApi } from '../api.ts'
import { defineCommand, flag, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { readText } from '../parse.ts'
import { shortId, tableText } from '../table-text.ts'
import { plain } from '../../lib/printable.ts'

export const command = defineCommand({
  details:
    'The mesh of a topic are the peers that the node forwards whole messages to; the other subscribers hear of them only.',
  args: [],
  options: {
    node: value('--node <node>', 'a node of the testnet', readText),
    verbose: flag('-v, --verbose', 'whole peer ids'),
  },
  examples: [['mesh', 'mesh and subscribers of each topic']],
  async run(context, { options }) {
    const { shared, terminal } = context
    const target = findTarget(context, options.node)
    const api = openApi(context, target)
    const mesh = await api.mesh()
    if (shared.json) {
      terminal.document(mesh)
      return 'done'
    }
    const names = new Map(target.manifest?.nodes.map((node) => [node.peerId, node.name]))
    const show = (peerId: string): string =>
      names.get(peerId) ?? (options.verbose ? plain(peerId) : shortId(plain(peerId)))
    terminal.out(
      tableText(
        [
          { title: 'TOPIC' },
          { title: 'MESH', align: 'right' },
          { title: 'SUBSCRIBERS', align: 'right' },
          { title: 'MESH PEERS' },
        ],
        mesh.topics.map((topic) => [
          plain(topic.topic),
          String(topic.mesh.length),
          String(topic.subscribers.length),
          topic.mesh.map(show).join(' '),
        ]),
      ),
    )
    return 'done'
  },
})
