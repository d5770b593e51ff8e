/**
 * Events of a node's stream as lines of a recording. Pure: what the supervisor, a gathering command and the page all do
 * with them.
 */
import type { PropagationRecord } from '../domain/propagation.ts'
import type { ApiEvent } from '../domain/views.ts'
import type { RecordingLine } from './recording.ts'

/**
 * The line that an event makes; null for those that no view shows.
 * @param nowNs for events that carry no time of their own
 */
export function lineOf(node: string, event: ApiEvent, nowNs: string): RecordingLine | null {
  const data = event.data as Record<string, unknown> | null
  switch (event.topic) {
    case 'propagation':
      return { ...(event.data as PropagationRecord), node }
    case 'mesh':
      return meshLine(node, event.event, data ?? {}, nowNs)
    case 'blocks': {
      const { height, hash, t_ns } = data ?? {}
      return (event.event === 'head' || event.event === 'reorg') && typeof height === 'number'
        ? { line: 'head', t_ns: textOr(t_ns, nowNs), node, height, hash: textOr(hash, '') }
        : null
    }
    case 'transactions':
    case 'peers':
    case 'network':
    case 'node':
      return null
  }
}

function meshLine(node: string, event: string, data: Record<string, unknown>, nowNs: string): RecordingLine | null {
  const { topic, peerId, t_ns } = data
  if ((event !== 'graft' && event !== 'prune') || topic !== 'transactions' || typeof peerId !== 'string') return null
  return {
    t_ns: textOr(t_ns, nowNs),
    node,
    kind: 'mesh',
    id: '',
    event: event === 'graft' ? 'GRAFT' : 'PRUNE',
    from: peerId,
    bytes: 0,
    reason: null,
  }
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}
