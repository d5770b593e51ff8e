import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  mkdirSync,
  writeFileSync,
  symlinkSync,
  chmodSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writeFileAtomically, createFileAtomically } from '../../../../src/adapters/store/atomic-file.ts'

const root = mkdtempSync(join(tmpdir(), 'hearsay-atomic-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

describe('writing a small file', () => {
  it('replaces content and mode, and leaves nothing beside it', async () => {
    const path = join(root, 'file.json')
    writeFileSync(path, 'old')
    chmodSync(path, 0o644)
    await writeFileAtomically(path, 'new')
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(root)).toEqual(['file.json'])
    await writeFileAtomically(path, 'public', { mode: 0o644 })
    expect(statSync(path).mode & 0o777).toBe(0o644)
  })

  it('leaves the old file and nothing beside it when it fails', async () => {
    const path = join(root, 'directory')
    mkdirSync(join(path, 'full'), { recursive: true })
    await expect(writeFileAtomically(path, 'new')).rejects.toThrow()
    expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([])
    await expect(writeFileAtomically(join(root, 'missing', 'file'), 'new')).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is whole for every reader while many write', async () => {
    const path = join(root, 'contended')
    const contents = Array.from({ length: 20 }, (_, index) => String(index).repeat(5_000))
    await writeFileAtomically(path, contents[0] ?? '')
    let writing = true
    const seen: string[] = []
    const reader = (async () => {
      while (writing) {
        seen.push(readFileSync(path, 'utf8'))
        await new Promise(setImmediate)
      }
    })()
    await Promise.all(contents.map((content) => writeFileAtomically(path, content)))
    writing = false
    await reader
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.filter((text) => !contents.includes(text))).toEqual([])
  })
})

describe('creating a file', () => {
  it('refuses one that is there, also as a link to nowhere', async () => {
    const path = join(root, 'created')
    await createFileAtomically(path, 'first')
    await expect(createFileAtomically(path, 'second')).rejects.toMatchObject({ code: 'EEXIST' })
    expect(readFileSync(path, 'utf8')).toBe('first')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([])
    symlinkSync(join(root, 'elsewhere'), join(root, 'link'))
    await expect(createFileAtomically(join(root, 'link'), 'x')).rejects.toMatchObject({ code: 'EEXIST' })
  })
})
