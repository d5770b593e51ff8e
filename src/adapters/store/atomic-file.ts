/**
 * Small files that are there whole or not at all, whatever ends the process or the machine: write beside, sync the
 * file, rename, sync the directory. Without the last step a power cut takes the rename back.
 */
import { randomBytes } from 'node:crypto'
import { link, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Replaces the file. Rejects with the system's error; the old content then stands.
 * @param options.mode permissions of the new file, 0600 unless given
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  options: { mode?: number } = {},
): Promise<void> {
  const beside = besideOf(path)
  try {
    await writeNewFile(beside, content, options.mode ?? 0o600)
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
  await syncDirectory(dirname(path))
}

/**
 * Creates a file that must not be there yet, whole or not at all: under its name there is never an empty or half one,
 * for no reader and after no power cut. Rejects with code EEXIST where anything has the name, be it a link to nowhere.
 */
export async function createFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const beside = besideOf(path)
  try {
    await writeNewFile(beside, content, 0o600)
    // Unlike rename, link takes no name away.
    await link(beside, path)
  } finally {
    await rm(beside, { force: true })
  }
  await syncDirectory(dirname(path))
}

/** A name of chance keeps two writers apart; it decides nothing, so it is no argument. */
function besideOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
}

async function writeNewFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    // The mode of `open` is cut by the umask.
    await file.chmod(mode)
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
