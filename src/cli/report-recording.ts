/** Recordings for views: from a file, or from what the nodes of a running network still remember. */
import { open } from 'node:fs/promises'
import { gatherMemory } from '../client/gather.ts'
import { lineOf } from '../trace/event-lines.ts'
import { RecordingReader, type Recording, type RecordingLine, type RecordingRead } from '../trace/recording.ts'
import type { Manifest } from '../home/manifest.ts'
import type { Context } from './context.ts'
import { Failure, systemCode, usageFailure } from './failure.ts'
import { VERSION } from './version.ts'

/** Largest file that is read, bytes: what a testnet writes at most (testnet/limits.ts). */
const FILE_BYTES_MAX = 1024 * 1024 * 1024
/** Read at once, bytes. */
const PIECE_BYTES = 1024 * 1024

/** Reads a recording. Lines that a crash cut are told and left out. */
export async function readRecording(context: Context, path: string): Promise<Recording> {
  const read = await readPieces(path).catch((error: unknown) => {
    const code = systemCode(error)
    if (code === undefined) throw error
    throw new Failure(
      code === 'ENOENT' ? 'not-found' : 'usage',
      'no-recording',
      `${path} can't be read (${code})`,
      '`hearsay testnet up --record FILE` writes one',
    )
  })
  if (!read.ok)
    throw usageFailure(`${path} is no recording: ${read.message}`, '`hearsay testnet up --record FILE` writes one')
  if (read.unread > 0) context.terminal.note(`${read.unread} lines of ${path} could not be read and are left out`)
  return read.recording
}

/** Piece by piece: a text of the whole file could be larger than texts may be. */
async function readPieces(path: string): Promise<RecordingRead> {
  const reader = new RecordingReader()
  const decoder = new TextDecoder()
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(PIECE_BYTES)
    for (let size = 0; ;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, null)
      size += bytesRead
      if (size > FILE_BYTES_MAX) return { ok: false, message: `it has more than ${FILE_BYTES_MAX} bytes` }
      if (bytesRead === 0) break
      if (!reader.push(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }))) break
    }
  } finally {
    await file.close()
  }
  reader.push(decoder.decode())
  return reader.end()
}

/** What happened in a running testnet: its recording, or what the nodes remember (their last 8,192 events). */
export async function recordingOf(context: Context, manifest: Manifest): Promise<Recording> {
  if (manifest.recording !== undefined) return readRecording(context, manifest.recording)
  if (manifest.recordingFailed !== undefined)
    context.terminal.note(`the recording ended early (${manifest.recordingFailed}): this is what the nodes remember`)
  const { network, networkId, seed, topology, degree, link, createdAt, nodes } = manifest
  const memories = await gatherMemory(nodes)
  const lines: Exclude<RecordingLine, { readonly line: 'network' }>[] = []
  const nowNs = (BigInt(Date.now()) * 1_000_000n).toString()
  for (const { name, trouble, items } of memories) {
    if (trouble !== null) context.terminal.note(`${name} could not be asked: ${trouble}`)
    for (const item of items) {
      if (item.kind === 'dropped') {
        lines.push({ line: 'dropped', t_ns: nowNs, node: name, n: item.n, reason: item.reason })
        continue
      }
      if (item.kind !== 'event') continue
      const line = lineOf(name, item.event, nowNs)
      if (line !== null && !('line' in line && line.line === 'network')) lines.push(line)
    }
  }
  const recorded = nodes.map(({ name, peerId, dials }) => ({ name, peerId, dials }))
  return {
    head: {
      v: 1,
      line: 'network',
      ...{ network, networkId, seed, topology, degree, link, createdAt },
      version: VERSION,
      clockErrorMs: 0,
      nodes: recorded,
    },
    lines,
  }
}
