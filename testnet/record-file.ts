/** A recording on disk, NDJSON: appended as the lines come, bounded in memory and in length. */
import { createWriteStream, type WriteStream } from 'node:fs'
import type { RecordingHead, RecordingLine } from '../src/trace/recording.ts'
import { RECORD_FILE_BYTES_MAX, RECORD_WAITING_BYTES_MAX } from './limits.ts'

export class RecordFile {
  readonly #stream: WriteStream
  #bytes = 0
  #dropped = 0
  #failure: string | null = null

  /** Begins the file anew. A disk that fails ends the recording and nothing else. */
  constructor(path: string, head: RecordingHead, onFailure: (reason: string) => void) {
    this.#stream = createWriteStream(path, { flags: 'w', mode: 0o600 })
    this.#stream.on('error', (error) => {
      this.#failure ??= error.message
      onFailure(error.message)
    })
    this.write(head)
  }

  write(line: RecordingLine): void {
    if (this.#failure !== null) return
    const text = `${JSON.stringify(line)}\n`
    const isFull = this.#bytes + text.length > RECORD_FILE_BYTES_MAX
    if (isFull || this.#stream.writableLength > RECORD_WAITING_BYTES_MAX) {
      this.#dropped++
      return
    }
    if (this.#dropped > 0) this.#noteDropped()
    this.#bytes += text.length
    this.#stream.write(text)
  }

  /** Resolves when everything is on its way to the disk. */
  close(): Promise<void> {
    if (this.#failure !== null) return Promise.resolve()
    if (this.#dropped > 0) this.#noteDropped()
    return new Promise((resolve) => {
      this.#stream.once('error', () => resolve())
      this.#stream.end(() => resolve())
    })
  }

  #noteDropped(): void {
    const t_ns = (BigInt(Date.now()) * 1_000_000n).toString()
    const line: RecordingLine = { line: 'dropped', t_ns, node: '', n: this.#dropped, reason: 'full' }
    this.#dropped = 0
    this.#stream.write(`${JSON.stringify(line)}\n`)
  }
}
