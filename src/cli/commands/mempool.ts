import { openApi } from '../api.ts'
import { defineCommand, value, valueOr } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { readCount, readText } from '../parse.ts'
import { durationText, sizeText, tableText } from '../table-text.ts'
import { plain } from '../../lib/printable.ts'

/** Most rows that the API gives. */
const ROWS_MAX = 10_000

export const command = defineCommand({
  args: [],
  options: {
    limit: valueOr('--limit <count>', 'how many transactions to list', readCount(0, ROWS_MAX), '20'),
    node: value('--node <node>', 'a node of the testnet', readText),
  },
  examples: [
    ['mempool', 'counts, and the first 20'],
    ['mempool --limit 0 --json', 'the counts alone, for a program'],
  ],
  async run(context, { options }) {
    const { shared, terminal } = context
    const api = openApi(context, findTarget(context, options.node))
    const pool = await api.mempool(options.limit)
    if (shared.json) {
      terminal.document(pool)
      return 'done'
    }
    terminal.out(
      `${pool.count} pending (of ${pool.limits.count}), ${pool.parked} parked, ${sizeText(pool.bytes)} (of ${sizeText(pool.limits.bytes)})`,
    )
    terminal.out(`fingerprint ${pool.fingerprint}`)
    if (pool.transactions.length === 0) return 'done'
    const rows = pool.transactions.map((transaction) => [
      transaction.id,
      transaction.state,
      transaction.nonce,
      transaction.fee,
      sizeText(transaction.sizeBytes),
      durationText(Math.max(0, Date.now() - transaction.createdAt)),
      transaction.local ? 'own' : '',
      plain(transaction.sender),
    ])
    terminal.out('')
    terminal.out(
      tableText(
        [
          { title: 'ID' },
          { title: 'STATE' },
          { title: 'NONCE', align: 'right' },
          { title: 'FEE', align: 'right' },
          { title: 'SIZE', align: 'right' },
          { title: 'AGE', align: 'right' },
          { title: 'LOCAL' },
          { title: 'SENDER' },
        ],
        rows,
      ),
    )
    const left = pool.count + pool.parked - rows.length
    if (left > 0) terminal.note(`${left} more: --limit shows them`)
    return 'done'
  },
})
