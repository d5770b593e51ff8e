/**
 * Which folders to make so that one is there, whoever makes them. Programs leave that to `mkdir` with `recursive`; in
 * Node 24.21.0 that does not come back from every path, and a command that hangs says nothing. Here each folder is
 * tried twice at most.
 */
export interface FolderSystem {
  /** Makes one folder. Throws the system's error, whose code is ENOENT where the one above is missing. */
  readonly make: (path: string) => void
  readonly isFolder: (path: string) => boolean
  /** The folder that a path is in; of the topmost itself. */
  readonly above: (path: string) => string
}

/** Makes a folder and those above it that are missing; one that is there stays as it is. Throws the system's error. */
export function makeFolders(path: string, system: FolderSystem): void {
  const { make, isFolder, above } = system
  try {
    make(path)
  } catch (error) {
    if (isFolder(path)) return
    const parent = above(path)
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isMissing || parent === path || isFolder(parent)) throw error
    makeFolders(parent, system)
    makeOnce(path, system)
  }
}

/** Another process may have made it meanwhile. */
function makeOnce(path: string, { make, isFolder }: FolderSystem): void {
  try {
    make(path)
  } catch (error) {
    if (!isFolder(path)) throw error
  }
}
