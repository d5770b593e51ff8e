import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** The last lines of a file that fit into `bytesMax`, whole lines only; empty where it can't be read. */
export function logTail(path: string, bytesMax: number): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return ''
  }
  try {
    const size = fstatSync(file).size
    const length = Math.min(size, bytesMax)
    const buffer = Buffer.alloc(length)
    const read = readSync(file, buffer, 0, length, size - length)
    const text = buffer.toString('utf8', 0, read)
    return (length < size ? text.slice(text.indexOf('\n') + 1) : text).trimEnd()
  } finally {
    closeSync(file)
  }
}
