import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { homesFile, knownHomes, rememberHome } from '../../../src/cli/homes-file.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearsay-homes-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const env = (): { XDG_STATE_HOME: string } => ({ XDG_STATE_HOME: join(folder, 'state') })
function home(name: string): string {
  mkdirSync(join(folder, name), { recursive: true })
  return join(folder, name)
}

describe('the list of homes', () => {
  it('has each once, the newest first, without those that are gone, for its owner alone', () => {
    expect(knownHomes(env())).toEqual([])
    for (const name of ['a', 'b', 'c', 'a']) rememberHome(env(), home(name))
    expect(knownHomes(env())).toEqual([home('a'), home('c'), home('b')])
    expect(statSync(homesFile(env())).mode & 0o077).toBe(0)
    rmSync(join(folder, 'c'), { recursive: true })
    rememberHome(env(), home('d'))
    expect(knownHomes(env())).toEqual([home('d'), home('a'), home('b')])
  })

  it('has no lines but paths, and at most a hundred', () => {
    rememberHome(env(), join(folder, 'two\nlines'))
    expect(knownHomes(env())).toEqual([])
    home('state/hearsay')
    writeFileSync(homesFile(env()), ['relative', '', ...Array.from({ length: 200 }, (_, n) => `/h/${n}`)].join('\n'))
    expect(knownHomes(env())).toHaveLength(100)
    expect(knownHomes(env())[0]).toBe('/h/0')
  })

  it('costs nobody a command where it cannot be kept', () => {
    writeFileSync(join(folder, 'state'), 'a file where a folder should be')
    rememberHome(env(), home('a'))
    expect(knownHomes(env())).toEqual([])
    chmodSync(folder, 0o700)
  })
})
