/**
 * Files that are written into a home. What lies there under their names may be a link to somewhere else that came with
 * the folder, and is replaced or refused, never followed.
 */
import { randomBytes } from 'node:crypto'
import { constants, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolders } from '../lib/make-folders.ts'
import { judgeFolder, realHome, type Distrust } from './trusted-file.ts'

/** Makes a folder and those above it that are missing, for their owner alone. Throws the system's error. */
export function makeFolder(path: string): void {
  makeFolders(path, {
    make: (each) => {
      mkdirSync(each, { mode: 0o700 })
    },
    isFolder: (each) => statSync(each, { throwIfNoEntry: false })?.isDirectory() === true,
    above: dirname,
  })
}

/**
 * Makes the folder of a home, or judges the one that is there. Throws the system's error where it can't be made.
 * @returns its path without symbolic links, or why it is not believed
 */
export function ownHome(path: string): OwnHome {
  makeFolder(path)
  const home = realHome(path)
  const distrust = judgeFolder(home)
  return distrust === null ? { ok: true, home } : { ok: false, distrust }
}

/** The same with a folder below it, which is judged where it is there: nobody named that one. */
export function ownHomeWith(path: string, below: string): OwnHome {
  const own = ownHome(path)
  const distrust = own.ok ? judgeFolder(join(own.home, below)) : null
  return distrust === null || distrust.kind === 'missing' ? own : { ok: false, distrust }
}

export type OwnHome = { readonly ok: true; readonly home: string } | { readonly ok: false; readonly distrust: Distrust }

/**
 * Writes a file whole or not at all, for its owner alone; what had its name goes. Throws the system's error. Not
 * synced: these files describe processes, which a power cut ends too.
 */
export function replaceFile(path: string, text: string): void {
  makeFolder(dirname(path))
  // A name of chance: nothing can lie in wait for it. It decides nothing, so it is no argument.
  const beside = `${path}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(beside, text, { mode: 0o600, flag: 'wx' })
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

/** Removes a file of ours, unless somebody else's is there by now. */
export function removeIfStill(path: string, text: string): void {
  try {
    if (readFileSync(path, 'utf8') === text) rmSync(path, { force: true })
  } catch {
    // It is gone, or can't be read any more: then it is not ours.
  }
}

/** Opens a log to append to, for its owner alone. Throws the system's error, also where a link has its name. */
export function openLog(path: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT } = constants
  return openSync(path, O_WRONLY | O_APPEND | O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o600)
}
