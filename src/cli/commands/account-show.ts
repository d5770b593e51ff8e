import { toHex } from '../../lib/bytes.ts'
import type { AccountView } from '../../domain/views.ts'
import { publicKeyOf } from '../accounts.ts'
import { openApi } from '../api.ts'
import { defineCommand, flag, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { readText } from '../parse.ts'
import { fieldsText } from '../table-text.ts'
import { plain } from '../../lib/printable.ts'

/** From a node of an older version nothing is known. */
function parkedText({ nextNonce, ...more }: AccountView): string {
  const { parked = null } = more as Partial<Pick<AccountView, 'parked'>>
  if (parked === null) return 'unknown'
  return parked === 0 ? '0' : `${parked}: they wait for nonce ${nextNonce}, or for balance`
}

export const command = defineCommand({
  details:
    'Balance and nonce are those after the head. --proof checks that they stand in the ledger of that block; with --json it prints the proof ' +
    'and the signed header, which anybody can check with `verifyAccountProof` of the library.',
  args: [
    {
      name: 'who',
      summary:
        'an address, a public key in hex, a key of yours, or a published account of a dev-* network (alice, bob, …)',
      completes: 'accounts',
    },
  ],
  options: {
    proof: flag('--proof', 'check, and with --json print, the proof that the account stands in the ledger'),
    node: value('--node <node>', 'a node of the testnet', readText),
  },
  examples: [
    ['account show alice', 'on a development network'],
    ['account show alice --proof --json > alice.json', 'a proof for somebody who trusts no node'],
  ],
  async run(context, { args, options }) {
    const { shared, terminal } = context
    const api = openApi(context, findTarget(context, options.node))
    const { network } = await api.identity()
    const key = toHex(await publicKeyOf(context, args[0] ?? '', network, 'who'))
    const account = await api.account(key, { proof: options.proof })
    const shown = options.proof ? (await import('../account-proof-text.ts')).proofText(account) : null
    if (shared.json) {
      terminal.document(account)
      return 'done'
    }
    terminal.out(
      fieldsText([
        ['address', plain(account.address)],
        ['key', account.key],
        ['balance', account.balance],
        ['nonce', account.nonce],
        ['next nonce', account.nextNonce],
        ['pending', String(account.pending)],
        ['parked', parkedText(account)],
        ['as of', `block ${account.head.height}  ${account.head.hash}`],
        ...(shown === null ? [] : [['proof', shown] as const]),
      ]),
    )
    return 'done'
  },
})
