import {
  closeSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLog, ownHome, ownHomeWith, removeIfStill, replaceFile } from '../../../src/home/own-file.ts'
import { putInHome } from '../../toolkit/command/home.ts'

let root = ''
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'hearsay-own-')))
  writeFileSync(join(root, 'precious'), 'precious')
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})
const precious = (): string => readFileSync(join(root, 'precious'), 'utf8')

describe('a file that is written into a home', () => {
  it('replaces what had its name, a link too, is its owner’s alone, and leaves no other', () => {
    symlinkSync(join(root, 'precious'), join(root, 'report.html'))
    replaceFile(join(root, 'report.html'), 'text')
    replaceFile(join(root, 'new', 'file'), 'text')
    expect([precious(), readFileSync(join(root, 'report.html'), 'utf8')]).toEqual(['precious', 'text'])
    expect(statSync(join(root, 'report.html')).mode & 0o777).toBe(0o600)
    expect(readdirSync(root).sort()).toEqual(['new', 'precious', 'report.html'])
  })

  it('is appended to where it is a log, and never behind a link', () => {
    for (let time = 0; time < 2; time++) {
      const log = openLog(join(root, 'log'))
      writeSync(log, 'line\n')
      closeSync(log)
    }
    expect(readFileSync(join(root, 'log'), 'utf8')).toBe('line\nline\n')
    symlinkSync(join(root, 'precious'), join(root, 'link'))
    expect(() => openLog(join(root, 'link'))).toThrow('ELOOP')
    expect(precious()).toBe('precious')
  })

  it('is taken away only while it is the one that was written', () => {
    const path = putInHome(root, 'file', 'mine')
    removeIfStill(path, 'other')
    expect(readFileSync(path, 'utf8')).toBe('mine')
    removeIfStill(path, 'mine')
    removeIfStill(path, 'mine')
    expect(readdirSync(root)).toEqual(['precious'])
  })
})

describe('a home to write to', () => {
  it('is made for its owner alone, and judged where it is there', () => {
    const home = join(root, 'home')
    expect(ownHome(home)).toEqual({ ok: true, home })
    expect(statSync(home).mode & 0o777).toBe(0o700)
    expect(ownHomeWith(home, 'node')).toEqual({ ok: true, home })
    symlinkSync(root, join(home, 'node'))
    expect(ownHomeWith(home, 'node')).toMatchObject({ ok: false, distrust: { kind: 'symbolic-link' } })
  })
})
