/** A journey as the JSON document of `tx trace`, `replay --trace` and the report. */
import type { TracedAnswer } from './trace-network.ts'
import type { Journey } from '../trace/journey.ts'

/** `{v, id, nodes: [{name, from, firstSeenMs, copies, …}], …}`; `from` is null at the origin. */
export function traceDocument(journey: Journey, answers: readonly TracedAnswer[], clockErrorMs: number): object {
  const answerOf = new Map(answers.map((answer) => [answer.name, answer]))
  return {
    v: 1,
    id: journey.id,
    kind: journey.kind,
    bytes: journey.bytes,
    startNs: journey.startNs?.toString() ?? null,
    clockErrorMs,
    copies: journey.copies,
    nodes: journey.nodes.map((node) => ({
      ...node,
      known: node.firstSeenMs !== null || answerOf.get(node.name)?.hasIt === true,
      trouble: answerOf.get(node.name)?.trouble ?? null,
      over: answerOf.get(node.name)?.over ?? [],
      clock: answerOf.get(node.name)?.clock ?? null,
    })),
    duplicates: journey.duplicates,
  }
}
