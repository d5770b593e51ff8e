import { toHex } from '../../lib/bytes.ts'
import { publicKeyOf } from '../accounts.ts'
import { openApi } from '../api.ts'
import { defineCommand, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { readText } from '../parse.ts'
import { fieldsText, plain } from '../table-text.ts'

export const command = defineCommand({
  args: [
    {
      name: 'who',
      summary:
        'an address, a public key in hex, a key of yours, or a published account of a dev-* network (alice, bob, …)',
    },
  ],
  options: { node: value('--node <name>', 'a node of the testnet', readText) },
  examples: [['account show alice', 'on a development network']],
  async run(context, { args, options }) {
    const api = openApi(context, findTarget(context, options.node))
    const { network } = await api.identity()
    const account = await api.account(toHex(await publicKeyOf(context, args[0] ?? '', network, 'who')))
    if (context.shared.json) {
      context.terminal.document(account)
      return 'done'
    }
    context.terminal.out(
      fieldsText([
        ['address', plain(account.address)],
        ['key', account.key],
        ['balance', account.balance],
        ['nonce', account.nonce],
        ['next nonce', account.nextNonce],
        ['pending', String(account.pending)],
      ]),
    )
    return 'done'
  },
})
