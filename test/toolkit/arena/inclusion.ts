/** Where blocks are made: what became of what honest users were told is accepted. */
import type { BlockView } from '../../../src/domain/views.ts'
import type { Outcome } from '../../../src/client/outcome.ts'
import { until } from '../../../testnet/until.ts'
import type { Report } from '../report.ts'
import type { NodeUnderTest } from '../processes/node-under-test.ts'

/** Until it is in a block everywhere, ms: two rounds of seven slots, and as much again. */
const INCLUDED_MS_MAX = 60_000

/** Every accepted transaction ends in exactly one block, of the same chain on all nodes. */
export async function allIncluded(
  report: Report,
  nodes: readonly NodeUnderTest[],
  accepted: readonly string[],
): Promise<void> {
  let chains: (readonly string[])[] = []
  const isAll = async (): Promise<boolean> => {
    chains = await Promise.all(nodes.map(transactionsOf))
    return chains.every((ids) => new Set(ids).isSupersetOf(new Set(accepted)))
  }
  await until(isAll, { timeoutMs: INCLUDED_MS_MAX, everyMs: 1_000 })
  const lost = accepted.filter((id) => chains.some((ids) => !ids.includes(id)))
  report.exactly('lost', lost.length, 0)
  report.exactly('includedTwice', Math.max(...chains.map((ids) => ids.length - new Set(ids).size)), 0)
}

/** Of the chain of a node, the lowest block first. */
async function transactionsOf({ client }: NodeUnderTest): Promise<readonly string[]> {
  const ids: string[] = []
  const status = await client.status()
  for (let height = 1; status.ok && height <= status.value.head.height; height++) {
    const block = await whenItMay(() => client.block(String(height)))
    if (block.ok) ids.push(...block.value.transactions)
  }
  return ids
}

/** A long chain is more questions than one may ask at once: where the node says so, it is asked again. */
async function whenItMay(ask: () => Promise<Outcome<BlockView>>): Promise<Outcome<BlockView>> {
  let outcome = await ask()
  const isAnswered = async (): Promise<boolean> => {
    if (outcome.ok || outcome.kind !== 'problem' || outcome.status !== 429) return true
    outcome = await ask()
    return false
  }
  await until(isAnswered, { timeoutMs: 10_000, everyMs: 250 })
  return outcome
}
