/**
 * A recording: what a network's nodes told, as lines of JSON. The first line says which network; the others come in the
 * order in which they were received, so a reader must not take their order for that of their times. A propagation
 * record is a line as it is.
 */
import { PROPAGATION_EVENTS, PROPAGATION_KINDS, type PropagationRecord } from '../domain/propagation.ts'
import { plain } from '../lib/printable.ts'

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
  /** The node was asked whether it has an object that it told nothing of. */
  | {
      readonly line: 'asked'
      readonly t_ns: string
      readonly node: string
      readonly id: string
      readonly known: boolean
    }
  /**
   * Until now the node has told all that it remembers: `older` transactions that it took are not in here, `untraced`
   * ones left no record.
   */
  | {
      readonly line: 'told'
      readonly t_ns: string
      readonly node: string
      readonly older: number
      readonly untraced: number
    }
  /** The node could not be asked, or not for all: what is missing of it nobody knows. */
  | { readonly line: 'unasked'; readonly t_ns: string; readonly node: string; readonly why: string }
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
/** Longest first line, characters: 1,000 nodes with their keys and dials are 200 KB. */
const HEAD_CHARACTERS_MAX = 1_048_576
/** Lines that are kept: a view of more would not fit into the memory of a process. They come to 600 MB of file. */
const LINES_MAX = 2_000_000
/** Nodes of a recording: what a testnet may have. */
const NODES_MAX = 1_000
/** Largest number of any kind: the end of time in JavaScript, ms. Sums of as many as there may be lines stay finite. */
const NUMBER_MAX = 8.64e15
/** Longest name, key or reason, characters. */
const TEXT_CHARACTERS_MAX = 256

export function isRecord(line: RecordingLine): line is PropagationRecord {
  return 'event' in line
}

export function recordsOf(recording: Recording): PropagationRecord[] {
  return recording.lines.filter((line) => isRecord(line))
}

/**
 * Reads NDJSON. Lines that are no lines of ours (a last one that a crash cut) are counted, not fatal; a wrong first
 * line is.
 */
export function parseRecording(text: string): RecordingRead {
  const reader = new RecordingReader()
  reader.push(text)
  return reader.end()
}

/** A recording that comes in pieces, which may be cut anywhere. What it keeps is bounded whatever the text. */
export class RecordingReader {
  #head: RecordingHead | null = null
  readonly #lines: Exclude<RecordingLine, RecordingHead>[] = []
  #unread = 0
  #rest = ''
  /** Whether the line that is being read is too long to be one of ours. */
  #isSkipping = false
  #failure: string | null = null

  /** False when nothing more needs to be read. */
  push(text: string): boolean {
    let from = 0
    for (let end = text.indexOf('\n'); end !== -1 && this.#failure === null; end = text.indexOf('\n', from)) {
      this.#take(this.#rest + text.slice(from, end))
      this.#rest = ''
      from = end + 1
    }
    this.#rest += text.slice(from)
    if (this.#rest.length > (this.#head === null ? HEAD_CHARACTERS_MAX : LINE_CHARACTERS_MAX)) {
      if (this.#head === null) this.#failure ??= NO_HEAD
      this.#rest = ''
      this.#isSkipping = true
    }
    return this.#failure === null
  }

  end(): RecordingRead {
    if (this.#failure === null && (this.#rest !== '' || this.#isSkipping)) this.#take(this.#rest)
    this.#rest = ''
    if (this.#failure !== null) return { ok: false, message: this.#failure }
    return this.#head === null
      ? { ok: false, message: NO_HEAD }
      : { ok: true, recording: { head: this.#head, lines: this.#lines }, unread: this.#unread }
  }

  #take(text: string): void {
    const isTooLong = this.#isSkipping
    this.#isSkipping = false
    if (this.#head === null) {
      const head = parseHead(text)
      if (head === null) this.#failure = NO_HEAD
      else this.#head = head
      return
    }
    if (text === '' && !isTooLong) return
    const line = isTooLong ? null : parseLine(text)
    if (line === null) this.#unread++
    else if (this.#lines.length >= LINES_MAX) this.#failure = `it has more than ${LINES_MAX} lines`
    else this.#lines.push(line)
  }
}

const NO_HEAD = 'its first line is not the head of a recording of version 1'

const KINDS: ReadonlySet<unknown> = new Set(PROPAGATION_KINDS)
const EVENTS: ReadonlySet<unknown> = new Set(PROPAGATION_EVENTS)
const DROP_REASONS: ReadonlySet<unknown> = new Set(['slow', 'restarted', 'full'])

/** One line after the first; null where it is not one. */
export function parseLine(text: string): Exclude<RecordingLine, RecordingHead> | null {
  const value = text.length > LINE_CHARACTERS_MAX ? null : objectIn(text)
  return value === null || !isLine(value) ? null : (value as unknown as Exclude<RecordingLine, RecordingHead>)
}

function parseHead(text: string): RecordingHead | null {
  const value = objectIn(text)
  if (value === null || value.v !== 1 || value.line !== 'network') return null
  const { network, networkId, seed, topology, degree, link, createdAt, version, clockErrorMs, nodes } = value
  const isWhole =
    [network, networkId, topology, link, version].every(isText) &&
    [seed, degree].every((each) => each === null || isNumber(each)) &&
    isNumber(createdAt) &&
    isCount(clockErrorMs) &&
    Array.isArray(nodes) &&
    nodes.length <= NODES_MAX &&
    nodes.every(isNode)
  return isWhole ? (value as unknown as RecordingHead) : null
}

function isNode(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { name, peerId, dials } = value as Record<string, unknown>
  return isText(name) && isText(peerId) && Array.isArray(dials) && dials.every(isText)
}

function isLine(value: Readonly<Record<string, unknown>>): boolean {
  const { t_ns, node, line } = value
  if (typeof t_ns !== 'string' || !/^\d{1,20}$/.test(t_ns) || typeof node !== 'string' || !isPlain(node)) return false
  if ('event' in value) return node !== '' && isPropagation(value)
  switch (line) {
    case 'mesh':
      return Array.isArray(value.peers) && value.peers.every(isText)
    case 'node':
      return isText(value.peerId) && isText(value.state)
    case 'head':
      return isCount(value.height) && typeof value.hash === 'string' && isPlain(value.hash)
    case 'asked':
      return isText(value.id) && typeof value.known === 'boolean'
    case 'told':
      return isCount(value.older) && isCount(value.untraced)
    case 'unasked':
      return isText(value.why)
    case 'dropped':
      return isCount(value.n) && DROP_REASONS.has(value.reason)
    default:
      return false
  }
}

function isPropagation(value: Readonly<Record<string, unknown>>): boolean {
  const { kind, id, event, from, bytes, reason, queueMs, checkMs } = value
  return (
    KINDS.has(kind) &&
    EVENTS.has(event) &&
    typeof id === 'string' &&
    isPlain(id) &&
    (from === null || isText(from)) &&
    isCount(bytes) &&
    (reason === null || isText(reason)) &&
    [queueMs, checkMs].every((each) => each === undefined || each === null || isCount(each))
  )
}

/** A text that stands for itself wherever it is shown. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && isPlain(value)
}

function isPlain(text: string): boolean {
  return text.length <= TEXT_CHARACTERS_MAX && plain(text) === text
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= NUMBER_MAX
}

function isCount(value: unknown): boolean {
  return isNumber(value) && value >= 0
}

/** Null where the text is no JSON object. */
function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
