import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadOrCreateIdentity } from '../../../../src/adapters/store/identity-file.ts'

const root = mkdtempSync(join(tmpdir(), 'hearsay-identity-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})
const secret = new Uint8Array(32).fill(7)
const never = (): Uint8Array => {
  throw new Error('a second identity was made')
}

describe('the identity file', () => {
  it('is made once, for its owner alone, and read ever after', async () => {
    const path = join(root, 'new', 'identity')
    expect(await loadOrCreateIdentity(path, () => secret)).toEqual({ ok: true, secret, created: true })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(root, 'new')).mode & 0o777).toBe(0o700)
    expect(readFileSync(path, 'utf8')).toBe(`${'07'.repeat(32)}\n`)
    expect(await loadOrCreateIdentity(path, never)).toEqual({ ok: true, secret, created: false })
  })

  it('has one content when two processes make it at once', async () => {
    const path = join(root, 'raced')
    const outcomes = await Promise.all(
      [1, 2, 3].map((byte) => loadOrCreateIdentity(path, () => new Uint8Array(32).fill(byte))),
    )
    const secrets = outcomes.map((outcome) => (outcome.ok ? Buffer.from(outcome.secret).toString('hex') : outcome.kind))
    const onDisk = readFileSync(path, 'utf8').trim()
    expect(secrets).toEqual([onDisk, onDisk, onDisk])
    expect(outcomes.filter((outcome) => outcome.ok && outcome.created)).toHaveLength(1)
  })

  it.each([0o640, 0o604, 0o660, 0o644])('refuses mode %o', async (mode) => {
    const path = join(root, `mode-${mode}`)
    writeFileSync(path, '07'.repeat(32))
    chmodSync(path, mode)
    const outcome = await loadOrCreateIdentity(path, never)
    expect(outcome).toMatchObject({ ok: false, kind: 'readable-by-others', hint: `chmod 600 ${path}` })
    expect(JSON.stringify(outcome)).not.toContain('0707')
  })

  it.each([
    ['empty', ''],
    ['short', '07'.repeat(31)],
    ['long', '07'.repeat(33)],
    ['not hex', 'zz'.repeat(32)],
    ['upper case', 'AB'.repeat(32)],
    ['huge', '07'.repeat(100_000)],
  ])('refuses a file that is %s, and leaves it', async (name, content) => {
    const path = join(root, `bad-${name.replace(' ', '-')}`)
    writeFileSync(path, content, { mode: 0o600 })
    expect(await loadOrCreateIdentity(path, never)).toMatchObject({ ok: false, kind: 'malformed' })
    expect(readFileSync(path, 'utf8')).toBe(content)
  })

  it('refuses a link, a directory, and a place where nothing can be written', async () => {
    const link = join(root, 'link')
    symlinkSync(join(root, 'new', 'identity'), link)
    expect(await loadOrCreateIdentity(link, never)).toMatchObject({ ok: false, kind: 'unreadable' })
    chmodSync(root, 0o700)
    expect(await loadOrCreateIdentity(root, never)).toMatchObject({ ok: false })
    expect(await loadOrCreateIdentity(join(root, 'link', 'identity'), () => secret)).toMatchObject({ ok: false })
  })
})
