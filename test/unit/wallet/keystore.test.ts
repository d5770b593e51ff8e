import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toHex } from '../../../src/lib/bytes.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { keyPairOf, publicKeyOf } from '../../../src/wallet/keys.ts'
import {
  createKey,
  deleteKey,
  exportSecretToFile,
  formatSecretText,
  importSecretFromFile,
  listKeys,
  openKey,
  parseSecretText,
  renameKey,
  showKey,
} from '../../../src/wallet/keystore.ts'
import { isScryptN } from '../../../src/wallet/keystore-file.ts'

/** The least that a file may have: 1 ms instead of 1 s. One test below pays for the real one. */
const n = 1_024
const secret = createPrng(5).bytes(32)
const passphrase = 'correct horse'

let base = ''
let directory = ''

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'hearsay-keystore-'))
  directory = join(base, 'keys')
})

afterEach(async () => {
  await rm(base, { recursive: true, force: true })
})

const create = (name: string, more: Partial<Parameters<typeof createKey>[0]> = {}) =>
  createKey({ directory, name, secret, passphrase, n, ...more })
const open = (name: string, phrase: string | Uint8Array = passphrase) =>
  openKey({ directory, name, passphrase: phrase })
const pathOf = (name: string) => join(directory, `${name}.json`)

/** Rewrites one field of a stored key, by its path of names. */
async function alter(name: string, change: (document: Record<string, Record<string, unknown>>) => void): Promise<void> {
  const document = JSON.parse(await readFile(pathOf(name), 'utf8')) as Record<string, Record<string, unknown>>
  change(document)
  await writeFile(pathOf(name), JSON.stringify(document), { mode: 0o600 })
}

