/**
 * Waits until a transaction is settled, by asking the nodes: a settled block is seconds away, and a restarted node
 * answers as well as another.
 */
import { connect } from '../client/connect.ts'
import { isUp, type WatchedAddress, type WatchOptions } from './coverage-watch.ts'
import { settlementOf, type SettlementFigures, type Standing } from './settlement.ts'
import { waitFor } from './waiting.ts'

/** How often each node is asked, ms: a tenth of a slot of 2 s. */
const ASK_EVERY_MS = 200
/** How long one node may take to answer, ms: a paused one never does. */
const ANSWER_MS_MAX = 2_000

export type SettlementEnd = 'settled' | 'lost' | 'late' | 'stopped'

export interface Settlement {
  readonly end: SettlementEnd
  readonly figures: SettlementFigures
}

/**
 * Asks until it is settled on `share` of the nodes, cannot be any more, or the time is over; calls back with the
 * figures on the way.
 */
export async function watchSettlement(
  { id, nodes, stateOf, stop }: WatchOptions,
  { share, timeoutMs }: { readonly share: number; readonly timeoutMs: number },
  onChange: (figures: SettlementFigures) => void,
): Promise<Settlement> {
  const clients = nodes.map((node) => ({ node, client: connect(node.apiUrl, { timeoutMs: ANSWER_MS_MAX }) }))
  const deadline = performance.now() + timeoutMs
  const known = new Map<string, Standing>()
  const standingOf = (node: WatchedAddress): Standing => {
    const state = stateOf(node.name)
    const standing = known.get(node.name) ?? { name: node.name, trouble: null, transaction: null }
    return isUp(state) ? standing : { ...standing, trouble: state }
  }
  try {
    for (;;) {
      const left = clients.filter(({ node }) => known.get(node.name)?.transaction?.state !== 'settled')
      await Promise.all(
        left.map(async ({ node, client }) => {
          const answer = await client.transaction(id)
          const isSilent = !answer.ok && answer.kind === 'unreachable'
          known.set(node.name, {
            name: node.name,
            trouble: isSilent ? 'unreachable' : null,
            transaction: answer.ok ? answer.value : null,
          })
        }),
      )
      const figures = settlementOf(nodes.map(standingOf))
      onChange(figures)
      if (figures.settled >= Math.ceil(share * figures.nodes - 1e-9)) return { end: 'settled', figures }
      if (figures.state === 'lost') return { end: 'lost', figures }
      if (performance.now() >= deadline) return { end: 'late', figures }
      if (!(await waitFor(ASK_EVERY_MS, stop))) return { end: 'stopped', figures }
    }
  } finally {
    for (const { client } of clients) client.close()
  }
}
