/** The store of a node: LevelDB in a directory of its own, which is open once at a time (directory-owner). */
import { dirname } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { assertNever } from '../../lib/assert.ts'
import { syncDirectory } from './atomic-file.ts'
import { claimDirectory, type Claim } from './directory-owner.ts'
import { LevelStore } from './level-store.ts'
import { CACHE_BYTES } from './limits.ts'
import { makeDirectory } from './make-directory.ts'

export type StoreFault = 'locked' | 'unwritable' | 'corrupt' | 'newer-format' | 'failed'

export type DiskStoreOpening =
  | { readonly ok: true; readonly store: LevelStore }
  | { readonly ok: false; readonly kind: StoreFault; readonly message: string; readonly hint: string }

/** Layout of keys and values. A database with a higher number was written by a newer program and is not touched. */
const FORMAT = 1
const FORMAT_KEY = 'format'

/**
 * Opens or creates the database. Never rejects; the message names the directory.
 * @param directory of the database alone; made with mode 0700 where it is missing
 */
export async function openDiskStore(directory: string): Promise<DiskStoreOpening> {
  try {
    makeDirectory(directory)
    const owned = await claimDirectory(directory)
    return owned.ok ? await openClaimed(directory, owned.claim) : fault('locked', directory, owned.holder)
  } catch (error) {
    return describe(error, directory)
  }
}

/** Opens the database for the one who may; never rejects, and gives the claim back where it fails. */
async function openClaimed(directory: string, claim: Claim): Promise<DiskStoreOpening> {
  const level = new ClassicLevel<string, Uint8Array>(directory, {
    keyEncoding: 'utf8',
    valueEncoding: 'view',
    cacheSize: CACHE_BYTES,
    // Signatures and hashes do not compress.
    compression: false,
  })
  try {
    await level.open()
    const found = await readFormat(level)
    if (found > FORMAT) {
      await level.close()
      await claim.release()
      return fault('newer-format', directory, `it has format ${found} and this program knows ${FORMAT}`)
    }
    if (found === 0) {
      // The first synced write: until then a power cut may leave a database that does not open.
      await level.put(FORMAT_KEY, Buffer.from(String(FORMAT)), { sync: true })
      await syncDirectory(dirname(directory))
    }
    await claim.confirm()
  } catch (error) {
    await level.close().catch(() => undefined)
    const opening = describe(error, directory)
    await claim.release({ restore: !opening.ok && opening.kind === 'locked' })
    return opening
  }
  return { ok: true, store: new LevelStore(level, { copiesValues: true, onClosed: () => claim.release() }) }
}

/** 0 for a new database; one that nobody can read counts as newer. */
async function readFormat(level: ClassicLevel<string, Uint8Array>): Promise<number> {
  const bytes = await level.get(FORMAT_KEY)
  if (bytes === undefined) return 0
  const text = Buffer.from(bytes).toString('latin1')
  return /^[1-9][0-9]{0,5}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY
}

function describe(error: unknown, directory: string): DiskStoreOpening {
  const { code, text } = rootCause(error)
  if (code === 'LEVEL_LOCKED') return fault('locked', directory, 'another process has it open')
  if (code === 'LEVEL_CORRUPTION') return fault('corrupt', directory, text)
  if (/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ENOSPC|EDQUOT|ENAMETOOLONG)$/.test(code))
    return fault('unwritable', directory, text)
  if (/permission denied|read-only file system|no space left|not a directory/i.test(text))
    return fault('unwritable', directory, text)
  return fault('failed', directory, text)
}

/** abstract-level wraps what happened in "Database failed to open". */
function rootCause(error: unknown): { code: string; text: string } {
  let at: unknown = error
  while (at instanceof Error && at.cause instanceof Error) at = at.cause
  if (!(at instanceof Error)) return { code: '', text: 'it failed without a reason' }
  return { code: 'code' in at && typeof at.code === 'string' ? at.code : '', text: at.message }
}

function fault(kind: StoreFault, directory: string, why: string): DiskStoreOpening {
  return { ok: false, kind, message: `the database ${directory} cannot be opened: ${why}`, hint: hintFor(kind) }
}

function hintFor(kind: StoreFault): string {
  switch (kind) {
    case 'locked':
      return 'stop the other node, or give this one its own --data-dir'
    case 'unwritable':
      return 'check owner, mode and free space of the directory, or choose another --data-dir'
    case 'corrupt':
      return 'move the directory away and start again: the node fetches from its peers what they still have'
    case 'newer-format':
      return 'run the newer program, or choose another --data-dir'
    case 'failed':
      return 'look at the directory and at the log of the system'
    default:
      return assertNever(kind)
  }
}
