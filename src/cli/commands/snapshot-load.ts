import { isSupervised } from '../../home/testnet-home.ts'
import { defineCommand } from '../command.ts'
import { readTestnetManifest } from '../discovery.ts'
import { Failure } from '../failure.ts'
import { snapshotOf, snapshotText, takeSnapshot, withHomeAlone } from '../snapshots.ts'

export const command = defineCommand({
  details:
    'Puts the copy in the place of the network of this home, which must be down, and says what it replaces. The copy stays. `testnet up --resume` then starts it.',
  args: [{ name: 'name', summary: 'name of the copy', completes: 'snapshots' }],
  options: {},
  examples: [['testnet snapshot load before-upgrade', 'then `testnet up --resume`']],
  without: ['api', 'token-file'],
  async run(context, { args }) {
    const { home, name } = await snapshotOf(context, args)
    const { listSnapshots, loadSnapshot } = await import('../../../testnet/snapshots.ts')
    const { clearStale } = await import('../../../testnet/leftovers.ts')
    // Before anybody stops a network for it.
    const names = (await listSnapshots(home)).map((snapshot) => snapshot.name)
    if (!names.includes(name)) await takeSnapshot(home, name, { kind: 'unknown', names })
    const manifest = readTestnetManifest(home)
    if (manifest !== null && isSupervised(manifest))
      throw new Failure(
        'usage',
        'already-running',
        `the network ${manifest.network} runs here (process ${manifest.supervisor.pid}, ${home}), and the copy would take its place`,
        'stop it first: `hearsay testnet down`; to keep what it is now, `hearsay testnet snapshot save NAME`',
      )
    const { snapshot, replaced } = await withHomeAlone(home, async () => {
      // Nodes whose supervisor was killed may still be writing.
      await clearStale(home)
      return takeSnapshot(home, name, await loadSnapshot(home, name))
    })
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
