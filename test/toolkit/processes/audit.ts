/** What holds on every node at any time: the books of gossip add up, and no structure holds more than it may. */
import { until } from '../../../testnet/until.ts'
import type { Report } from '../report.ts'
import { auditBooks, parseMetrics } from './metrics-text.ts'
import type { NodeUnderTest } from './node-under-test.ts'

/** How long a node may take until nothing waits, ms: where blocks go on, a moment of rest is what is looked for. */
const SETTLED_MS_MAX = 10_000

/**
 * Reports what does not hold.
 * @returns how many messages are settled nowhere; null where the node is too busy to give its metrics
 */
export async function auditNode(report: Report, node: NodeUnderTest): Promise<number | null> {
  let books: ReturnType<typeof auditBooks> | null = null
  const isSettled = async (): Promise<boolean> => {
    const outcome = await node.client.metrics()
    books = outcome.ok ? auditBooks(parseMetrics(outcome.value)) : null
    return books?.waiting === 0
  }
  await until(isSettled, { timeoutMs: SETTLED_MS_MAX, everyMs: 150 })
  // TypeScript does not see that the function above has been called.
  const found = books as ReturnType<typeof auditBooks> | null
  if (found === null) {
    report.require(false, `${node.name} gives no metrics`)
    return null
  }
  for (const fault of found.faults) report.require(false, `${node.name}: ${fault}`)
  const limits = await node.client.limits()
  if (limits.ok)
    for (const { name, size, capacity } of limits.value.structures)
      report.require(size <= capacity, `${node.name}: ${name} holds ${size} of ${capacity}`)
  return found.waiting
}
