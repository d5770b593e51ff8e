/** Blocks as people read them. */
import type { BlockListView, BlockView, EvidenceView } from '../domain/views.ts'
import { fieldsText, shortId, sizeText, tableText } from './table-text.ts'
import { plain } from '../lib/printable.ts'

/** Ids of a block that are listed; --json has all. */
const TRANSACTIONS_LISTED = 20

export function blockText(block: BlockView): string {
  const { transactions } = block
  const more = transactions.length - TRANSACTIONS_LISTED
  const fields = fieldsText([
    ['block', `${block.height}  ${block.hash}`],
    ['stands', standingText(block)],
    ['slot', `${block.slot}  ${timeText(block.slotTime)}`],
    ['parent', block.parent],
    ['proposer', plain(block.proposer)],
    ['size', sizeText(block.sizeBytes)],
    ['ledger', block.ledgerRoot],
    ['first seen', firstSeenText(block)],
    ['holds', block.txCount === 1 ? '1 transaction' : `${block.txCount} transactions`],
  ])
  const ids = transactions.slice(0, TRANSACTIONS_LISTED).map((id) => `  ${id}`)
  return [fields, ...ids, ...(more > 0 ? [`  and ${more} more: --json lists all`] : [])].join('\n')
}

export function blockListText({ head, settled, blocks }: BlockListView): string {
  const table = tableText(
    [
      { title: 'HEIGHT', align: 'right' },
      { title: 'SLOT', align: 'right' },
      { title: 'TIME' },
      { title: 'TXS', align: 'right' },
      { title: 'SIZE', align: 'right' },
      { title: 'STATE' },
      { title: 'PROPOSER' },
      { title: 'HASH' },
    ],
    blocks.map((block) => [
      String(block.height),
      String(block.slot),
      timeText(block.slotTime),
      String(block.txCount),
      sizeText(block.sizeBytes),
      block.settled ? 'settled' : 'open',
      shortId(plain(block.proposer)),
      shortId(block.hash),
    ]),
  )
  const first = `head ${head.height}, settled ${settled.height}`
  return blocks.length === 0
    ? `${first}\nno blocks yet: the first comes with the first transaction`
    : `${first}\n\n${table}`
}

/** Titles of the lines of `block list --follow`. */
export const BLOCK_LINE_TITLES = lineText(['HEIGHT', 'SLOT', 'TIME', 'TXS', 'SIZE', 'PROPOSER', 'HASH'])

/** A block on a line of its own, in columns that hold for all of them. */
export function blockLineText(block: BlockListView['blocks'][number]): string {
  return lineText([
    String(block.height),
    String(block.slot),
    timeText(block.slotTime),
    String(block.txCount),
    sizeText(block.sizeBytes),
    shortId(plain(block.proposer)),
    shortId(block.hash),
  ])
}

function lineText([
  height = '',
  slot = '',
  time = '',
  txs = '',
  size = '',
  proposer = '',
  hash = '',
]: readonly string[]): string {
  return `${height.padStart(8)}  ${slot.padStart(8)}  ${time.padEnd(23)}  ${txs.padStart(5)}  ${size.padStart(9)}  ${proposer.padEnd(13)}  ${hash}`
}

/** One paragraph a pair of headers; the headers themselves are in --json, for whoever wants to check them. */
export function evidenceText({ evidence }: EvidenceView): string {
  if (evidence.length === 0) return 'none: no proposer has been seen to sign two blocks for one slot'
  return evidence
    .map(({ slot, proposer, hashes }) =>
      [`slot ${slot}: ${plain(proposer)} signed ${hashes.length} blocks`, ...hashes.map((hash) => `  ${hash}`)].join(
        '\n',
      ),
    )
    .join('\n')
}

function standingText({ branch, reason, settled }: BlockView): string {
  switch (branch) {
    case 'best':
      return settled ? 'on the best chain, settled' : 'on the best chain, not settled yet'
    case 'side':
      return 'on a branch beside the best chain'
    case 'invalid':
      return `nowhere: it breaks a rule (${plain(reason ?? 'unknown')})`
  }
}

function firstSeenText({ firstSeenNs, from, slotTime }: BlockView): string {
  if (firstSeenNs === null) return 'not remembered'
  const ms = Number(BigInt(firstSeenNs) / 1_000_000n)
  const late = ms - slotTime
  const when = late >= 0 ? `${late} ms into its slot` : `${-late} ms before its slot`
  return `${timeText(ms)}, ${when}, ${from === null ? 'made here' : `from ${plain(from)}`}`
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
}
