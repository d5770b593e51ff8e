/**
 * What it means that output can't be written. It depends on what the command is for:
 * - it serves (`node run`): output is best effort. A log whose reader went away is no reason to stop a node, and none
 *   to end it without order.
 * - it follows (`events --follow | head`): when its reader has had enough, that is its end, and a good one.
 * - it finishes (`tx send`): what it was told to do is done, whoever reads. A result that nobody wanted any more
 *   (EPIPE) changes nothing; one that is lost otherwise (a full disk, a terminal that is gone) makes the command fail,
 *   or a script would go on with half a file.
 * Progress on stderr is never a reason for anything.
 */
import type { Writable } from 'node:stream'

export type Manner = 'serves' | 'follows' | 'finishes'

/** How long a server waits at its end for whoever reads its last words, ms. */
const LAST_WORDS_MS = 500

export class OutputGuard {
  /** Until the command line is read, nothing is known: to finish is the safe one. */
  manner: Manner = 'finishes'
  readonly #stdout: Writable
  readonly #stderr: Writable
  #lost: NodeJS.ErrnoException | null = null

  /** @param onReaderGone called when the reader of a command that follows has had enough */
  constructor(stdout: Writable, stderr: Writable, onReaderGone: () => void) {
    this.#stdout = stdout
    this.#stderr = stderr
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (this.manner === 'serves') return
      if (this.manner === 'follows' && error.code === 'EPIPE') onReaderGone()
      this.#lost ??= error
    })
    stderr.on('error', () => undefined)
  }

  /** Waits until the result has left; null when it has, or when nobody wanted it, else what the system said. */
  async failure(): Promise<string | null> {
    if (this.manner === 'serves') {
      await Promise.race([Promise.all([flushed(this.#stdout), flushed(this.#stderr)]), pause(LAST_WORDS_MS)])
      return null
    }
    await flushed(this.#stdout)
    return this.#lost === null || this.#lost.code === 'EPIPE' ? null : (this.#lost.code ?? this.#lost.message)
  }
}

/** The last byte is with the reader, or will never be. */
async function flushed(stream: Writable): Promise<void> {
  if (stream.destroyed || stream.writableLength === 0) {
    // An error of the last write is told in the next turn.
    await new Promise((resolve) => setImmediate(resolve))
    return
  }
  await new Promise<void>((resolve) => {
    stream.write('', () => resolve())
  })
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}