describe('keystore', () => {
  it('gives back the secret for the passphrase, and the public key without it', async () => {
    const created = await create('main')
    const { publicKey } = keyPairOf(secret)
    const entry = { name: 'main', path: pathOf('main'), publicKey }
    expect(created).toEqual({ ok: true, entry })
    expect(await showKey(directory, 'main')).toEqual({ ok: true, entry })
    const opened = await open('main')
    expect(opened).toEqual({ ok: true, entry, keys: { secret, publicKey } })
  })

  it('uses N = 262144 where nothing else is said', { timeout: 30_000 }, async () => {
    expect(await createKey({ directory, name: 'full', secret, passphrase })).toMatchObject({ ok: true })
    expect(JSON.parse(await readFile(pathOf('full'), 'utf8'))).toMatchObject({
      v: 1,
      kdf: { name: 'scrypt', n: 262_144, r: 8, p: 1 },
      cipher: { name: 'aes-256-gcm' },
    })
    expect(await open('full')).toMatchObject({ ok: true, keys: { secret } })
  })

  it('keeps files at 0600 in a directory at 0700, whatever the umask, and nothing else in it', async () => {
    const before = process.umask(0)
    try {
      await create('main')
    } finally {
      process.umask(before)
    }
    expect((await stat(pathOf('main'))).mode & 0o777).toBe(0o600)
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
    expect(await readdir(directory)).toEqual(['main.json'])
  })

  it('never holds secret or passphrase in clear, and never the same bytes twice', async () => {
    await create('one')
    await create('two')
    const one = await readFile(pathOf('one'), 'utf8')
    const two = await readFile(pathOf('two'), 'utf8')
    for (const text of [one, two]) {
      expect(text).not.toContain(toHex(secret))
      expect(text).not.toContain(passphrase)
    }
    const fresh = (text: string) => {
      const { kdf, cipher } = JSON.parse(text) as { kdf: { salt: string }; cipher: { nonce: string; text: string } }
      return [kdf.salt, cipher.nonce, cipher.text]
    }
    expect(fresh(one).filter((value, i) => value === fresh(two)[i])).toEqual([])
  })

  it('never overwrites: one of many at once wins, the file stays that one', async () => {
    const secrets = [1, 2, 3, 4, 5, 6].map((seed) => createPrng(seed).bytes(32))
    const outcomes = await Promise.all(secrets.map((each) => create('main', { secret: each })))
    const winners = outcomes.flatMap((outcome, i) => (outcome.ok ? [i] : []))
    expect(winners).toHaveLength(1)
    for (const outcome of outcomes) {
      if (!outcome.ok) expect(outcome.failure).toEqual({ kind: 'exists', path: pathOf('main') })
    }
    expect(await open('main')).toMatchObject({ keys: { secret: secrets[winners[0] ?? -1] } })
    expect(await create('main')).toEqual({ ok: false, failure: { kind: 'exists', path: pathOf('main') } })
    expect(await readdir(directory)).toEqual(['main.json'])
  })

  it('refuses another passphrase, and takes the same one from another keyboard', async () => {
    await create('main', { passphrase: 'caf\u00e9' })
    for (const wrong of ['cafe', 'caf\u00e9 ', 'CAF\u00c9', '', Uint8Array.of(0)]) {
      expect(await open('main', wrong)).toEqual({
        ok: false,
        failure: { kind: 'wrong-passphrase', path: pathOf('main') },
      })
    }
    expect(await open('main', 'cafe\u0301')).toMatchObject({ ok: true })
    expect(await open('main', new TextEncoder().encode('caf\u00e9'))).toMatchObject({ ok: true })
  })

  it('opens no file that asks for more than 1 GiB', () => {
    // By the rule alone: opening one that passed would take the memory.
    expect([isScryptN(2 ** 20), isScryptN(2 ** 21)]).toEqual([true, false])
  })

  it('leaves the caller its passphrase bytes, and refuses an empty passphrase', async () => {
    const bytes = Uint8Array.of(1, 2, 3)
    expect(await create('bytes', { passphrase: bytes })).toMatchObject({ ok: true })
    expect(await open('bytes', bytes)).toMatchObject({ ok: true })
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3))
    expect(await create('empty', { passphrase: '' })).toEqual({ ok: false, failure: { kind: 'empty-passphrase' } })
    expect(await readdir(directory)).toEqual(['bytes.json'])
  })

  it.each(['', '.', '..', '../main', 'a/b', 'a\\b', 'A', 'a.json', 'a b', '-a', 'ä', 'a\n', '\0', 'a'.repeat(65)])(
    'refuses the name %j everywhere',
    async (name) => {
      const failure = { ok: false, failure: { kind: 'bad-name', name } }
      expect(await create(name)).toEqual(failure)
      expect(await open(name)).toEqual(failure)
      expect(await showKey(directory, name)).toEqual(failure)
      expect(await readdir(base)).toEqual([])
    },
  )

  it('says when there is no such key', async () => {
    const missing = { ok: false, failure: { kind: 'not-found', path: pathOf('nobody') } }
    expect(await open('nobody')).toEqual(missing)
    await create('main')
    expect(await open('nobody')).toEqual(missing)
    expect(await showKey(directory, 'nobody')).toEqual(missing)
  })

  it.each([0o640, 0o604, 0o620, 0o602, 0o610, 0o666, 0o777])('refuses a file of mode %o', async (mode) => {
    await create('main')
    await chmod(pathOf('main'), mode)
    const failure = { kind: 'insecure', path: pathOf('main'), mode }
    expect(await open('main')).toEqual({ ok: false, failure })
    expect(await showKey(directory, 'main')).toEqual({ ok: false, failure })
    expect(await listKeys(directory)).toMatchObject({ entries: [], unreadable: [{ name: 'main', failure }] })
  })

  it('refuses a directory that others can write', async () => {
    await create('main')
    await chmod(directory, 0o770)
    const failed = { ok: false, failure: { kind: 'insecure', path: directory, mode: 0o770 } }
    expect(await create('other')).toEqual(failed)
    expect(await open('main')).toEqual(failed)
    expect(await listKeys(directory)).toEqual(failed)
  })

  it.skipIf(process.geteuid?.() !== 0)('refuses a file of another user', async () => {
    await create('main')
    execFileSync('chown', ['65534', pathOf('main')])
    expect(await open('main')).toEqual({ ok: false, failure: { kind: 'not-owned', path: pathOf('main') } })
  })

  it('reads nothing through links, from pipes and directories, or from large files', async () => {
    await create('main')
    await symlink(pathOf('main'), pathOf('link'))
    execFileSync('mkfifo', ['-m', '600', pathOf('pipe')])
    await mkdir(pathOf('folder'), { mode: 0o700 })
    await writeFile(pathOf('large'), ' '.repeat(4_097), { mode: 0o600 })
    for (const [name, detail] of [
      ['link', 'it is a symbolic link'],
      ['pipe', 'it is not a regular file'],
      ['folder', 'it is not a regular file'],
      ['large', 'it has more than 4096 bytes'],
    ] as const) {
      expect(await open(name)).toEqual({
        ok: false,
        failure: { kind: 'not-a-secret-file', path: pathOf(name), detail },
      })
      expect(await create(name)).toEqual({ ok: false, failure: { kind: 'exists', path: pathOf(name) } })
    }
  })

  it('says what stands where its directory should be', async () => {
    await writeFile(directory, 'a file')
    const failed = { kind: 'not-a-secret-file', path: directory, detail: 'it is not a directory' }
    expect(await create('main')).toEqual({ ok: false, failure: failed })
    expect(await listKeys(directory)).toEqual({ ok: false, failure: failed })
  })

  it('refuses malformed documents before any work', async () => {
    await create('main')
    const good = await readFile(pathOf('main'), 'utf8')
    const detailOf = async () => {
      const opened = await open('main')
      return opened.ok || opened.failure.kind !== 'malformed' ? opened : opened.failure.detail
    }
    for (const [text, detail] of [
      ['', 'it is not JSON'],
      ['{', 'it is not JSON'],
      ['[]', 'it is not a JSON object'],
      ['null', 'it is not a JSON object'],
      ['{"v":2}', 'its version "v" is not 1'],
      ['{"v":"1"}', 'its version "v" is not 1'],
      ['{"v":1}', 'its fields are not v, publicKey, kdf and cipher'],
      [good.replace('"v": 1', '"v": 1, "__proto__": {}'), 'its fields are not v, publicKey, kdf and cipher'],
    ] as const) {
      await writeFile(pathOf('main'), text, { mode: 0o600 })
      expect(await detailOf()).toBe(detail)
    }
    const restore = () => writeFile(pathOf('main'), good, { mode: 0o600 })
    for (const hostile of [2 ** 21, 2 ** 40, 512, 1_025, 0, -1_024, 1_024.5, '1024', null, 1e308]) {
      await restore()
      await alter('main', ({ kdf }) => Object.assign(kdf ?? {}, { n: hostile }))
      expect(await detailOf()).toBe('its scrypt n is not a power of two from 1024 to 1048576')
    }
    for (const change of [{ r: 16 }, { p: 2 }, { r: 1e9 }, { p: '1' }]) {
      await restore()
      await alter('main', ({ kdf }) => Object.assign(kdf ?? {}, change))
      expect(await detailOf()).toBe('its scrypt r and p are not 8 and 1')
    }
    await restore()
    await alter('main', ({ kdf }) => Object.assign(kdf ?? {}, { name: 'pbkdf2' }))
    expect(await detailOf()).toBe('its "kdf" is not scrypt with n, r, p and salt')
    await restore()
    await alter('main', ({ cipher }) => Object.assign(cipher ?? {}, { name: 'aes-128-gcm' }))
    expect(await detailOf()).toBe('its "cipher" is not aes-256-gcm with nonce, tag and text')
    for (const tag of ['', 'ff', 'zz'.repeat(16), 'FF'.repeat(16), 5]) {
      await restore()
      await alter('main', ({ cipher }) => Object.assign(cipher ?? {}, { tag }))
      expect(await detailOf()).toBe('a field is not lower-case hex of its length')
    }
  })

  it('opens nothing that was altered', async () => {
    await create('main')
    const good = await readFile(pathOf('main'), 'utf8')
    const flip = (hex: unknown) => `${String(hex).slice(0, -1)}${String(hex).endsWith('0') ? '1' : '0'}`
    const changes: ((document: Record<string, Record<string, unknown>>) => void)[] = [
      (document) => Object.assign(document, { publicKey: flip(document.publicKey) }),
      ({ kdf }) => Object.assign(kdf ?? {}, { salt: flip(kdf?.salt) }),
      ({ kdf }) => Object.assign(kdf ?? {}, { n: 2_048 }),
      ...['nonce', 'tag', 'text'].map((field) => ({ cipher }: Record<string, Record<string, unknown>>) => {
        Object.assign(cipher ?? {}, { [field]: flip(cipher?.[field]) })
      }),
    ]
    for (const change of changes) {
      await writeFile(pathOf('main'), good, { mode: 0o600 })
      await alter('main', change)
      expect(await open('main')).toMatchObject({ ok: false, failure: { kind: 'wrong-passphrase' } })
    }
  })

  it('gives a key another name, never that of another key, and deletes one for good', async () => {
    await create('main')
    await create('other')
    const before = await readFile(pathOf('main'), 'utf8')
    expect(await renameKey(directory, 'main', 'other')).toMatchObject({
      ok: false,
      failure: { kind: 'exists', path: pathOf('other') },
    })
    expect(await renameKey(directory, 'main', 'Main')).toMatchObject({ ok: false, failure: { kind: 'bad-name' } })
    expect(await renameKey(directory, 'none', 'new')).toMatchObject({ ok: false, failure: { kind: 'not-found' } })
    expect(await readFile(pathOf('main'), 'utf8')).toBe(before)
    expect(await renameKey(directory, 'main', 'new')).toMatchObject({
      ok: true,
      entry: { name: 'new', path: pathOf('new') },
    })
    expect((await readdir(directory)).sort()).toEqual(['new.json', 'other.json'])
    expect(await readFile(pathOf('new'), 'utf8')).toBe(before)
    expect((await stat(pathOf('new'))).mode & 0o777).toBe(0o600)
    expect(await open('new')).toMatchObject({ ok: true, keys: { secret } })
    expect(await deleteKey(directory, 'new')).toMatchObject({ ok: true, entry: { name: 'new' } })
    expect(await deleteKey(directory, 'new')).toMatchObject({ ok: false, failure: { kind: 'not-found' } })
    expect(await readdir(directory)).toEqual(['other.json'])
  })

  it('lists keys by name and says what it could not read', async () => {
    expect(await listKeys(directory)).toEqual({ ok: true, entries: [], unreadable: [], leftOut: 0 })
    await create('zoe')
    await create('adam')
    await writeFile(pathOf('broken'), '{}', { mode: 0o600 })
    await writeFile(join(directory, 'README'), 'not a key')
    await writeFile(join(directory, 'main.json.0011.tmp'), 'left by a crash')
    const listed = await listKeys(directory)
    expect(listed.ok && listed.entries.map(({ name }) => name)).toEqual(['adam', 'zoe'])
    expect(listed).toMatchObject({ unreadable: [{ name: 'broken', failure: { kind: 'malformed' } }], leftOut: 0 })
  })
})

