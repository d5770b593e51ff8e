/**
 * Copies of a network at a moment, in `snapshots` of its home: the data of every node with its key and chain, the
 * genesis, and what `up --resume` needs. A copy holds no more than a crash leaves behind, and nodes come back from that
 * (ARCHITECTURE.md D7): so a network that runs is stopped where it is (SIGSTOP), copied, and goes on. Written under
 * another name first: what has a snapshot's name is whole.
 */
import { constants, type Stats } from 'node:fs'
import { copyFile, cp, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { basename, join } from 'node:path'
import { assertNever } from '../src/lib/assert.ts'
import { makeFolder } from '../src/home/own-file.ts'
import { RESUME_FILE } from '../src/home/testnet-home.ts'
import { judgeFolder, type Distrust } from '../src/home/trusted-file.ts'
import type { Snapshot } from './control.ts'
import { SNAPSHOTS_MAX } from './limits.ts'
import { readSaved, writeSaved, type SavedNetwork } from './resume-file.ts'

const FOLDER = 'snapshots'
/**
 * Of a run, not of a network: who has a database open, its lock, the token of the last start, and what it wrote for
 * people.
 */
const LEFT_OUT: ReadonlySet<string> = new Set(['OWNER', 'LOCK', '.cookie', 'node.log'])
const NETWORK_FILE = 'network.json'

export type SnapshotOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** The home has no network to copy. */
  | { readonly kind: 'no-network' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'unknown'; readonly names: readonly string[] }
  | { readonly kind: 'too-many' }
  | { readonly kind: 'distrusted'; readonly distrust: Distrust }

/** Whether a text may be the name of a snapshot: that of a folder on every system, and no option. */
export function isSnapshotName(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,63}$/.test(text)
}

/**
 * Copies the network of a home, of which no process may be writing. Rejects with the system's error, and leaves nothing
 * then.
 * @param home without symbolic links
 */
export async function saveSnapshot(home: string, name: string): Promise<SnapshotOutcome<Snapshot>> {
  const read = readSaved(home)
  if (read.kind === 'distrusted') return read
  if (read.kind === 'none') return { kind: 'no-network' }
  const folder = join(home, FOLDER)
  makeFolder(folder)
  const distrust = judgeFolder(folder)
  if (distrust !== null) return { kind: 'distrusted', distrust }
  const names = await namesIn(home)
  if (names.includes(name)) return { kind: 'exists' }
  if (names.length >= SNAPSHOTS_MAX) return { kind: 'too-many' }
  const beside = besideOf(home, name)
  try {
    await mkdir(beside, { mode: 0o700 })
    await copyNetwork(home, beside)
    writeSaved(beside, read.saved)
    await rename(beside, join(folder, name))
  } catch (error) {
    await rm(beside, { recursive: true, force: true })
    throw error
  }
  return { kind: 'done', value: await describe(home, name, read.saved) }
}

/**
 * Puts a snapshot in the place of the home's network, which must not run. The snapshot stays as it is. Rejects with the
 * system's error.
 * @returns the snapshot, and which network it replaced
 */
