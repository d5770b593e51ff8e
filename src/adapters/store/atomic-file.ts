/**
 * Small files that are there whole or not at all, whatever ends the process or the machine: write beside, sync the file, rename,
 * sync the directory. Without the last step a power cut takes the rename back.
 */
import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
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
  // A name of chance keeps two writers apart; it decides nothing, so it is no argument.
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    await writeNewFile(beside, content, options.mode ?? 0o600)
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
  await syncDirectory(dirname(path))
}

/** Creates a file that must not exist yet (error code EEXIST), synced. It does not follow a symbolic link. */
export async function writeNewFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
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
