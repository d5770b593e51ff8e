/** Lines of a log file that is still being written. */
import { closeSync, readSync } from 'node:fs'
import { openTrusted } from '../home/trusted-file.ts'
import { distrustFailure } from './discovery.ts'
import { Failure } from './failure.ts'
import { waitFor } from './waiting.ts'

/** Read at the end of a log, bytes: the last 100 lines are far less. */
const TAIL_BYTES_MAX = 8 * 1024 * 1024
/** Read at once while following, bytes. */
const PIECE_BYTES = 65_536
/** Longest line without an end that is kept while following, characters. */
const LINE_CHARACTERS_MAX = 1024 * 1024
/** How often a followed file is looked at, ms: for a person it is at once. */
const LOOK_EVERY_MS = 200

/** A log in a home, which is judged each time it is opened (trusted-file.ts). */
export interface HomeLog {
  readonly home: string
  readonly path: string
}

/** The last `count` whole lines, and where the file ended. */
export function lastLines(
  log: HomeLog,
  count: number,
): { readonly lines: readonly string[]; readonly endBytes: number } {
  const opened = openTrusted(log.home, log.path, { secret: false })
  if (!opened.ok) {
    if (opened.distrust.kind !== 'missing') throw distrustFailure(opened.distrust)
    throw new Failure('not-found', 'no-log', opened.distrust.message, 'the node may not have written anything yet')
  }
  const { descriptor, sizeBytes: size } = opened.value
  try {
    const from = Math.max(0, size - TAIL_BYTES_MAX)
    const text = new TextDecoder().decode(readRange(descriptor, from, size))
    const whole = text.slice(from === 0 ? 0 : text.indexOf('\n') + 1, text.lastIndexOf('\n') + 1)
    const lines = whole === '' ? [] : whole.slice(0, -1).split('\n')
    return {
      lines: count === 0 ? [] : lines.slice(-count),
      endBytes: size - Buffer.byteLength(text.slice(text.lastIndexOf('\n') + 1)),
    }
  } finally {
    closeSync(descriptor)
  }
}

/**
 * New lines from `fromBytes` on, until `stop`. A file that became shorter was begun anew; one that can't be read has
 * nothing new.
 */
export async function* followLines(
  log: HomeLog,
  fromBytes: number,
  stop: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  let at = fromBytes
  let rest = ''
  const decoder = new TextDecoder()
  while (!stop.aborted) {
    const opened = openTrusted(log.home, log.path, { secret: false })
    let bytes: Uint8Array | null = null
    if (opened.ok) {
      const { descriptor, sizeBytes: size } = opened.value
      if (size < at) [at, rest] = [0, '']
      if (size > at) bytes = readRange(descriptor, at, Math.min(size, at + PIECE_BYTES))
      closeSync(descriptor)
    }
    if (bytes !== null && bytes.byteLength > 0) {
      at += bytes.byteLength
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
      // A line without an end is let go in pieces.
      rest = (lines.pop() ?? '').slice(-LINE_CHARACTERS_MAX)
      yield* lines
    } else if (!(await waitFor(LOOK_EVERY_MS, stop))) return
  }
}

function readRange(descriptor: number, from: number, to: number): Uint8Array {
  const buffer = Buffer.alloc(to - from)
  return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.byteLength, from))
}
