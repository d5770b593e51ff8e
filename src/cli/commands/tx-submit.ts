import { TRANSACTION_BYTES_MAX, TRANSACTION_BYTES_MIN } from '../../domain/codec/transaction-codec.ts'
import { openApi } from '../api.ts'
import { defineCommand, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { usageFailure } from '../failure.ts'
import { readInput } from '../input.ts'
import { readText } from '../parse.ts'

export const command = defineCommand({
  args: [{ name: 'file', summary: 'file that `tx sign` wrote; - is stdin' }],
  options: { node: value('--node <node>', 'the node of the testnet that gets it', readText) },
  examples: [
    ['tx submit tx.bin', 'a signed transaction from a file'],
    ['tx submit -', 'from stdin'],
  ],
  async run(context, { args, options }) {
    const { shared, terminal } = context
    const file = args[0] ?? '-'
    const bytes = await readInput(context, file, TRANSACTION_BYTES_MAX, 'file')
    if (bytes.byteLength < TRANSACTION_BYTES_MIN) {
      throw usageFailure(
        `file: ${file} has ${bytes.byteLength} bytes, and a signed transaction has at least ${TRANSACTION_BYTES_MIN}`,
        'give the file that `hearsay tx sign` wrote',
      )
    }
    const submitted = await openApi(context, findTarget(context, options.node)).submit(bytes)
    if (shared.json) terminal.document(submitted)
    else terminal.out(submitted.id)
    terminal.note(submitted.status === 'known' ? `already known (${submitted.state})` : `accepted (${submitted.state})`)
    return 'done'
  },
})
