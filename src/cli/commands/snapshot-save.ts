import { defineCommand } from '../command.ts'
import { readTestnetManifest } from '../discovery.ts'
import { snapshotOf, snapshotText, takeSnapshot, withHomeAlone } from '../snapshots.ts'
import { steer } from '../testnet-control.ts'
import { isSupervised } from '../../home/testnet-home.ts'

export const command = defineCommand({
  details:
    'Chain, pools and keys of all nodes as they are at this moment, with links and ports. A network that runs stands still for the copy, as with `testnet pause`, and goes on.',
  args: [{ name: 'name', summary: 'name of the copy' }],
  options: {},
  examples: [['testnet snapshot save before-upgrade', 'to go back to with `snapshot load`']],
  without: ['api', 'token-file'],
  async run(context, { args }) {
    const { home, name } = await snapshotOf(context, args)
    const { saveSnapshot } = await import('../../../testnet/snapshots.ts')
    const manifest = readTestnetManifest(home)
    const snapshot =
      manifest !== null && isSupervised(manifest)
        ? await steer(context, 'snapshot', { name })
        : await withHomeAlone(home, async () => takeSnapshot(home, name, await saveSnapshot(home, name)))
    if (context.shared.json) context.terminal.document({ v: 1, home, ...snapshot })
    else context.terminal.out(`saved ${name}: ${snapshotText(snapshot)}`)
    return 'done'
  },
})
