import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/**
 * Every file that belongs to the project, as paths from its root. Walks the disk and not git's index, so that a rule
 * also holds for a file that is about to be committed, and for a copy of the project without its history.
 */
export function projectFiles(): string[] {
  const ignored = ['.git', ...ignoredNames()]
  const files: string[] = []
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (ignored.some((name) => (name.startsWith('*') ? entry.name.endsWith(name.slice(1)) : entry.name === name)))
        continue
      const path = join(folder, entry.name)
      if (entry.isDirectory()) walk(path)
      else if (entry.isFile()) files.push(relative(root, path))
    }
  }
  walk(root)
  return files.sort()
}

/** .gitignore is kept to plain names and `*.ending`, which is all that is understood here. */
function ignoredNames(): string[] {
  return read('.gitignore')
    .split('\n')
    .map((line) => line.trim().replace(/\/$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
}

export interface Finding {
  readonly path: string
  readonly line: number
  readonly text: string
}

/** Where a pattern occurs, for a message that leads to the place. */
export function occurrences(paths: readonly string[], pattern: RegExp): Finding[] {
  const everywhere = new RegExp(pattern.source, [...new Set(`${pattern.flags}g`)].join(''))
  return paths.flatMap((path) => {
    const text = read(path)
    return [...text.matchAll(everywhere)].map((match) => ({
      path,
      line: text.slice(0, match.index).split('\n').length,
      text: match[0],
    }))
  })
}
