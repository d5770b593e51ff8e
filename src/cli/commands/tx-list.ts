import type { TransactionView } from '../../domain/views.ts'
import { toHex } from '../../lib/bytes.ts'
import { accountTransactions } from '../account-transactions.ts'
import { publicKeyOf } from '../accounts.ts'
import { openApi } from '../api.ts'
import { defineCommand, required, value, valueOr } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { readCount, readHeightAbove, readText } from '../parse.ts'
import { shortId, tableText } from '../table-text.ts'

export const command = defineCommand({
  details:
    'What the account sent and got, the newest first: what waits in the node, then what is in blocks. Nodes keep no list of it, so the last blocks are looked through, and the last line says how far.',
  args: [],
  options: {
    account: required('--account <who>', 'an address, a key of yours, or alice, bob, … on a dev-* network', readText),
    limit: valueOr('--limit <count>', 'how many; the last block is shown whole', readCount(1, 10_000), '20'),
    depth: valueOr(
      '--depth <count>',
      'how many transactions of anybody are looked at',
      readCount(1, 1_000_000),
      '2000',
    ),
    before: value('--before <height>', 'only blocks below this height', readHeightAbove),
    node: value('--node <node>', 'a node of the testnet', readText),
  },
  examples: [['tx list --account alice', 'the last transactions of alice']],
  async run(context, { options }) {
    const { shared, terminal } = context
    const api = openApi(context, findTarget(context, options.node))
    const { network } = await api.identity()
    const key = toHex(await publicKeyOf(context, options.account, network, '--account'))
    const { address } = await api.account(key)
    const { limit, depth, before } = options
    const { transactions, looked, lowest, isWhole } = await accountTransactions(api, key, { limit, depth, before })
    if (shared.json) {
      terminal.document({
        v: 1,
        address,
        transactions: transactions.map(({ v: _, ...rest }) => rest),
        looked,
        lowest,
        isWhole,
      })
      return 'done'
    }
    if (transactions.length > 0) terminal.out(listText(transactions, key))
    const among = `${transactions.length === 0 ? 'none' : transactions.length} of ${looked} transactions looked at`
    terminal.note(
      isWhole
        ? `${among}: that is all`
        : lowest === null
          ? `${among}, none of them in a block; a larger --limit or --depth looks further`
          : `${among}, down to block ${lowest}; --before ${lowest} looks further`,
    )
    return 'done'
  },
})

function listText(transactions: readonly TransactionView[], key: string): string {
  return tableText(
    [
      { title: 'CREATED' },
      { title: 'AMOUNT', align: 'right' },
      { title: 'FEE', align: 'right' },
      { title: 'NONCE', align: 'right' },
      { title: 'WITH' },
      { title: 'STATE' },
      { title: 'ID' },
    ],
    transactions.map((tx) => {
      const isSender = tx.sender === key
      return [
        new Date(tx.createdAt).toISOString().replace('T', ' ').replace('Z', ''),
        `${isSender ? '-' : '+'}${tx.amount}`,
        isSender ? tx.fee : '',
        isSender ? tx.nonce : '',
        `${isSender ? 'to' : 'from'} ${shortId(isSender ? tx.recipient : tx.sender)}`,
        tx.height === null ? tx.state : `${tx.state} ${tx.height}`,
        tx.id,
      ]
    }),
  )
}