export async function loadSnapshot(
  home: string,
  name: string,
): Promise<SnapshotOutcome<{ readonly snapshot: Snapshot; readonly replaced: SavedNetwork | null }>> {
  const names = await namesIn(home)
  if (!names.includes(name)) return { kind: 'unknown', names }
  const read = readSaved(home, join(FOLDER, name))
  if (read.kind === 'distrusted') return read
  if (read.kind === 'none') return { kind: 'unknown', names: names.filter((each) => each !== name) }
  const before = readSaved(home)
  const beside = besideOf(home, name)
  try {
    await mkdir(beside, { mode: 0o700 })
    await copyNetwork(join(home, FOLDER, name), beside)
    // First what the old nodes belong to goes: a home that is left between the two has no network, and never one of two
    // halves.
    await rm(join(home, RESUME_FILE), { force: true })
    const aside = join(beside, 'before')
    const hadNodes = await moved(join(home, 'nodes'), aside)
    try {
      await rename(join(beside, 'nodes'), join(home, 'nodes'))
    } catch (error) {
      if (hadNodes) await rename(aside, join(home, 'nodes'))
      if (before.kind === 'found') writeSaved(home, before.saved)
      throw error
    }
    await rename(join(beside, NETWORK_FILE), join(home, NETWORK_FILE))
    writeSaved(home, read.saved)
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
  const snapshot = await describe(home, name, read.saved)
  return { kind: 'done', value: { snapshot, replaced: before.kind === 'found' ? before.saved : null } }
}

/** False: there was nothing to move. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** The snapshots of a home, oldest first; those that can't be believed are left out. */
export async function listSnapshots(home: string): Promise<readonly Snapshot[]> {
  const snapshots: Snapshot[] = []
  for (const name of await namesIn(home)) {
    const read = readSaved(home, join(FOLDER, name))
    if (read.kind === 'found') snapshots.push(await describe(home, name, read.saved))
  }
  return snapshots.sort((a, b) => a.savedAt - b.savedAt)
}

export async function removeSnapshot(home: string, name: string): Promise<SnapshotOutcome<{ readonly name: string }>> {
  const names = await namesIn(home)
  if (!names.includes(name)) return { kind: 'unknown', names }
  const beside = besideOf(home, name)
  await rename(join(home, FOLDER, name), beside)
  await rm(beside, { recursive: true, force: true })
  return { kind: 'done', value: { name } }
}

/** What is wrong, and what to do, where nothing was done. */
export function snapshotRefusal(
  name: string,
  outcome: Exclude<SnapshotOutcome<never>, { kind: 'done' | 'distrusted' }>,
): { readonly message: string; readonly hint: string } {
  switch (outcome.kind) {
    case 'no-network':
      return { message: 'this home has no network to copy', hint: 'start one with `hearsay testnet up`' }
    case 'exists':
      return {
        message: `there is a snapshot "${name}" already`,
        hint: `choose another name, or \`hearsay testnet snapshot remove ${name}\` first`,
      }
    case 'unknown':
      return {
        message: `there is no snapshot "${name}"`,
        hint:
          outcome.names.length === 0
            ? '`hearsay testnet snapshot save NAME` makes one'
            : `there are: ${outcome.names.join(', ')}`,
      }
    case 'too-many':
      return {
        message: `there are ${SNAPSHOTS_MAX} snapshots already`,
        hint: '`hearsay testnet snapshot remove NAME` makes room',
      }
    default:
      return assertNever(outcome)
  }
}

async function namesIn(home: string): Promise<readonly string[]> {
  const folder = join(home, FOLDER)
  if (judgeFolder(folder) !== null) return []
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory() && isSnapshotName(entry.name)).map(({ name }) => name)
}

/** A name of chance with a dot before it, which no snapshot has: also where a copy was broken off. */
function besideOf(home: string, name: string): string {
  return join(home, FOLDER, `.${name}.${randomBytes(6).toString('hex')}`)
}

async function copyNetwork(from: string, to: string): Promise<void> {
  await copyFile(join(from, NETWORK_FILE), join(to, NETWORK_FILE), constants.COPYFILE_FICLONE)
  await cp(join(from, 'nodes'), join(to, 'nodes'), {
    recursive: true,
    // Shares blocks where the file system can.
    mode: constants.COPYFILE_FICLONE,
    // What leads elsewhere is no node's data.
    filter: async (source) => {
      if (LEFT_OUT.has(basename(source))) return false
      const found = await lstat(source).catch(() => null)
      return found !== null && (found.isDirectory() || found.isFile())
    },
  })
}

async function describe(home: string, name: string, saved: SavedNetwork): Promise<Snapshot> {
  const folder = join(home, FOLDER, name)
  const { network, createdAt, nodes } = saved
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => lstat(join(entry.parentPath, entry.name)).then(({ size }: Stats) => size)),
  )
  const { mtimeMs } = await lstat(join(folder, RESUME_FILE))
  return {
    name,
    network,
    nodes: nodes.length,
    createdAt,
    savedAt: Math.round(mtimeMs),
    sizeBytes: sizes.reduce((sum, size) => sum + size, 0),
  }
}
