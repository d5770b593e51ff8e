import { defineCommand } from '../command.ts'
import { snapshotOf, takeSnapshot } from '../snapshots.ts'

export const command = defineCommand({
  details: 'The network itself stays.',
  args: [{ name: 'name', summary: 'name of the copy', completes: 'snapshots' }],
  options: {},
  examples: [['testnet snapshot remove before-upgrade', 'its data is gone']],
  without: ['api', 'token-file'],
  async run(context, { args }) {
    const { home, name } = await snapshotOf(context, args)
    const { removeSnapshot } = await import('../../../testnet/snapshots.ts')
    await takeSnapshot(home, name, await removeSnapshot(home, name))
    if (context.shared.json) context.terminal.document({ v: 1, home, name })
    else context.terminal.out(`removed ${name}`)
    return 'done'
  },
})
