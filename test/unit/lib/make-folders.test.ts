import { dirname } from 'node:path/posix'
import { describe, expect, it } from 'vitest'
import { makeFolders } from '../../../src/lib/make-folders.ts'

/** A file system of folders and of paths on which it says something. */
function system(folders: readonly string[], says: Readonly<Record<string, string>> = {}) {
  const there = new Set(folders)
  const tried: string[] = []
  const fail = (code: string): never => {
    throw Object.assign(new Error(code), { code })
  }
  return {
    there,
    tried,
    make: (path: string) => {
      tried.push(path)
      const code = says[path]
      if (code !== undefined) fail(code)
      if (there.has(path)) fail('EEXIST')
      if (!there.has(dirname(path))) fail('ENOENT')
      there.add(path)
    },
    isFolder: (path: string) => there.has(path),
    above: dirname,
  }
}

describe('folders that are missing', () => {
  it('are made from the top down, each once', () => {
    const disk = system(['/', '/a'])
    makeFolders('/a/b/c/d', disk)
    expect([...disk.there].sort()).toEqual(['/', '/a', '/a/b', '/a/b/c', '/a/b/c/d'])
  })

  it('are not made where they are there', () => {
    const disk = system(['/', '/a'])
    makeFolders('/a', disk)
    makeFolders('/', disk)
    expect(disk.tried).toEqual(['/a', '/'])
  })

  it.each([
    ['a file stands there', { '/a/b': 'EEXIST' }, 'EEXIST'],
    ['a file is in the way', { '/a/b': 'ENOTDIR', '/a/b/c': 'ENOTDIR' }, 'ENOTDIR'],
    ['the system says no', { '/a/b': 'EACCES' }, 'EACCES'],
  ])('where %s it is said', (_, says, code) => {
    const disk = system(['/', '/a'], says)
    expect(() => {
      makeFolders('/a/b', disk)
    }).toThrow(code)
    expect(() => {
      makeFolders('/a/b/c', disk)
    }).toThrow(code)
  })

  it("are given up where a folder takes none, in the system's words", () => {
    const disk = system(['/', '/odd'], { '/odd/a': 'ENOENT' })
    expect(() => {
      makeFolders('/odd/a/b/c', disk)
    }).toThrow('ENOENT')
    expect(disk.tried).toEqual(['/odd/a/b/c', '/odd/a/b', '/odd/a'])
  })

  it('may be made by another one at the same time', () => {
    const disk = system(['/'])
    const make = (path: string): void => {
      if (path === '/a/b' && disk.there.has('/a')) disk.there.add('/a/b')
      disk.make(path)
    }
    makeFolders('/a/b', { ...disk, make })
    expect(disk.there.has('/a/b')).toBe(true)
  })
})