describe('exported secrets', () => {
  it('go through a file for their owner alone and come back', async () => {
    const path = join(base, 'secret.txt')
    expect(await exportSecretToFile(path, secret)).toEqual({ ok: true })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readFile(path, 'utf8')).toBe(`${toHex(secret)}\n`)
    expect(await importSecretFromFile(path)).toEqual({ ok: true, secret })
    expect(await exportSecretToFile(path, secret)).toEqual({ ok: false, failure: { kind: 'exists', path } })
    await chmod(path, 0o644)
    expect(await importSecretFromFile(path)).toEqual({ ok: false, failure: { kind: 'insecure', path, mode: 0o644 } })
    await rm(path)
    expect(await importSecretFromFile(path)).toEqual({ ok: false, failure: { kind: 'not-found', path } })
    await writeFile(path, 'my secret', { mode: 0o600 })
    expect(await importSecretFromFile(path)).toEqual({
      ok: false,
      failure: { kind: 'malformed', path, detail: expect.stringContaining('no secret in a form that is known') },
    })
    const nowhere = join(base, 'missing', 'secret.txt')
    expect(await exportSecretToFile(nowhere, secret)).toEqual({
      ok: false,
      failure: { kind: 'not-found', path: nowhere },
    })
  })

  it('are nothing else than the forms that are known', () => {
    expect(parseSecretText(formatSecretText(secret))).toEqual({ ok: true, secret })
    expect(parseSecretText(` ${toHex(secret).toUpperCase()}\r\n`)).toEqual({ ok: true, secret })
    const hex = toHex(secret)
    for (const text of ['', hex.slice(1), `${hex}0`, `${hex.slice(0, 63)}g`, `${hex} ${hex}`]) {
      expect(parseSecretText(text)).toEqual({ ok: false, reason: 'not-a-secret' })
    }
  })
})

