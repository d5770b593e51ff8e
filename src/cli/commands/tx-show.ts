import { PARKED_FOR } from '../settlement.ts'
import { assertNever } from '../../lib/assert.ts'
import { fromHex } from '../../lib/bytes.ts'
import type { TransactionView } from '../../domain/views.ts'
import { openApi, type Api } from '../api.ts'
import { defineCommand, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { usageFailure } from '../failure.ts'
import { readIdPrefix, readText } from '../parse.ts'
import { fieldsText, sizeText } from '../table-text.ts'
import { plain } from '../../lib/printable.ts'

/** What is shown of a payload, characters. */
const PAYLOAD_SHOWN = 200

export const command = defineCommand({
  details: 'The id may be a prefix of at least 4 hex digits, as long as it is the only one.',
  args: [{ name: 'id', summary: 'id of the transaction, or the first digits of it' }],
  options: { node: value('--node <node>', 'a node of the testnet', readText) },
  examples: [['tx show 3f1a', 'the only transaction whose id begins with 3f1a']],
  async run(context, { args, options }) {
    const id = readIdPrefix(args[0] ?? '')
    if (!id.ok) throw usageFailure(`id: ${id.message}`)
    const api = openApi(context, findTarget(context, options.node))
    const transaction = await api.transaction(id.value)
    if (context.shared.json) context.terminal.document(transaction)
    else context.terminal.out(transactionText(transaction, await rivalOf(api, transaction)))
    return 'done'
  },
})

/** What took its place, as far as the node still knows it. */
async function rivalOf(api: Api, { replacedBy }: TransactionView): Promise<TransactionView | null> {
  if (replacedBy === null) return null
  try {
    return await api.transaction(replacedBy)
  } catch {
    return null
  }
}

function transactionText(transaction: TransactionView, rival: TransactionView | null): string {
  const { height, blockHash, replacedBy } = transaction
  return fieldsText([
    ['id', transaction.id],
    ['state', stateText(transaction, rival)],
    ...(height === null ? [] : [['block', `${height}  ${blockHash ?? ''}`] as const]),
    ...(replacedBy === null ? [] : [['replaced by', replacedBy] as const]),
    ['from', plain(transaction.sender)],
    ['to', plain(transaction.recipient)],
    ['amount', transaction.amount],
    ['fee', transaction.fee],
    ['nonce', transaction.nonce],
    ['created', new Date(transaction.createdAt).toISOString()],
    ['size', sizeText(transaction.sizeBytes)],
    ['payload', payloadText(transaction.payload)],
    ['hash', transaction.hash],
    ['local', transaction.local ? 'yes: it came from a user of this node' : 'no'],
  ])
}

/** What became of it, and what may become of it yet. */
function stateText({ state, height, fee, waitsFor }: TransactionView, rival: TransactionView | null): string {
  switch (state) {
    case 'pending':
      return 'pending: it waits for a block'
    case 'parked':
      return `parked: it ${PARKED_FOR[waitsFor ?? 'nonce']}`
    case 'in-block':
      return `in block ${height ?? 'unknown'}: not settled yet`
    case 'settled':
      return `settled in block ${height ?? 'unknown'}`
    case 'expired':
      return 'expired: no block took it in its time, and none will'
    case 'replaced':
      return `replaced: ${rivalText(fee, rival)}`
    case 'evicted':
      return 'evicted: the pool of this node was full; other nodes may have it'
    default:
      return assertNever(state)
  }
}

/** A pool takes one that pays more; a block takes the nonce whatever it pays. */
function rivalText(fee: string, rival: TransactionView | null): string {
  if (rival === null) return 'another transaction of the same nonce took its place'
  if (BigInt(rival.fee) > BigInt(fee))
    return `another transaction of the same nonce pays more (${rival.fee} instead of ${fee})`
  const place = rival.height === null ? 'a block' : `block ${rival.height}`
  return `${place} took another transaction of the same nonce`
}

/** As text where it is text, as hex where it isn't. */
function payloadText(hex: string): string {
  if (hex === '') return 'none'
  const bytes = fromHex(hex)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes ?? new Uint8Array())
    if (text === plain(text))
      return JSON.stringify(text.length > PAYLOAD_SHOWN ? `${text.slice(0, PAYLOAD_SHOWN)}…` : text)
  } catch {
    // Not text.
  }
  return hex.length > PAYLOAD_SHOWN ? `0x${hex.slice(0, PAYLOAD_SHOWN)}…` : `0x${hex}`
}
