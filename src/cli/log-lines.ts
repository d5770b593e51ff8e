/** Lines of a log file that is still being written. */
import { open, stat } from 'node:fs/promises'
import { Failure, systemCode } from './failure.ts'
import { waitFor } from './waiting.ts'

/** Read at the end of a log, bytes: the last 100 lines are far less. */
const TAIL_BYTES_MAX = 8 * 1024 * 1024
/** Read at once while following, bytes. */
const PIECE_BYTES = 65_536
/** How often a followed file is looked at, ms: for a person it is at once. */
const LOOK_EVERY_MS = 200

/** The last `count` whole lines, and where the file ended. */
export async function lastLines(
  path: string,
  count: number,
): Promise<{ readonly lines: readonly string[]; readonly endBytes: number }> {
  try {
    const { size } = await stat(path)
    const from = Math.max(0, size - TAIL_BYTES_MAX)
    const text = await readRange(path, from, size)
    const whole = text.slice(from === 0 ? 0 : text.indexOf('\n') + 1, text.lastIndexOf('\n') + 1)
    const lines = whole === '' ? [] : whole.slice(0, -1).split('\n')
    return {
      lines: count === 0 ? [] : lines.slice(-count),
      endBytes: size - Buffer.byteLength(text.slice(text.lastIndexOf('\n') + 1)),
    }
  } catch (error) {
    throw new Failure(
      'not-found',
      'no-log',
      `${path} can't be read (${systemCode(error) ?? 'unknown reason'})`,
      'the node may not have written anything yet',
    )
  }
}

/** New lines from `fromBytes` on, until `stop`. A file that became shorter was begun anew. */
export async function* followLines(
  path: string,
  fromBytes: number,
  stop: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  let at = fromBytes
  let rest = ''
  const decoder = new TextDecoder()
  while (!stop.aborted) {
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    )
    if (size < at) [at, rest] = [0, '']
    if (size > at) {
      const bytes = await readBytes(path, at, Math.min(size, at + PIECE_BYTES))
      at += bytes.byteLength
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    } else if (!(await waitFor(LOOK_EVERY_MS, stop))) return
  }
}

async function readRange(path: string, from: number, to: number): Promise<string> {
  return new TextDecoder().decode(await readBytes(path, from, to))
}

async function readBytes(path: string, from: number, to: number): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(to - from)
    const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, from)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
