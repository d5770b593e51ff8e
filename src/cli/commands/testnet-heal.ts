import { defineCommand } from '../command.ts'
import { steer } from '../testnet-control.ts'

export const command = defineCommand({
  args: [],
  options: {},
  examples: [['testnet heal', 'every link passes again']],
  without: ['api', 'token-file'],
  async run(context) {
    const healed = await steer(context, 'heal', {})
    if (context.shared.json) context.terminal.document({ v: 1, ...healed })
    else context.terminal.out(healed.healedLinks === 0 ? 'no link was cut' : `healed ${healed.healedLinks} links`)
    return 'done'
  },
})
