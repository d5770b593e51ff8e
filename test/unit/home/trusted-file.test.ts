import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { judgeFolder, readTrusted } from '../../../src/home/trusted-file.ts'
import { readNamedToken, readToken } from '../../../src/home/token-file.ts'
import { putInHome } from '../../toolkit/command/home.ts'

const isRoot = process.geteuid?.() === 0
/** A user that is neither root nor this one. */
const STRANGER = 4_242
const TOKEN = 'ab'.repeat(32)

let home = ''
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'hearsay-trust-')))
})
afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

const read = (path: string, secret = false, bytesMax = 100): string => {
  const text = readTrusted(home, path, bytesMax, { secret })
  return text.ok ? text.value : text.distrust.kind
}

describe('a file of a home', () => {
  it('is read where it is its owner’s, in folders that are', () => {
    const path = putInHome(home, 'a/b/c', 'text')
    expect(read('a/b/c', true)).toBe('text')
    expect(read(path, true)).toBe('text')
    chmodSync(path, 0o644)
    expect(read('a/b/c')).toBe('text')
  })

  it.each([
    ['others may write to it', 0o606, false],
    ['its group may write to it', 0o620, false],
    ['it holds a secret and others may read it', 0o604, true],
    ['it holds a secret and its group may read it', 0o640, true],
  ])('is refused where %s', (_, mode, secret) => {
    chmodSync(putInHome(home, 'file', 'text'), mode)
    expect(read('file', secret)).toBe('open-to-others')
  })

  it.each([0o707, 0o770, 0o722])('is refused where others may write to a folder above it (%o)', (mode) => {
    putInHome(home, 'a/b/c', 'text')
    for (const folder of [home, join(home, 'a'), join(home, 'a', 'b')]) {
      chmodSync(folder, mode)
      expect(read('a/b/c'), folder).toBe('open-to-others')
      chmodSync(folder, 0o700)
    }
    expect(read('a/b/c')).toBe('text')
  })

  it('is refused behind a symbolic link, wherever on the way that is, and wherever it leads', () => {
    putInHome(home, 'a/b/c', 'text')
    symlinkSync(join(home, 'a'), join(home, 'folder'))
    symlinkSync(join(home, 'a', 'b', 'c'), join(home, 'file'))
    expect([read('folder/b/c'), read('file')]).toEqual(['symbolic-link', 'symbolic-link'])
    expect(judgeFolder(join(home, 'folder'))?.kind).toBe('symbolic-link')
  })

  it('is refused outside of it', () => {
    putInHome(home, 'a/b/c', 'text')
    const inner = join(home, 'a')
    for (const path of ['..', '.', '', '../a/b/c', 'b/../../a/b/c', home, `${inner}-other/c`, '/etc/passwd', 'b/c\0']) {
      const text = readTrusted(inner, path, 100, { secret: false })
      expect(text.ok || text.distrust.kind, path).toBe(
        path === '../a/b/c' || path === 'b/../../a/b/c' ? true : 'outside',
      )
    }
  })

  it('is refused where it is no file, or longer than it may be, and missing where it is not there', () => {
    mkdirSync(join(home, 'folder'), { mode: 0o700 })
    // Nobody writes into the pipe: who waits for it waits for ever.
    execFileSync('mkfifo', ['-m', '600', join(home, 'pipe')])
    putInHome(home, 'long', 'x'.repeat(101))
    putInHome(home, 'full', 'x'.repeat(100))
    expect(['folder', 'pipe', 'long', 'none', 'full/none'].map((path) => read(path))).toEqual([
      'not-a-file',
      'not-a-file',
      'too-large',
      'missing',
      'not-a-file',
    ])
    expect(read('full')).toHaveLength(100)
  })

  it.skipIf(!isRoot)('is refused where it, or a folder above it, is another user’s', () => {
    const path = putInHome(home, 'a/b', 'text')
    for (const each of [path, join(home, 'a'), home]) {
      chownSync(each, STRANGER, STRANGER)
      expect(read('a/b'), each).toBe('not-owned')
      chownSync(each, 0, 0)
    }
    expect(read('a/b')).toBe('text')
  })

  it('is refused in one sentence that names it, with a next step', () => {
    chmodSync(putInHome(home, 'file', 'text'), 0o666)
    const text = readTrusted(home, 'file', 100, { secret: false })
    expect(text.ok ? null : text.distrust).toEqual({
      kind: 'open-to-others',
      message: `others may write to ${join(home, 'file')} (mode 666)`,
      hint: `if it is yours: chmod go-w ${join(home, 'file')}; if you did not put it there, remove it or name another folder with --home`,
    })
  })
})

describe('a token', () => {
  it('is 64 hex digits and nothing else, so that no other secret passes for one', () => {
    expect(readToken(home, putInHome(home, 'token', `${TOKEN}\n`))).toEqual({ ok: true, value: TOKEN })
    for (const text of ['', 'short', TOKEN.toUpperCase(), `${TOKEN}0`, ` ${TOKEN}`, `${TOKEN}\n\n`, 'hunter2\n']) {
      const path = putInHome(home, 'wrong', text)
      expect(readToken(home, path).ok, text).toBe(false)
      expect(readNamedToken(path), text).toBe(null)
    }
  })

  it('of a home is its owner’s alone; of a file that the user names it is the user’s word', () => {
    const path = putInHome(home, 'token', TOKEN)
    chmodSync(path, 0o644)
    expect(readToken(home, path).ok).toBe(false)
    expect(readNamedToken(path)).toBe(TOKEN)
    expect(readNamedToken('/dev/zero')).toBe(null)
  })
})
