import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolders } from '../../lib/make-folders.ts'

/** Makes a directory and those above it that are missing, with mode 0700. Throws the system's error. */
export function makeDirectory(path: string): void {
  makeFolders(path, {
    make: (each) => {
      mkdirSync(each, { mode: 0o700 })
    },
    isFolder: (each) => statSync(each, { throwIfNoEntry: false })?.isDirectory() === true,
    above: dirname,
  })
}
