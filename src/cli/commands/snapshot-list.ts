import { realHome } from '../../home/trusted-file.ts'
import { defineCommand } from '../command.ts'
import { homeOf } from '../discovery.ts'
import { durationText, sizeText, tableText } from '../table-text.ts'

export const command = defineCommand({
  details: 'They lie in `snapshots` below the home, the oldest first.',
  args: [],
  options: {},
  examples: [['testnet snapshot list', 'names, sizes and ages']],
  without: ['api', 'token-file'],
  async run(context) {
    const { shared, terminal } = context
    const home = realHome(homeOf(context))
    const { listSnapshots } = await import('../../../testnet/snapshots.ts')
    const snapshots = await listSnapshots(home)
    if (shared.json) terminal.document({ v: 1, home, snapshots })
    else if (snapshots.length === 0)
      terminal.note(`no snapshots in ${home}: \`hearsay testnet snapshot save NAME\` makes one`)
    else
      terminal.out(
        tableText(
          [
            { title: 'NAME' },
            { title: 'SAVED' },
            { title: 'NODES', align: 'right' },
            { title: 'SIZE', align: 'right' },
            { title: 'NETWORK' },
          ],
          snapshots.map(({ name, savedAt, nodes, sizeBytes, network }) => [
            name,
            `${durationText(Math.max(0, Date.now() - savedAt))} ago`,
            String(nodes),
            sizeText(sizeBytes),
            network,
          ]),
        ),
      )
    return 'done'
  },
})
