/**
 * Where a transaction stands on all nodes of a network, from what each says of it. Pure: answers in, figures out. Every
 * node counts, also one that is down: whoever waits for 100 % must hear of it.
 */
import type { ParkedFor, TransactionState, TransactionView } from '../domain/views.ts'
import { assertNever } from '../lib/assert.ts'
import type { Laggard } from './coverage.ts'

export interface Standing {
  readonly name: string
  /** Why the node can't be asked (killed, paused, unreachable, …); null where it can. */
  readonly trouble: string | null
  /** Null where it does not know the transaction, or has not been asked. */
  readonly transaction: Pick<TransactionView, 'state' | 'height' | 'blockHash' | 'replacedBy' | 'waitsFor'> | null
}

/** What parked ones wait for, in words. */
export const PARKED_FOR: Readonly<Record<ParkedFor, string>> = {
  nonce: "waits for the sender's missing nonces",
  balance: "waits for balance: its sender can't pay for it now",
  room: 'waits for room among the pending ones of its sender',
}

/**
 * Ends without a block, the most telling one first: nodes that were not there when it was replaced say that it expired.
 */
const LOST = ['replaced', 'expired'] as const satisfies readonly TransactionState[]
export type LostAs = (typeof LOST)[number]

export interface SettlementFigures {
  /** `lost`: every node that can be asked says that no block will take it any more. */
  readonly state: 'pending' | 'in-block' | 'settled' | 'lost'
  readonly nodes: number
  /** Nodes that have it in a block of their best chain, settled or not. */
  readonly inBlock: number
  readonly settled: number
  /** The block that most nodes have it in; null while none has. */
  readonly height: number | null
  readonly blockHash: string | null
  readonly replacedBy: string | null
  /** How it ended where it is lost; null where it isn't. */
  readonly lostAs: LostAs | null
  /** Nodes on which it is not settled in that block, and how it stands there. */
  readonly laggards: readonly Laggard[]
}

export function settlementOf(standings: readonly Standing[]): SettlementFigures {
  const blockHash = commonBlock(standings)
  const isSettled = ({ transaction }: Standing): boolean =>
    transaction?.state === 'settled' && transaction.blockHash === blockHash
  const settled = standings.filter(isSettled).length
  const inBlock = standings.filter(({ transaction }) => isInBlock(transaction?.state)).length
  const asked = standings.filter(({ trouble }) => trouble === null)
  const ends = asked.map(({ transaction }) => LOST.find((end) => end === transaction?.state))
  const lostAs = ends.length > 0 && !ends.includes(undefined) ? (LOST.find((end) => ends.includes(end)) ?? null) : null
  return {
    state: lostAs !== null ? 'lost' : settled > 0 ? 'settled' : inBlock > 0 ? 'in-block' : 'pending',
    nodes: standings.length,
    inBlock,
    settled,
    height: standings.find(({ transaction }) => transaction?.blockHash === blockHash)?.transaction?.height ?? null,
    blockHash,
    lostAs,
    replacedBy: standings.flatMap(({ transaction }) => transaction?.replacedBy ?? [])[0] ?? null,
    laggards: standings
      .filter((standing) => !isSettled(standing))
      .map((standing) => ({ name: standing.name, reason: reasonOf(standing, blockHash) })),
  }
}

/** The hash of the block that most nodes name; null where none names one. */
function commonBlock(standings: readonly Standing[]): string | null {
  const votes = new Map<string, number>()
  for (const { transaction } of standings) {
    if (transaction === null || transaction.blockHash === null || !isInBlock(transaction.state)) continue
    votes.set(transaction.blockHash, (votes.get(transaction.blockHash) ?? 0) + 1)
  }
  return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null
}

function isInBlock(state: TransactionState | undefined): boolean {
  return state === 'in-block' || state === 'settled'
}

function reasonOf({ trouble, transaction }: Standing, blockHash: string | null): string {
  if (trouble !== null) return trouble
  if (transaction === null) return 'not seen'
  const { state, height, replacedBy } = transaction
  switch (state) {
    case 'in-block':
    case 'settled': {
      const where = transaction.blockHash === blockHash ? '' : ' another'
      return `${state === 'settled' ? 'settled in' : 'in'}${where} block ${height ?? 'unknown'}`
    }
    case 'pending':
      return 'waits for a block'
    case 'parked':
      return PARKED_FOR[transaction.waitsFor ?? 'nonce']
    case 'expired':
      return 'expired'
    case 'replaced':
      return replacedBy === null ? 'replaced' : `replaced by ${replacedBy.slice(0, 12)}`
    case 'evicted':
      return 'evicted from its pool'
    default:
      return assertNever(state)
  }
}

/** `in block 12 on 9/10 nodes, settled on 3/10` */
export function settlementLine(figures: SettlementFigures): string {
  const { state, nodes, inBlock, settled, height } = figures
  const on = (count: number): string => `${count}/${nodes} ${nodes === 1 ? 'node' : 'nodes'}`
  switch (state) {
    case 'pending':
      return `waits for a block on ${on(nodes)}`
    case 'in-block':
      return `in block ${height ?? 'unknown'} on ${on(inBlock)}, settled on none`
    case 'settled':
      return `settled in block ${height ?? 'unknown'} on ${on(settled)}`
    case 'lost':
      return lostText(figures)
    default:
      return assertNever(state)
  }
}

function lostText({ lostAs, replacedBy }: SettlementFigures): string {
  switch (lostAs) {
    case 'replaced':
      return replacedBy === null ? 'replaced by another one of its nonce' : `replaced by ${replacedBy}`
    case 'expired':
    case null:
      return 'expired: no block will take it'
    default:
      return assertNever(lostAs)
  }
}
