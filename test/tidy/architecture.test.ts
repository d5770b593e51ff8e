/**
 * ARCHITECTURE.md names what is there: a reader who looks for a file of the kernel finds what it is for, and nothing
 * that is gone.
 */
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFiles, read } from './project-files.ts'

const [, section = ''] = /^### The kernel[^\n]*\n([\s\S]*?)^(?:##|A file `x)/m.exec(read('ARCHITECTURE.md')) ?? []
const files = projectFiles().filter((path) => path.startsWith('src/kernel/'))
const names = new Set(files.map((path) => basename(path, '.ts')))
/** Words in code marks that stand for a file or a folder: `wing/file` stands for both. */
const named = new Set([...section.matchAll(/`([a-z][a-z/-]*)`/g)].flatMap(([, word = '']) => word.split('/')))
const folders = new Set(files.flatMap((path) => path.split('/').slice(0, -1)))

describe('the kernel in ARCHITECTURE.md', () => {
  it('names each of its files', () => {
    expect(names.size).toBeGreaterThan(40)
    expect([...names].filter((name) => !named.has(name))).toEqual([])
  })

  it('names none that is gone', () => {
    const elsewhere = new Set(['scripts', 'linting', 'used-wings'])
    expect([...named].filter((name) => !names.has(name) && !folders.has(name) && !elsewhere.has(name))).toEqual([])
  })
})

describe('the lists of folders in ARCHITECTURE.md', () => {
  const [, lists = ''] = /^### A list a folder\n([\s\S]*?)^### /m.exec(read('ARCHITECTURE.md')) ?? []
  const listed = [...lists.matchAll(/^`src\/([a-z]+)`/gm)].map(([, folder = '']) => folder)

  it('are of the folders that hold the most', () => {
    expect(listed).toEqual(['node', 'mempool', 'chain', 'relay', 'sync', 'membership', 'peers', 'ports'])
  })

  it.each(listed)('name each file of src/%s and none that is gone', (folder) => {
    const from = lists.indexOf(`\n\`src/${folder}\``)
    const next = /\n`src\//.exec(lists.slice(from + 1))
    const list = lists.slice(from + 1, next === null ? undefined : from + 1 + next.index)
    const said = new Set([...list.matchAll(/`([a-z][a-z0-9.-]*)`/g)].map(([, name = '']) => name))
    const there = projectFiles()
      .filter((path) => path.startsWith(`src/${folder}/`))
      .map((path) => basename(path, '.ts'))
    expect(there.filter((name) => !said.has(name))).toEqual([])
    expect([...said].filter((name) => !there.includes(name))).toEqual([])
  })
})