describe('a secret that another tool wrote', () => {
  const secret = Uint8Array.from({ length: 32 }, (_, index) => 7 * index + 1)
  const hex = Buffer.from(secret).toString('hex')
  const both = [...secret, ...publicKeyOf(secret)]
  const pem = createPrivateKey({
    key: {
      kty: 'OKP',
      crv: 'Ed25519',
      d: Buffer.from(secret).toString('base64url'),
      x: Buffer.from(publicKeyOf(secret)).toString('base64url'),
    },
    format: 'jwk',
  }).export({ format: 'pem', type: 'pkcs8' })

  it.each([
    ['hex', hex],
    ['0x hex in capitals', `0x${hex.toUpperCase()}\n`],
    ['hex with the public key', Buffer.from(both).toString('hex')],
    ['a JSON array', JSON.stringify([...secret])],
    ['a JSON array with the public key', JSON.stringify(both, null, 1)],
    ['PEM', String(pem)],
  ])('is read: %s', (_, text) => {
    expect(parseSecretText(text)).toEqual({ ok: true, secret })
  })

  it.each([
    ['nothing', ''],
    ['half of it', hex.slice(0, 62)],
    ['another public key beside it', `${hex}${hex}`],
    ['numbers that are no bytes', JSON.stringify([...secret].map((byte) => byte + 256))],
    ['a public key in PEM', '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----'],
    [
      'a key of another kind',
      String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' })),
    ],
  ])('is refused: %s', (_, text) => {
    expect(parseSecretText(text)).toEqual({ ok: false, reason: 'not-a-secret' })
  })
})
