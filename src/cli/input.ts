/** Bytes that a user hands in: a file or stdin, at most so many. */
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Context } from './context.ts'
import { Failure, systemCode, usageFailure } from './failure.ts'

/** Read at once, bytes. */
const PIECE_BYTES = 65_536

/** All of stdin. Fails when it has more than `bytesMax`. */
export async function readStdin(context: Context, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of context.stdin as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > bytesMax) throw usageFailure(`stdin has more than ${bytesMax} bytes`)
    chunks.push(chunk)
    if (context.stop.aborted) break
  }
  return Buffer.concat(chunks)
}

/** All of a file; `-` is stdin. Fails when it has more than `bytesMax`. `name` is what the error calls it. */
export async function readInput(context: Context, path: string, bytesMax: number, name: string): Promise<Uint8Array> {
  return path === '-'
    ? readStdin(context, bytesMax)
    : readNamed(context.cwd, path, { bytesMax, name, hint: 'check the path; - stands for stdin' })
}

/**
 * All of a file that the user named, whoever owns it: the name is the user's word. Fails when it has more than
 * `bytesMax`, since a device would never end. `hint` is what to do where it is missing.
 */
export async function readNamed(
  cwd: string,
  path: string,
  { bytesMax, name, hint }: { readonly bytesMax: number; readonly name: string; readonly hint: string },
): Promise<Uint8Array> {
  try {
    const file = await open(resolve(cwd, path), 'r')
    try {
      const chunks: Uint8Array[] = []
      let size = 0
      for (;;) {
        // One byte more than may be, so that a longer file shows.
        const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(PIECE_BYTES, bytesMax + 1 - size)))
        size += bytesRead
        if (size > bytesMax) throw usageFailure(`${name}: ${path} has more than ${bytesMax} bytes`)
        if (bytesRead === 0) return Buffer.concat(chunks)
        chunks.push(buffer.subarray(0, bytesRead))
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = systemCode(error)
    if (error instanceof Failure || code === undefined) throw error
    throw usageFailure(`${name}: ${path} can't be read (${code})`, code === 'ENOENT' ? hint : '')
  }
}
