import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writeCookie } from '../../../../src/adapters/http/cookie-file.ts'

const root = mkdtempSync(join(tmpdir(), 'hearsay-cookie-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})
const secret = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

describe('the cookie file', () => {
  it('holds a token for its owner alone, and is gone when it is removed', async () => {
    const path = join(root, '.cookie')
    const cookie = await writeCookie(path, secret(0xab))
    expect(cookie.token).toBe('ab'.repeat(32))
    expect(readFileSync(path, 'latin1')).toBe(`${cookie.token}\n`)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    cookie.remove()
    expect(existsSync(path)).toBe(false)
    cookie.remove()
  })

  it('is new with each start, and does not take over the mode of an old one', async () => {
    const path = join(root, 'old')
    writeFileSync(path, 'stale')
    chmodSync(path, 0o666)
    const cookie = await writeCookie(path, secret(1))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const successor = await writeCookie(path, secret(2))
    // The first node ends late: the cookie of the second stays.
    cookie.remove()
    expect(readFileSync(path, 'latin1')).toBe(`${successor.token}\n`)
  })

  it('is replaced, not followed, where it is a link', async () => {
    const target = join(root, 'target')
    writeFileSync(target, 'precious')
    const path = join(root, 'link')
    symlinkSync(target, path)
    await writeCookie(path, secret(3))
    expect(readFileSync(target, 'utf8')).toBe('precious')
  })
})
