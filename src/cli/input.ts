/** Bytes that a user hands in: a file or stdin, at most so many. */
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Context } from './context.ts'
import { Failure, systemCode, usageFailure } from './failure.ts'

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
  if (path === '-') return readStdin(context, bytesMax)
  try {
    const file = await open(resolve(context.cwd, path), 'r')
    try {
      // One byte more than may be, so that a longer file shows; a device would never end.
      const buffer = Buffer.alloc(bytesMax + 1)
      let size = 0
      for (;;) {
        const { bytesRead } = await file.read(buffer, size, buffer.byteLength - size, null)
        size += bytesRead
        if (bytesRead === 0 || size === buffer.byteLength) break
      }
      if (size > bytesMax) throw usageFailure(`${name}: ${path} has more than ${bytesMax} bytes`)
      return buffer.subarray(0, size)
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = systemCode(error)
    if (error instanceof Failure || code === undefined) throw error
    throw usageFailure(
      `${name}: ${path} can't be read (${code})`,
      code === 'ENOENT' ? 'check the path; - stands for stdin' : '',
    )
  }
}
