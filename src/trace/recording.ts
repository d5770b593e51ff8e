/**
 * A recording: what a network's nodes told, as lines of JSON. The first line says which network; the others come in the order in which they
 * were received, so a reader must not take their order for that of their times. A propagation record is a line as it is.
 */
import type { PropagationRecord } from '../domain/propagation.ts'

export interface RecordedNode {
  readonly name: string
  readonly peerId: string
  /** Names of the nodes that it dials. */
  readonly dials: readonly string[]
}

export interface RecordingHead {
  readonly v: 1
  readonly line: 'network'
  readonly network: string
  readonly networkId: string
  readonly seed: number | null
  readonly topology: string
  readonly degree: number | null
  /** Shape of the links as the supervisor names it: `direct`, `0`, `40ms±20ms`. */
  readonly link: string
  readonly createdAt: number
  readonly version: string
  /** How far the nodes' clocks may be apart, ms; 0 where one machine's clock stamps all. */
  readonly clockErrorMs: number
  readonly nodes: readonly RecordedNode[]
}

export type RecordingLine =
  | RecordingHead
  | PropagationRecord
  /** Mesh peers (names) of a node on the transactions topic, as asked at this time. */
  | { readonly line: 'mesh'; readonly t_ns: string; readonly node: string; readonly peers: readonly string[] }
  /** A node came, or its process's state is another one now. */
  | {
      readonly line: 'node'
      readonly t_ns: string
      readonly node: string
      readonly peerId: string
      readonly state: string
    }
  | {
      readonly line: 'head'
      readonly t_ns: string
      readonly node: string
      readonly height: number
      readonly hash: string
    }
  /** Records that are missing: `slow`, the reader was; `restarted`, the node was. */
  | {
      readonly line: 'dropped'
      readonly t_ns: string
      readonly node: string
      readonly n: number
      readonly reason: 'slow' | 'restarted' | 'full'
    }

export interface Recording {
  readonly head: RecordingHead
  readonly lines: readonly Exclude<RecordingLine, RecordingHead>[]
}

export type RecordingRead =
  | { readonly ok: true; readonly recording: Recording; readonly unread: number }
  | { readonly ok: false; readonly message: string }

/** Longest line that is read, characters: a record has about 300. */
const LINE_CHARACTERS_MAX = 65_536

export function isRecord(line: RecordingLine): line is PropagationRecord {
  return 'event' in line
}

export function recordsOf(recording: Recording): PropagationRecord[] {
  return recording.lines.filter((line) => isRecord(line))
}

/** Reads NDJSON. Lines that are no lines of ours (a last one that a crash cut) are counted, not fatal; a wrong first line is. */
export function parseRecording(text: string): RecordingRead {
  const [first = '', ...rest] = text.split('\n')
  const head = parseLine(first)
  if (head === null || !('line' in head) || head.line !== 'network' || head.v !== 1)
    return { ok: false, message: 'its first line is not the head of a recording of version 1' }
  const lines: Exclude<RecordingLine, RecordingHead>[] = []
  let unread = 0
  for (const each of rest) {
    if (each === '') continue
    const line = parseLine(each)
    if (line === null || ('line' in line && line.line === 'network')) unread++
    else lines.push(line)
  }
  return { ok: true, recording: { head, lines }, unread }
}

const EVENTS: ReadonlySet<string> = new Set([
  'PUBLISH',
  'DELIVER',
  'DUPLICATE',
  'REJECT',
  'IGNORE',
  'FORWARD',
  'RECOVERED',
  'GRAFT',
  'PRUNE',
])
const LINES: ReadonlySet<string> = new Set(['network', 'mesh', 'node', 'head', 'dropped'])

/** One line; null where it is not one. */
export function parseLine(text: string): RecordingLine | null {
  if (text.length > LINE_CHARACTERS_MAX) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { t_ns, node, event, id, line, from } = value as Record<string, unknown>
  const timed = typeof t_ns === 'string' && /^\d{1,20}$/.test(t_ns) && typeof node === 'string'
  if (typeof event === 'string')
    return timed && EVENTS.has(event) && typeof id === 'string' && (from === null || typeof from === 'string')
      ? (value as PropagationRecord)
      : null
  if (line === 'network') return Array.isArray((value as { nodes?: unknown }).nodes) ? (value as RecordingHead) : null
  return timed && typeof line === 'string' && LINES.has(line) ? (value as RecordingLine) : null
}
