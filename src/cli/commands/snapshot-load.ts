import { isSupervised } from '../../home/testnet-home.ts'
import { defineCommand } from '../command.ts'
import { readTestnetManifest } from '../discovery.ts'
import { snapshotOf, snapshotText, takeSnapshot } from '../snapshots.ts'
import { alreadyRunning } from '../testnet-control.ts'

export const command = defineCommand({
  details:
    'Puts the copy in the place of the network of this home, which must be down, and says what it replaces. The copy stays. `testnet up --resume` then starts it.',
  args: [{ name: 'name', summary: 'name of the copy', completes: 'snapshots' }],
  options: {},
  examples: [['testnet snapshot load before-upgrade', 'then `testnet up --resume`']],
  without: ['api', 'token-file'],
  async run(context, { args }) {
    const { home, name } = await snapshotOf(context, args)
    const { loadSnapshot } = await import('../../../testnet/snapshots.ts')
    const { clearStale } = await import('../../../testnet/leftovers.ts')
    const manifest = readTestnetManifest(home)
    if (manifest !== null && isSupervised(manifest)) throw alreadyRunning(home, manifest.supervisor.pid, manifest)
    // Nodes whose supervisor was killed may still be writing.
    await clearStale(home)
    const { snapshot, replaced } = await takeSnapshot(home, name, await loadSnapshot(home, name))
    if (context.shared.json)
      context.terminal.document({
        v: 1,
        home,
        ...snapshot,
        replaced: replaced === null ? null : { network: replaced.network, nodes: replaced.nodes.length },
      })
    else {
      if (replaced !== null)
        context.terminal.note(
          replaced.network === snapshot.network
            ? `replaces the state in which the network ${replaced.network} was here`
            : `replaces the network ${replaced.network} that was here`,
        )
      context.terminal.out(`loaded ${name}: ${snapshotText(snapshot)}\nstart it with \`hearsay testnet up --resume\``)
    }
    return 'done'
  },
})
